import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesSource } from "../../../reference/formats/byte-source.ts";
import { joined } from "../../../reference/formats/safetensors-writer.ts";
import { readTraining, writeTraining } from "../../../reference/formats/training-checkpoint.ts";
import { sparsity, zeros } from "../../../reference/measure/sparsity.ts";
import { empty } from "../../../reference/models/cache.ts";
import type { Config, RotaryConfig } from "../../../reference/models/config.ts";
import { initialLlama, initialOpt } from "../../../reference/models/initialize.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { map, sum } from "../../../reference/tensor.ts";
import { batch } from "../../../reference/training/corpus.ts";
import { Optimizer } from "../../../reference/training/optimizer.ts";
import {
  Diverged,
  type Progress,
  type Recipe,
  train,
  validationLoss,
} from "../../../reference/training/train.ts";
import { mapTensors, names } from "../../../reference/weights.ts";
import { sameEverything } from "../../assertions.ts";
import { none, relu } from "../models/tiny.ts";

const sizes = { V: 5, D: 8, F: 16, L: 1, N: 2, G: 2, K: 4, P: 12 };
const config: Config = { sizes, epsilon: 1e-5, activation: relu, afterNorm: none };
const model = initialOpt(config, 1);
const rotary: RotaryConfig["rotary"] = { base: 10000, pairing: "half-split" };
const recipe: Recipe = {
  seed: 3,
  steps: 40,
  batch: 2,
  context: 8,
  warmUp: 4,
  peak: 0.02,
  floor: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  decay: 0.1,
  clip: 1,
};
/** 0 1 2 3 4 over and over: each token tells the next. */
const text = Array.from({ length: 200 }, (_, i) => i % 5);

type Start<M extends Model> = { readonly model: M; readonly optimizer: Optimizer<M["weights"]> };
function begin<M extends Model>(from: M, own = recipe): Start<M> {
  const optimizer = new Optimizer<M["weights"]>(reference.inPlace, from.weights, own);
  return { model: { ...from, weights: optimizer.weights }, optimizer };
}

/** Takes up to `steps` steps. */
function walk<M extends Model>({ model, optimizer }: Start<M>, steps = Infinity, own = recipe): Progress[] {
  const seen: Progress[] = [];
  for (const progress of train(reference, model, optimizer, text, own)) {
    seen.push(progress);
    if (seen.length === steps) break;
  }
  return seen;
}

test("train teaches a text whose every token tells the next: from log V to less than a quarter of it", () => {
  const uniform = Math.log(sizes.V);
  for (const from of [model, initialLlama({ ...config, rotary }, 1)] as readonly Model[]) {
    const start = begin(from);
    const seen = walk(start);
    assert.deepEqual(
      seen.map(({ step }) => step),
      Array.from({ length: recipe.steps }, (_, i) => i + 1),
    );
    const [first, last] = [seen[0]?.loss ?? 0, seen.at(-1)?.loss ?? Infinity];
    assert.ok(Math.abs(first / uniform - 1) < 0.1, `${start.model.family}: begins at ${first}, about log 5`);
    assert.ok(last < 0.25 * uniform, `${start.model.family}: ends at ${last}`);
    assert.ok(validationLoss(reference, start.model, text, 8) < 0.25 * uniform);
  }
});

test("train yields what the step showed: the batch's mean loss before it, its slopes, its rate, the zeros of ReLU", () => {
  const start = begin(model);
  const [seen] = walk(start, 1);
  const windows = batch(text, recipe.seed, 1, recipe.batch, recipe.context);
  const shares = windows.map(({ tokens, targets }) => {
    const losses = reference.crossEntropy(forward(reference, model, tokens, empty).logits, targets);
    return (1 / 16) * sum(8, (t) => losses.get(t));
  });
  assert.equal(
    seen?.loss,
    shares.reduce((total, share) => total + share, 0),
  );
  assert.equal(seen?.rate, recipe.peak / recipe.warmUp);
  assert.ok(seen && seen.norm > 0 && Number.isFinite(seen.norm));
  const [layer] = forward(reference, model, windows[0]?.tokens ?? [], empty).layers;
  const hidden = reference.activate(layer?.hidden.preactivation ?? assert.fail(), relu);
  assert.equal(seen?.sparsity, sparsity(zeros(hidden, 0)));
});

test("train: the same recipe gives the same bits; another seed, other windows", () => {
  const [a, b, c] = [begin(model), begin(model), begin(model)];
  assert.deepEqual(walk(a, 5), walk(b, 5));
  sameEverything(a.model.weights, b.model.weights);
  assert.notDeepEqual(walk(c, 5, { ...recipe, seed: 4 }), walk(begin(model), 5));
});

