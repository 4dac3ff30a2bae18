import assert from "node:assert/strict";
import { test } from "node:test";
import { record } from "../../../reference/interpret/record.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { cats, catsThresholds } from "../../../reference/successors/cats.ts";
import { effect, inputSparsity } from "../../../reference/successors/effect.ts";
import { feedForwards, projections } from "../../../reference/successors/projections.ts";
import { teal, tealThresholds } from "../../../reference/successors/teal.ts";
import { of, rows, sameEverything } from "../../assertions.ts";
import { none, silu, tinyLlama, tinyOpt, tokens } from "../models/tiny.ts";

/** A Llama without any zero of its own. */
const smooth = { ...tinyLlama, config: { ...tinyLlama.config, activation: silu, afterNorm: none } };
const text = [...tokens, 10, 8, 7, 2, 4, 6, 0, 3];
const x = of<"T", "I">([0.1, -2, 0.5]);
const w = of<"I", "O">([1], [10], [100]);

test("teal(ops, thresholds) reads x where |x| ≥ t, and 0 elsewhere", () => {
  assert.deepEqual(rows(teal(reference, new Map([[w, 0.5]])).linear(x, w)), [[30]]);
  assert.deepEqual(rows(teal(reference, new Map([[w, 0.51]])).linear(x, w)), [[-20]]);
  assert.deepEqual(rows(teal(reference, new Map([[w, Infinity]])).linear(x, w)), [[0]]);
});

test("teal leaves a projection without a threshold as it is", () => {
  assert.deepEqual(rows(teal(reference, new Map()).linear(x, w)), rows(reference.linear(x, w)));
});

test("teal cuts the input of a gated product, not its gate", () => {
  const up = of<"F", "D">([1, 10, 100], [1, 1, 1]);
  const cut = teal(reference, new Map([[up, 0.5]]));
  assert.deepEqual(rows(cut.gatedLinear(x as never, up, of([0.25, 2]))), [[7.5, -3]]);
});

test("tealThresholds has all seven projections of a Llama's layers, and its target is what becomes zero of that text", () => {
  for (const target of [0, 0.25, 0.5, 0.9]) {
    const thresholds = tealThresholds(reference, smooth, text, target);
    assert.equal(thresholds.size, 14);
    const first = smooth.weights.layers[0];
    if (!first) throw new Error("no layer 0");
    const read = effect(reference, smooth, [...text, 0], (ops) => teal(ops, thresholds));
    // The first layer's inputs are those of the dense model; deeper ones have moved.
    const sparsity = inputSparsity(read, [first.query, first.key, first.value]);
    assert.ok(Math.abs(sparsity - target) < 0.01, `${sparsity} for ${target}`);
  }
});

test("teal at target 0 changes no bit, at target 1 leaves nothing to read", () => {
  const run = (target: number) =>
    forward(teal(reference, tealThresholds(reference, smooth, text, target)), smooth, text, empty);
  sameEverything(run(0), forward(reference, smooth, text, empty));
  const silent = effect(reference, smooth, text, (ops) =>
    teal(ops, tealThresholds(reference, smooth, text, 1)),
  );
  assert.equal(inputSparsity(silent, projections(smooth).keys()), 1);
});

test("teal(skipZeros(ops)) skips what it made zero: the same bits", () => {
  const thresholds = tealThresholds(reference, smooth, text, 0.5);
  const run = (ops: typeof reference) => forward(teal(ops, thresholds), smooth, text, empty);
  sameEverything(run(skipZeros(reference)), run(reference));
});

test("record(teal(…)) and record(cats(…)) do not compile: their slopes would be those of another function", () => {
  // @ts-expect-error the interpretation has no gradient
  assert.ok(record(teal(reference, new Map())));
  // @ts-expect-error the interpretation has no gradient
  assert.ok(record(cats(reference, new Map())));
});

test("tealThresholds refuses a target outside [0, 1]", () => {
  assert.throws(() => tealThresholds(reference, smooth, text, 1.2), {
    name: "RangeError",
    message: "quantile: share is 1.2; expected a share in [0, 1]",
  });
});

test("cats(ops, thresholds) shuts the gate where |g| < t: the neuron is +0", () => {
  const up = of<"F", "D">([1], [1], [1]);
  const shut = cats(reference, new Map([[up, 0.3]]));
  const got = rows(shut.gatedLinear(of<"T", "D">([2]), up, of([-0.2, -0.3, 1])));
  assert.deepEqual(got, [[0, -0.6, 2]]);
  assert.deepEqual(rows(shut.activeGatedLinear(of<"T", "D">([2]), up, of([-0.2, -0.3, 1]))), got);
});

test("catsThresholds shuts the wanted share of a layer's gates, and up and down skip them", () => {
  const thresholds = catsThresholds(reference, smooth, text, 0.5);
  assert.equal(thresholds.size, 2);
  const read = effect(reference, smooth, [...text, 0], (ops) => cats(ops, thresholds));
  const first = feedForwards(smooth).slice(0, 1);
  const sparsity = inputSparsity(
    read,
    first.map(({ down }) => down),
  );
  assert.ok(Math.abs(sparsity - 0.5) < 0.01, `${sparsity}`);
});

test("catsThresholds refuses a model without gates", () => {
  assert.throws(() => catsThresholds(reference, tinyOpt, text, 0.5), {
    name: "RangeError",
    message: "catsThresholds: the model is of the family opt; expected a gated feed-forward, as llama has",
  });
});
