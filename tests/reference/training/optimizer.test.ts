import assert from "node:assert/strict";
import { test } from "node:test";
import type { Slopes } from "../../../reference/interpret/record.ts";
import type { InPlace } from "../../../reference/ops/contract.ts";
import { inPlace } from "../../../reference/ops/in-place.ts";
import { stream } from "../../../reference/random.ts";
import { type Matrix, matrix, type Tensor, type Vector, vector } from "../../../reference/tensor.ts";
import { Optimizer, type Rules } from "../../../reference/training/optimizer.ts";
import { names } from "../../../reference/weights.ts";
import { of, ofVector, sameBits, sameEverything } from "../../assertions.ts";

const rules: Rules = { beta1: 0.5, beta2: 0.75, epsilon: 0, decay: 0.5, clip: 1000 };

/** One matrix and one vector. */
const weights = { up: of<"I", "O">([1]), bias: ofVector<"O">(1) };
const slopesOf = (w: { readonly up: Tensor; readonly bias: Tensor }, up: number, bias: number): Slopes =>
  new Map<Tensor, Tensor>([
    [w.up, of([up])],
    [w.bias, ofVector(bias)],
  ]);

test("an optimizer's weights are a copy: the record it was given stays as it was", () => {
  const optimizer = new Optimizer(inPlace, weights, rules);
  optimizer.gather(slopesOf(optimizer.weights, 2, 2));
  optimizer.descend(0.5, optimizer.length());
  sameBits(weights.up, of([1]));
  assert.equal(optimizer.step, 1);
});

test("descend(rate, length) by hand, twice: corrected moments 2 and 4 give a step of `rate`, and only the matrix decays", () => {
  const optimizer = new Optimizer(inPlace, weights, rules);
  const step = () => {
    optimizer.gather(slopesOf(optimizer.weights, 2, 2));
    optimizer.descend(0.5, optimizer.length());
  };
  step(); // first = 1 = 2 · (1 − 1/2), second = 1 = 4 · (1 − 3/4)
  sameEverything(optimizer.weights, { up: of([0.25]), bias: ofVector(0.5) });
  step(); // first = 3/2 = 2 · (1 − 1/4), second = 7/4 = 4 · (1 − 9/16)
  sameEverything(optimizer.weights, { up: of([0.25 - 0.5 * 1.125]), bias: ofVector(0) });
  sameEverything(optimizer.moments.get("up"), { first: of([1.5]), second: of([1.75]) });
  assert.deepEqual([...optimizer.moments.keys()], ["up", "bias"]);
});

test("gather(slopes) adds up window after window, and a step forgets what was gathered", () => {
  const optimizer = new Optimizer(inPlace, weights, rules);
  optimizer.gather(slopesOf(optimizer.weights, 1, 0));
  optimizer.gather(slopesOf(optimizer.weights, 2, 4));
  assert.equal(optimizer.length(), 5);
  optimizer.descend(0.5, 5);
  assert.equal(optimizer.length(), 0);
});

test("forget() drops the gathered slopes and takes no step", () => {
  const optimizer = new Optimizer(inPlace, weights, rules);
  optimizer.gather(slopesOf(optimizer.weights, Number.NaN, 4));
  optimizer.forget();
  assert.deepEqual([optimizer.length(), optimizer.step], [0, 0]);
  sameEverything(optimizer.weights, weights);
});

test("descend clips all slopes together: longer than `clip` they are scaled down to it, shorter ones stay", () => {
  for (const [clip, scale] of [
    [2.5, 0.5],
    [5, 1],
    [10, 1],
  ] as const) {
    const optimizer = new Optimizer(inPlace, weights, { ...rules, clip });
    optimizer.gather(slopesOf(optimizer.weights, 3, 4));
    optimizer.descend(0.5, optimizer.length());
    sameBits(optimizer.moments.get("up")?.first ?? of(), of([0.5 * scale * 3]));
    sameBits(optimizer.moments.get("bias")?.first ?? of(), ofVector(0.5 * scale * 4));
  }
});

test("a weight without a slope has slope 0: it decays, if it is a matrix, and its moments fade", () => {
  const optimizer = new Optimizer(inPlace, weights, { ...rules, epsilon: 1 });
  optimizer.gather(new Map<Tensor, Tensor>([[of([9]), of([9])]])); // of a tensor that is none of its own
  optimizer.descend(0.5, optimizer.length());
  sameEverything(optimizer.weights, { up: of([0.75]), bias: ofVector(1) });
});

test("a tied weight stays tied, is counted once in the length, and takes one step", () => {
  const table = of<"V", "D">([1]);
  const optimizer = new Optimizer(inPlace, { tokens: table, unembedding: table }, rules);
  assert.equal(optimizer.weights.tokens, optimizer.weights.unembedding);
  optimizer.gather(new Map([[optimizer.weights.tokens as Tensor, of([2]) as Tensor]]));
  assert.equal(optimizer.length(), 2);
  optimizer.descend(0.5, 2);
  sameBits(optimizer.weights.tokens, of([0.25]));
});

test("new Optimizer(…, step, moments) goes on from there, to the same bits as without a stop", () => {
  const start = { w: matrix<"I", "O">(3, 2, (i, o) => i - o / 3), b: vector<"O">(2, (o) => o) };
  const random = stream(5, "slopes");
  const slopes = Array.from({ length: 6 }, () => ({
    w: matrix<"I", "O">(3, 2, () => random.normal()),
    b: vector<"O">(2, () => random.normal()),
  }));
  const usual: Rules = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1, clip: 1 };
  type W = { readonly w: Matrix<"I", "O">; readonly b: Vector<"O"> };
  const walk = (optimizer: Optimizer<W>, from: number, to: number): Optimizer<W> => {
    for (const { w, b } of slopes.slice(from, to)) {
      optimizer.gather(
        new Map<Tensor, Tensor>([
          [optimizer.weights.w, w],
          [optimizer.weights.b, b],
        ]),
      );
      optimizer.descend(0.01, optimizer.length());
    }
    return optimizer;
  };
  const straight = walk(new Optimizer(inPlace, start, usual), 0, 6);
  const half = walk(new Optimizer(inPlace, start, usual), 0, 2);
  const rest = walk(new Optimizer(inPlace, half.weights, usual, half.step, half.moments), 2, 6);
  assert.equal(rest.step, 6);
  sameEverything(rest.weights, straight.weights);
  for (const [path, moments] of straight.moments) sameEverything(rest.moments.get(path), moments);
  assert.equal(half.step, 2, "the first half stays where it stopped");
  assert.notDeepEqual([...half.weights.w.data], [...rest.weights.w.data]);
});

test("release() gives back every tensor that it took, once", () => {
  const taken = new Set<Tensor>();
  const machine: InPlace = {
    ...inPlace,
    own(x) {
      const mine = inPlace.own(x);
      taken.add(mine);
      return mine;
    },
    disown: (x) => assert.ok(taken.delete(x), "a tensor of its own"),
  };
  const optimizer = new Optimizer(machine, weights, rules);
  assert.equal(taken.size, 2 * 4);
  for (const w of names(optimizer.weights).keys()) assert.ok(taken.has(w));
  optimizer.release();
  assert.equal(taken.size, 0);
});
