import assert from "node:assert/strict";
import { test } from "node:test";
import { kernels } from "../../../kernels/index.node.ts";
import { neuronRows } from "../../../reference/decoding/firing.ts";
import { count } from "../../../reference/interpret/count.ts";
import { record } from "../../../reference/interpret/record.ts";
import { reuse } from "../../../reference/interpret/reuse.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { map, type Tensor, type Vector, vector } from "../../../reference/tensor.ts";
import { mapTensors } from "../../../reference/weights.ts";
import { of, ofVector, rows, sameBits, sameEverything } from "../../assertions.ts";
import { tinyModels, tokens } from "../models/tiny.ts";

const machine = await kernels({ mebibytes: 64 });

const x = of<"T", "I">([1, 2, 3], [4, 5, 6]);
const w = of<"I", "O">([1, 10], [100, 1000], [7, 8]);
const loaded = new Map<Tensor, Vector>([[w, ofVector(1, 0, 1)]]);

/** The first half of each layer's neurons, or all of them. */
const some = (model: Model, share: number): ReadonlyMap<Tensor, Vector> =>
  new Map(
    neuronRows(model).flatMap((tensors) =>
      tensors.map((w) => [w, vector(w.shape[0] ?? 0, (f) => Number(f < share * (w.shape[0] ?? 0)))] as const),
    ),
  );
const run = (ops: Parameters<typeof forward>[0], model: Model) => forward(ops, model, tokens, empty);

test("reuse(ops, loaded) lets an unloaded row of the weights count for nothing", () => {
  assert.deepEqual(rows(reuse(reference, loaded).linear(x, w)), [
    [1 + 21, 10 + 24],
    [4 + 42, 40 + 48],
  ]);
});

test("reuse(ops, loaded) adds the bias, and leaves products with other weights alone", () => {
  const ops = reuse(reference, loaded);
  assert.deepEqual(rows(ops.linear(x, w, ofVector(1000, 2000))), [
    [1022, 2034],
    [1046, 2088],
  ]);
  const other = map(w, (value) => value);
  sameBits(ops.linear(x, other), reference.linear(x, other));
});

test("reuse(ops, loaded) closes the gates of unloaded rows of a gated product", () => {
  const up = of<"F", "D">([1, 1, 1], [2, 2, 2]);
  const gate = of<"T", "F">([1, 5], [3, 0]);
  const ops = reuse(reference, new Map<Tensor, Vector>([[up, ofVector(1, 0)]]));
  assert.deepEqual(rows(ops.gatedLinear(of<"T", "D">([1, 2, 3], [4, 5, 6]), up, gate)), [
    [6, 0],
    [45, 0],
  ]);
});

test("reuse(skipZeros(count(ops)), loaded) reads only rows that are loaded", () => {
  const counted = count(reference);
  reuse(skipZeros(counted), loaded).linear(x, w);
  assert.deepEqual(counted.ledger.get(w), { multiplyAdds: 2 * 2 * 2, weightsRead: 2 * 2 });
});

for (const model of tinyModels) {
  test(`${model.family}: with every neuron loaded, every bit is as it was`, () => {
    sameEverything(run(reuse(reference, some(model, 1)), model), run(reference, model));
  });

  test(`${model.family}: with half of the neurons loaded, it is the model whose other down rows are zero`, () => {
    const halves = some(model, 0.5);
    const cut = mapTensors(model, (w) => {
      const mask = halves.get(w);
      if (!mask) return w;
      const width = w.shape[1] ?? 1;
      let i = 0;
      return map(w, (value) => value * mask.get(Math.floor(i++ / width)));
    });
    const found = run(reuse(reference, halves), model);
    sameBits(found.logits, run(reference, cut).logits);
    assert.ok(found.logits.data.some((z, i) => z !== run(reference, model).logits.data[i]));
  });

  test(`${model.family}: reuse(kernels, loaded), dense and skipping zeros, is the same to the bit`, () => {
    const placed: Model = { ...model, weights: machine.load(model.weights) } as Model;
    const halves = some(placed, 0.5);
    const dense = run(reuse(machine, halves), placed).logits;
    sameBits(run(reuse(skipZeros(machine), halves), placed).logits, dense);
    sameBits(run(reuse(machine, some(placed, 1)), placed).logits, run(machine, placed).logits);
  });
}

test("reuse(ops, loaded) does not go under a tape", () => {
  const ops = reuse(reference, loaded);
  // @ts-expect-error what changes values has no gradients
  const tape = () => record(ops);
  assert.equal(typeof tape, "function");
});

test("reuse refuses a mask that does not fit, or that is not of 0 and 1", () => {
  assert.throws(() => reuse(reference, new Map<Tensor, Vector>([[w, ofVector(1, 0)]])), {
    name: "RangeError",
    message: "reuse: a mask is [2]; expected [I], with I the rows of its weight tensor: [3]",
  });
  assert.throws(() => reuse(reference, new Map<Tensor, Vector>([[w, ofVector(1, 0, 0.5)]])), {
    name: "RangeError",
    message: "reuse: a mask holds 0.5; expected 0 and 1 alone",
  });
});
