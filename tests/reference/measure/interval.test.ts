import assert from "node:assert/strict";
import { test } from "node:test";
import { meanInterval, shareInterval } from "../../../reference/measure/interval.ts";
import { stream } from "../../../reference/random.ts";

const near = (got: number, wanted: number, within = 5e-4): void =>
  assert.ok(Math.abs(got - wanted) <= within, `${got}; expected ${wanted}`);

test("meanInterval([1, 2, 3, 4]) is 2.5 ± 3.182 · 1.29099 / 2, by hand", () => {
  const { mean, from, to } = meanInterval([1, 2, 3, 4]);
  assert.equal(mean, 2.5);
  near(from, 2.5 - 2.054);
  near(to, 2.5 + 2.054);
});

test("meanInterval covers the mean of a normal distribution in about 95 of 100 draws of four", () => {
  const draws = stream(3, "intervals");
  let covered = 0;
  for (let i = 0; i < 2000; i++) {
    const { from, to } = meanInterval(Array.from({ length: 4 }, () => 7 + draws.normal()));
    if (from <= 7 && 7 <= to) covered++;
  }
  assert.ok(covered > 1860 && covered < 1940, `${covered} of 2000`); // four deviations of the binomial: ± 39
});

test("meanInterval refuses fewer than 2 values and more than 31", () => {
  assert.throws(() => meanInterval([1]), {
    name: "RangeError",
    message: "meanInterval: there are 1 values; expected 2 to 31",
  });
  assert.throws(() => meanInterval(new Array(32).fill(1)), RangeError);
});

test("shareInterval(81, 263) is .308 (.2553, .3662), the worked example of Newcombe 1998", () => {
  const { mean, from, to } = shareInterval(81, 263);
  near(mean, 0.308);
  near(from, 0.2553, 5e-5);
  near(to, 0.3662, 5e-5);
});

test("shareInterval of none or all stays inside [0, 1] and is no point", () => {
  const [none, all] = [shareInterval(0, 20), shareInterval(20, 20)];
  near(none.from, 0, 1e-12);
  near(none.to, 0.1611, 5e-5); // 0 of 20: Newcombe's 0/20 row
  near(all.to, 1, 1e-12);
  near(all.from, 1 - none.to, 1e-12);
});

test("shareInterval refuses no questions, and more right answers than questions", () => {
  assert.throws(() => shareInterval(0, 0), {
    name: "RangeError",
    message: "shareInterval: n is 0; expected a positive whole number",
  });
  assert.throws(() => shareInterval(4, 3), {
    name: "RangeError",
    message: "shareInterval: right is 4; expected 0 to n = 3",
  });
});