test("train stopped, written to a checkpoint, read and gone on with gives the bits of a run without a stop", () => {
  const straight = begin(model);
  const whole = walk(straight, 12);

  const before = begin(model);
  const first = walk(before, 5);
  const tensors = [...names(before.model.weights)].map(([weight, path]) => {
    const { first, second } = before.optimizer.moments.get(path) ?? assert.fail(path);
    return [path, { weight, first, second }] as const;
  });
  const curve = new Map([["loss", first.map(({ loss }) => loss)]]);
  const file = joined(
    writeTraining({ step: before.optimizer.step, run: "{}", tensors: new Map(tensors), curve }),
  );

  const shapes = new Map([...names(model.weights)].map(([w, path]) => [path, w]));
  const kept = readTraining(bytesSource("run", file), shapes, "{}");
  const weights = mapTensors(model.weights, (w, path) => kept.tensors.get(path)?.weight ?? w);
  const optimizer = new Optimizer(reference.inPlace, weights, recipe, kept.step, kept.tensors);
  const after = { model: { ...model, weights: optimizer.weights }, optimizer };
  const rest = walk(after, 7);

  assert.deepEqual([...first, ...rest], whole);
  assert.deepEqual(
    [...(kept.curve.get("loss") ?? []), ...rest.map(({ loss }) => loss)],
    whole.map(({ loss }) => loss),
  );
  sameEverything(after.model.weights, straight.model.weights);
  for (const [path, moments] of straight.optimizer.moments)
    sameEverything(after.optimizer.moments.get(path), moments);
});

test("train of a finished run has no step left to take", () => {
  const start = begin(model);
  assert.equal(walk(start, Infinity, { ...recipe, steps: 2 }).length, 2);
  assert.deepEqual(walk(start, Infinity, { ...recipe, steps: 2 }), []);
});

test("train refuses a text shorter than a window", () => {
  const start = begin(model);
  assert.throws(() => train(reference, start.model, start.optimizer, text.slice(0, 8), recipe).next(), {
    name: "RangeError",
    message: "batch: the text has 8 tokens; expected more than T = 8, the context, to train on",
  });
});

/** The model, with every number of the named weight tensors multiplied. */
const scaled = (factors: Readonly<Record<string, number>>): typeof model => ({
  ...model,
  weights: mapTensors(model.weights, (w, path) => map(w, (value) => value * (factors[path] ?? 1))),
});

for (const [what, broken, message] of [
  ["a loss that is NaN", scaled({ "layers.0.up.weight": Number.NaN }), "the loss is NaN"],
  ["logits that overflow", scaled({ "norm.gain": 1e300, "tokens = unembedding": 1e12 }), "the loss is NaN"],
  [
    "slopes too long for a number, though the loss is finite",
    scaled({ "norm.gain": 1e200, "tokens = unembedding": 1e-200 }),
    "the length of the slopes is Infinity",
  ],
] as const) {
  test(`train ends before a step with ${what}, names it, and leaves weights and moments as they were`, () => {
    const start = begin(broken);
    const thrown = (() => {
      try {
        return walk(start);
      } catch (error) {
        return error;
      }
    })();
    assert.ok(thrown instanceof Diverged, `${thrown}`);
    assert.equal(
      thrown.message,
      `train: ${message} at step 1; a lower rate, or a longer warm-up, may keep it finite`,
    );
    assert.deepEqual([thrown.step, start.optimizer.step, start.optimizer.length()], [1, 0, 0]);
    sameEverything(start.model.weights, broken.weights);
    for (const { first, second } of start.optimizer.moments.values())
      for (const moment of [first, second]) assert.ok(moment.data.every((value) => value === 0));
  });
}

test("train that diverged half-way leaves the weights of its last good step", () => {
  const wild = { ...recipe, peak: 1e155, warmUp: 0 };
  const [start, seen]: [Start<typeof model>, Progress[]] = [begin(model, wild), []];
  assert.throws(() => {
    for (const progress of train(reference, start.model, start.optimizer, text, wild)) seen.push(progress);
  }, Diverged);
  assert.ok(seen.length > 0 && start.optimizer.step === seen.length);
  const again = begin(model, wild);
  walk(again, seen.length, wild);
  sameEverything(again.model.weights, start.model.weights);
});

test("validationLoss(ops, model, text, context) of one window is the mean loss of its tokens", () => {
  const losses = reference.crossEntropy(
    forward(reference, model, text.slice(0, 6), empty).logits,
    text.slice(1, 7),
  );
  assert.equal(validationLoss(reference, model, text.slice(0, 7), 8), sum(6, (t) => losses.get(t)) / 6);
});

test("validationLoss of several windows takes the last predictions of each, which see the most", () => {
  const losses = (from: number, to: number) =>
    reference.crossEntropy(
      forward(reference, model, text.slice(from, to), empty).logits,
      text.slice(from + 1, to + 1),
    );
  const [first, second] = [losses(0, 8), losses(4, 12)];
  const wanted = (sum(8, (t) => first.get(t)) + sum(4, (i) => second.get(4 + i))) / 12;
  assert.equal(validationLoss(reference, model, text.slice(0, 13), 8), wanted);
});

test("validationLoss counts every token but the first once, and tells how far it is", () => {
  const told: (readonly [number, number])[] = [];
  validationLoss(reference, model, text.slice(0, 21), 8, (done, total) => told.push([done, total]));
  assert.deepEqual(told, [
    [8, 20],
    [12, 20],
    [16, 20],
    [20, 20],
  ]);
});
