import assert from "node:assert/strict";
import { test } from "node:test";
import { hottestShare, neuronUse, powerLaw, ranked } from "../../../reference/successors/neuron-use.ts";
import { of } from "../../assertions.ts";

const close = (got: number, wanted: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(got - wanted) < tolerance, `${got}; expected ${wanted}`);

test("neuronUse(masks) counts the tokens on which each neuron fired, over all texts", () => {
  const masks = [of<"T", "F">([1, 0, 1], [1, 0, 0]), of<"T", "F">([0, 0, 1])];
  assert.deepEqual(neuronUse(masks), [2, 0, 2]);
  assert.deepEqual(neuronUse([]), []);
});

test("ranked(counts) has the hottest first and leaves the counts as they were", () => {
  const counts = [1, 3, 2];
  assert.deepEqual(ranked(counts), [3, 2, 1]);
  assert.deepEqual(counts, [1, 3, 2]);
});

test("hottestShare(counts, share) is what the hottest of them have of all firings", () => {
  const counts = [1, 6, 2, 1];
  const found = [0, 0.25, 0.3, 0.5, 1].map((share) => hottestShare(counts, share));
  assert.deepEqual(found, [0, 0.6, 0.8, 0.8, 1]); // a part of a neuron is a whole one
});

test("powerLaw(counts) finds the exponent of an exact power law, with no error", () => {
  const { slope, intercept, slopeError, deviation, explained, neurons } = powerLaw(
    Array.from({ length: 50 }, (_, r) => 7 / Math.sqrt(r + 1)),
  );
  close(slope, -0.5);
  close(intercept, Math.log(7));
  close(slopeError, 0);
  close(deviation, 0);
  close(explained, 1);
  assert.equal(neurons, 50);
});

test("powerLaw(counts) by hand: log counts 2, 1, 1 over log ranks 0, log 2, log 3", () => {
  const { slope, intercept, deviation, explained } = powerLaw([Math.E, Math.E, Math.exp(2)]);
  const [x, y] = [
    [0, Math.log(2), Math.log(3)],
    [2, 1, 1],
  ];
  const mean = (x[1] ?? 0) / 3 + (x[2] ?? 0) / 3;
  const wanted = -mean * (2 / 3) - ((x[1] ?? 0) - mean) / 3 - ((x[2] ?? 0) - mean) / 3;
  const spread = x.reduce((total, xi) => total + (xi - mean) ** 2, 0);
  close(slope, wanted / spread);
  close(intercept, 4 / 3 - slope * mean);
  const residual = y.reduce((total, yi, i) => total + (yi - intercept - slope * (x[i] ?? 0)) ** 2, 0);
  close(deviation, Math.sqrt(residual / 3));
  close(explained, 1 - residual / (2 / 3));
});

test("powerLaw(counts) leaves out neurons that never fired", () => {
  assert.equal(powerLaw([5, 0, 3, 2, 0]).neurons, 3);
});

test("powerLaw of equal counts is a level line that explains all there is", () => {
  const { slope, explained } = powerLaw([4, 4, 4, 4]);
  close(slope, 0);
  assert.equal(explained, 1);
});

test("hottestShare and powerLaw refuse what they cannot answer", () => {
  assert.throws(() => hottestShare([1], 1.5), {
    name: "RangeError",
    message: "hottestShare: share is 1.5; expected a number in [0, 1]",
  });
  assert.throws(() => powerLaw([3, 0, 1]), {
    name: "RangeError",
    message: "powerLaw: counts has 2 above 0; expected three neurons at least that fired",
  });
});
