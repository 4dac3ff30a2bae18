import assert from "node:assert/strict";
import { test } from "node:test";
import type { Update } from "../../../reference/ops/contract.ts";
import { inPlace } from "../../../reference/ops/in-place.ts";
import { matrixOf } from "../../../reference/tensor.ts";
import { of, ofVector, sameBits } from "../../assertions.ts";

const update: Update = {
  rate: 0.5,
  beta1: 0.5,
  beta2: 0.75,
  epsilon: 0,
  decay: 0.5,
  scale: 1,
  correction1: 0.5,
  correction2: 0.25,
};

test("own(x) is a copy in float64 that may change while x stays", () => {
  const x = matrixOf<"T", "D">(Float32Array.of(1, 2), 1, 2);
  const mine = inPlace.own(x);
  inPlace.clear(mine);
  assert.deepEqual([...x.data], [1, 2]);
  sameBits(mine, of([0, 0]));
  assert.ok(mine.data instanceof Float64Array);
});

test("disown(x) does nothing that the reference would miss", () => {
  const x = of([1]);
  inPlace.disown(x);
  sameBits(x, of([1]));
});

test("accumulate(total, x) adds x to total, and leaves x", () => {
  const [total, x] = [of([1, 2]), of([10, -0])];
  inPlace.accumulate(total, x);
  sameBits(total, of([11, 2]));
  sameBits(x, of([10, -0]));
});

test("squares(x) is Σ x², 0 of nothing, NaN of NaN", () => {
  assert.equal(inPlace.squares(of([3, 4], [0, 12])), 169);
  assert.equal(inPlace.squares(ofVector()), 0);
  assert.ok(Number.isNaN(inPlace.squares(of([1, Number.NaN]))));
});

test("adamw(w, first, second, slope, update) by hand: a slope of 2, a weight of 1 that decays by half", () => {
  const [w, first, second, slope] = [of([1]), of([0]), of([0]), of([2])];
  inPlace.adamw(w, first, second, slope, update);
  sameBits(first, of([1])); // (1 − 1/2) · 2
  sameBits(second, of([1])); // (1 − 3/4) · 4
  sameBits(w, of([0.25])); // 1 − 1/2 · (2/√4 + 1/2 · 1)
  sameBits(slope, of([2]));
});

test("adamw: the decay acts on the weight itself, whatever its slope; without one, only the decay is left", () => {
  const [w, none] = [of([4]), of([0])];
  inPlace.adamw(w, of([0]), of([0]), none, { ...update, epsilon: 1 });
  sameBits(w, of([3])); // 4 − 1/2 · 1/2 · 4
});

test("adamw: scale multiplies the slope before the moments see it, and ε is added to the root", () => {
  const [w, first, second] = [ofVector(1), ofVector(0), ofVector(0)];
  inPlace.adamw(w, first, second, ofVector(8), { ...update, decay: 0, scale: 0.25, epsilon: 2 });
  sameBits(first, ofVector(1));
  sameBits(second, ofVector(1));
  sameBits(w, ofVector(0.75)); // 1 − 1/2 · 2/(2 + 2)
});

test("accumulate and adamw refuse tensors of different shapes, naming both", () => {
  assert.throws(() => inPlace.accumulate(of([1, 2]), of([1])), {
    name: "RangeError",
    message: "accumulate: x is [1, 1]; expected the shape of total: [1, 2]",
  });
  const [w, other] = [of([1, 2]), of([1], [2])];
  for (const [first, second, slope] of [
    [other, w, w],
    [w, other, w],
    [w, w, other],
  ] as const)
    assert.throws(() => inPlace.adamw(w, first, second, slope, update), {
      name: "RangeError",
      message: "adamw: a moment or slope is [2, 1]; expected the shape of w: [1, 2]",
    });
  sameBits(w, of([1, 2]));
});
