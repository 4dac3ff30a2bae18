import assert from "node:assert/strict";
import { test } from "node:test";
import { erfc } from "../../../reference/elementary.ts";
import { record } from "../../../reference/interpret/record.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { stream } from "../../../reference/random.ts";
import {
  keptPerRow,
  normalQuantile,
  statisticalThresholds,
  statisticalTopK,
} from "../../../reference/successors/statistical-top-k.ts";
import { matrix } from "../../../reference/tensor.ts";
import { of, rows } from "../../assertions.ts";

/** From Python's statistics.NormalDist().inv_cdf, Wichura's algorithm AS 241, good to 1e-16; .975 as tables have it. */
const outside: readonly (readonly [p: number, x: number])[] = [
  [0.5, 0],
  [0.6, 0.2533471031357998],
  [0.9, 1.2815515655446008],
  [0.95, 1.6448536269514715],
  [0.975, 1.959963984540054],
  [0.99, 2.3263478740408408],
  [0.999, 3.090232306167813],
  [1e-10, -6.361340902404056],
  [0.02, -2.0537489106318225],
];

for (const [p, x] of outside) {
  test(`normalQuantile(${p}) is ${x}`, () => {
    const got = normalQuantile(p);
    assert.ok(Math.abs(got - x) <= 5e-16 * Math.max(1, Math.abs(x)), `${got}`);
  });
}

test("normalQuantile is odd about 1/2, and inverts the distribution", () => {
  assert.ok(Object.is(normalQuantile(0.5), 0));
  for (const p of [0.25, 0.125, 1e-3, 1e-300]) {
    const x = normalQuantile(p);
    assert.ok(Math.abs(erfc(-x * Math.SQRT1_2) / 2 / p - 1) < 1e-12, `${p}`);
  }
  assert.equal(normalQuantile(0.25), -normalQuantile(0.75));
});

test("normalQuantile ends at the infinities, and refuses what is no probability", () => {
  assert.deepEqual([normalQuantile(0), normalQuantile(1)], [-Infinity, Infinity]);
  for (const p of [-0.1, 1.1, Number.NaN])
    assert.throws(() => normalQuantile(p), {
      name: "RangeError",
      message: `normalQuantile: p is ${p}; expected a probability in [0, 1]`,
    });
});

test("statisticalThresholds by hand: mean 2, deviation √2, the upper half and the upper sixth", () => {
  const z = of<"T", "F">([1, 1, 3, 3, 3, 1]);
  const deviation = Math.sqrt(6 / 5);
  assert.deepEqual(statisticalThresholds(z, 3), [2]);
  const [sixth = 0] = statisticalThresholds(z, 1);
  assert.ok(Math.abs(sixth - (2 + 0.967421566101701 * deviation)) < 1e-14);
});

test("keptPerRow keeps about k of normal rows, and misses k where they are not normal", () => {
  const random = stream(3, "rows");
  const normal = matrix<"T", "F">(200, 300, () => 5 + 2 * random.normal());
  const mean = (z: typeof normal) => keptPerRow(z, 3).reduce((total, n) => total + n, 0) / 200;
  assert.ok(Math.abs(mean(normal) - 3) < 0.3, `${mean(normal)}`);
  const skewed = matrix<"T", "F">(200, 300, (t, f) => {
    const value = normal.get(t, f) - 5;
    return value * value; // 4χ²: 3.8 % of it lie 2.33 deviations above its mean, of a normal 1 %
  });
  assert.ok(mean(skewed) > 9, `${mean(skewed)}`);
});

test("statisticalTopK keeps z where it reaches its row's threshold, at its height, in the chosen projections", () => {
  const [x, w] = [of<"T", "D">([1], [2]), of<"D", "F">([1, 2, 3, 6])];
  const ops = statisticalTopK(reference, new Set([w]), 1);
  assert.deepEqual(rows(ops.linear(x, w)), [
    [0, 0, 0, 6],
    [0, 0, 0, 12],
  ]);
  assert.deepEqual(rows(ops.activeLinear(x, w)), [
    [0, 0, 0, 6],
    [0, 0, 0, 12],
  ]);
  assert.deepEqual(rows(ops.linear(x, of([5]))), [[5], [10]]);
});

test("statisticalTopK refuses a k that is not between 0 and F", () => {
  const w = of<"D", "F">([1, 2]);
  for (const k of [0, 2, Number.NaN])
    assert.throws(() => statisticalTopK(reference, new Set([w]), k).linear(of<"T", "D">([1]), w), {
      name: "RangeError",
      message: `statisticalThresholds: k is ${k}; expected 0 < k < F = 2`,
    });
});

test("record(statisticalTopK(…)) does not compile", () => {
  // @ts-expect-error the interpretation has no gradient
  assert.ok(record(statisticalTopK(reference, new Set(), 1)));
});
