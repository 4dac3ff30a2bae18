import assert from "node:assert/strict";
import { test } from "node:test";
import { greedy, sampler } from "../../../reference/decoding/sampling.ts";
import { stream } from "../../../reference/random.ts";
import { of } from "../../assertions.ts";

const nan = Number.NaN;
const logits = of<"T", "V">([9, 9, 9], [Math.log(2), Math.log(5), Math.log(3)]);
const at = (u: number, topP = 1, temperature = 1) => sampler({ temperature, topP, uniform: () => u })(logits);

test("greedy(logits) takes the greatest of the last row, the lowest id among equals", () => {
  assert.equal(greedy(logits), 1);
  assert.equal(greedy(of<"T", "V">([3, 7, 7])), 1);
});

test("greedy(logits) never takes a NaN; of nothing but NaN it is token 0", () => {
  assert.equal(greedy(of<"T", "V">([nan, 1, nan, 2])), 3);
  assert.equal(greedy(of<"T", "V">([nan, nan])), 0);
  assert.equal(greedy(of<"T", "V">([-Infinity, -Infinity])), 0);
});

test("sampler: u falls among the probabilities .5, .3, .2, likeliest first", () => {
  assert.deepEqual(
    [0, 0.49, 0.51, 0.79, 0.81, 0.999].map((u) => at(u)),
    [1, 1, 2, 2, 0, 0],
  );
});

test("sampler: topP keeps the likeliest that reach it together, and draws among them alone", () => {
  assert.deepEqual(
    [0, 0.6, 0.99].map((u) => at(u, 0.8)),
    [1, 1, 2],
  ); // .5 and .3: shares 5/8 and 3/8
  assert.equal(at(0.999, 0.5), 1);
  assert.equal(at(0.999, 1e-9), 1);
});

test("sampler: a low temperature is all but greedy, a high one all but uniform", () => {
  assert.equal(at(0.999, 1, 0.01), 1);
  assert.deepEqual(
    [0.1, 0.5, 0.9].map((u) => at(u, 1, 100)),
    [1, 2, 0],
  );
});

test("sampler: the shares of 6,000 draws are the probabilities, by a chi-square of 2 degrees of freedom", () => {
  const choose = sampler({ temperature: 1, topP: 1, uniform: stream(1, "sampling").uniform });
  const drawn = [0, 0, 0];
  for (let n = 0; n < 6000; n++) {
    const token = choose(logits);
    drawn[token] = (drawn[token] ?? 0) + 1;
  }
  const wanted = [1200, 3000, 1800];
  const chiSquare = wanted.reduce((total, w, v) => total + ((drawn[v] ?? 0) - w) ** 2 / w, 0);
  assert.ok(chiSquare < 13.8, `${chiSquare}`); // passed by chance once in a thousand seeds
});

test("sampler never draws a NaN, and of nothing but NaN it is token 0", () => {
  const uniform = () => 0.999;
  assert.equal(sampler({ temperature: 1, topP: 1, uniform })(of<"T", "V">([nan, 1])), 1);
  assert.equal(sampler({ temperature: 1, topP: 1, uniform })(of<"T", "V">([nan, nan])), 0);
});

test("sampler refuses a temperature or topP outside its domain", () => {
  const uniform = () => 0;
  for (const temperature of [0, -1, Infinity, nan]) {
    assert.throws(() => sampler({ temperature, topP: 1, uniform }), {
      name: "RangeError",
      message: `sampler: temperature is ${temperature}; expected a finite number above 0 (0 is greedy)`,
    });
  }
  for (const topP of [0, 1.1, nan]) {
    assert.throws(() => sampler({ temperature: 1, topP, uniform }), {
      name: "RangeError",
      message: `sampler: topP is ${topP}; expected a number in (0, 1]`,
    });
  }
});
