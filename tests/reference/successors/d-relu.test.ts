import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { observe } from "../../../reference/interpret/observe.ts";
import { record } from "../../../reference/interpret/record.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { llama } from "../../../reference/models/llama.ts";
import { relu } from "../../../reference/ops/activation.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { dRelu } from "../../../reference/successors/d-relu.ts";
import { map, matrix, sum } from "../../../reference/tensor.ts";
import { holds, matrices, of, rows, sameBits, sameEverything } from "../../assertions.ts";
import { tinyLlama, tokens } from "../models/tiny.ts";

test("dRelu(ops).gatedLinear is relu(gate) · relu(up · x), bit for bit, for any gate that a ReLU left", () => {
  const finite = fc.double({ min: -8, max: 8, noNaN: true });
  holds(
    fc.property(
      matrices<"T", "D">(2, 3, finite),
      matrices<"F", "D">(4, 3, finite),
      matrices<"T", "F">(2, 4, finite),
      (x, w, before) => {
        const g = map(before, relu);
        const up = (t: number, f: number): number => sum(3, (d) => x.get(t, d) * w.get(f, d));
        const both = matrix<"T", "F">(2, 4, (t, f) => g.get(t, f) * relu(up(t, f)) + 0);
        sameBits(dRelu(reference).gatedLinear(x, w, g), both);
        sameBits(dRelu(reference).activeGatedLinear(x, w, g), both);
      },
    ),
  );
});

test("dRelu by hand: a neuron needs both, an open gate and a positive up", () => {
  const x = of<"T", "D">([1]);
  const w = of<"F", "D">([2], [-2], [2]);
  const g = of<"T", "F">([3, 3, 0]);
  assert.deepEqual(rows(dRelu(reference).gatedLinear(x, w, g)), [[6, 0, 0]]);
});

test("dRelu behind a gate that may be negative is another function: −1 · −2 is open", () => {
  const one = of<"T", "D">([1]);
  assert.deepEqual(rows(dRelu(reference).gatedLinear(one, of<"F", "D">([-2]), of([-1]))), [[2]]);
});

test("dRelu leaves more zeros in a Llama's hidden layer than its gate alone, and all that the gate left", () => {
  const zeros = (ops: typeof reference) => {
    const runs = llama(ops, tinyLlama.config, tinyLlama.weights, tokens, empty);
    return runs.layers[0]?.hidden.hidden.data.filter((h) => h === 0).length ?? 0;
  };
  assert.ok(zeros(dRelu(reference)) > zeros(reference));
});

test("dRelu(skipZeros(ops)) computes the bits of dRelu(ops)", () => {
  const run = (ops: typeof reference) =>
    llama(dRelu(ops), tinyLlama.config, tinyLlama.weights, tokens, empty);
  sameEverything(run(skipZeros(reference)), run(reference));
});

test("dRelu(record(ops)) has the slopes of the function with two ReLUs, against central differences", () => {
  const x = of<"T", "D">([0.7, -0.3], [0.2, 0.9]);
  const w = of<"F", "D">([1, 2], [-1, 0.5], [0.3, -2]);
  const g = of<"T", "F">([0.5, 0, 1.5], [2, 1, 0.25]);
  const loss = (ops: typeof reference, changed = w) =>
    ops.crossEntropy(dRelu(ops).gatedLinear(x, changed, g), [1, 2]);
  const tape = record(reference);
  const losses = tape.crossEntropy(dRelu(tape).gatedLinear(x, w, g), [1, 2]);
  const slope = tape.slopes(losses, 1).get(w);
  for (let i = 0; i < w.size; i++) {
    const at = (step: number) => {
      const moved = loss(
        reference,
        matrix(3, 2, (f, d) => w.get(f, d) + (2 * f + d === i ? step : 0)),
      );
      return moved.get(0) + moved.get(1);
    };
    const wanted = (at(1e-5) - at(-1e-5)) / 2e-5;
    assert.ok(
      Math.abs((slope?.data[i] ?? Number.NaN) - wanted) < 1e-8,
      `w ${i}: ${slope?.data[i]}, ${wanted}`,
    );
  }
});

test("dRelu keeps what else an implementation has: it can be looked at, and trained with", () => {
  let seen = 0;
  llama(dRelu(observe(reference, () => seen++)), tinyLlama.config, tinyLlama.weights, tokens, empty);
  assert.ok(seen > 0);
  assert.equal(dRelu(reference).gradient, reference.gradient);
});
