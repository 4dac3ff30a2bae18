// Objectives: their slopes against differences of what they stand for, and their edges.
import assert from "node:assert/strict";
import { test } from "node:test";
import { log } from "../../../reference/elementary.ts";
import { record } from "../../../reference/interpret/record.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { softmax } from "../../../reference/ops/softmax.ts";
import { type Matrix, map, sum, type Tensor } from "../../../reference/tensor.ts";
import { distilled, nextToken, type Objective, sparing } from "../../../reference/training/objective.ts";
import { mapTensors, names } from "../../../reference/weights.ts";
import { sameBits } from "../../assertions.ts";
import { tinyLlama, tinyModels, tinyOpt, tokens } from "../models/tiny.ts";

const window = { tokens: tokens.slice(0, -1), targets: tokens.slice(1) };
const T = window.tokens.length;
const share = 1 / T;

function aimOf(objective: Objective, model: Model) {
  const tape = record(reference);
  const run = forward(tape, model, window.tokens, empty);
  const aim = objective({ tape, machine: reference, run, window, share, step: 1 });
  return { ...aim, slopes: tape.pull(aim.seeds) };
}

const logitsOf = (model: Model): Matrix<"T", "V"> => forward(reference, model, window.tokens, empty).logits;
const meanLoss = (model: Model): number => {
  const losses = reference.crossEntropy(logitsOf(model), window.targets);
  return sum(T, (t) => losses.get(t)) / T;
};

/** τ² · the mean over tokens of Σ p log(p/q), of the two models' softmax at temperature τ. */
function distance(teacher: Model, student: Model, tau: number): number {
  const [p, q] = [teacher, student].map((model) => softmax(map(logitsOf(model), (z) => z / tau)));
  if (!p || !q) throw new Error("two models");
  return (tau * tau * sum(p.size, (i) => (p.data[i] ?? 0) * log((p.data[i] ?? 0) / (q.data[i] ?? 0)))) / T;
}

/** The model with one element of one weight moved by `by`. */
const moved = <M extends Model>(model: M, path: string, at: number, by: number): M => ({
  ...model,
  weights: mapTensors(model.weights, (w, name) => {
    let i = 0;
    return name === path ? map(w, (value) => (i++ === at ? value + by : value)) : w;
  }),
});

function agrees(objective: Objective, model: Model, value: (model: Model) => number): void {
  const { slopes } = aimOf(objective, model);
  const byPath = new Map<string, Tensor>([...names(model.weights)].map(([w, path]) => [path, w]));
  for (const path of ["layers.0.down", "layers.1.up", "layers.0.down.weight", "layers.1.up.weight"]) {
    const w = byPath.get(path);
    if (!w) continue;
    for (const at of [0, 7, w.size - 1]) {
      const h = 1e-6;
      const difference = (value(moved(model, path, at, h)) - value(moved(model, path, at, -h))) / (2 * h);
      const slope = slopes.get(w)?.data[at] ?? Number.NaN;
      assert.ok(
        Math.abs(slope - difference) <= 1e-6 * Math.max(1, Math.abs(slope)),
        `${model.family} ${path}[${at}]: the slope is ${slope}; a difference says ${difference}`,
      );
    }
  }
}

test("nextToken's slopes are those of the mean cross-entropy, and its loss is that mean", () => {
  for (const model of tinyModels) {
    const { loss, slopes } = aimOf(nextToken, model);
    assert.ok(Math.abs(loss - meanLoss(model)) < 1e-12);
    const tape = record(reference);
    const run = forward(tape, model, window.tokens, empty);
    const wanted = tape.slopes(tape.crossEntropy(run.logits, window.targets), share);
    for (const w of names(model.weights).keys()) sameBits(slopes.get(w) ?? w, wanted.get(w) ?? w);
  }
});

test("distilled(teacher, mix, tau) has the slopes of (1 − mix) · loss + mix · tau² · KL", () => {
  const teacher = moved(tinyLlama, "layers.0.gate", 3, 0.8);
  for (const [mix, tau] of [
    [1, 1],
    [0.5, 1],
    [0.7, 2],
  ] as const) {
    const objective = distilled(teacher, mix, tau);
    const value = (m: Model): number => (1 - mix) * meanLoss(m) + mix * distance(teacher, m, tau);
    agrees(objective, tinyLlama, value);
    assert.ok(
      Math.abs(aimOf(objective, tinyLlama).loss - meanLoss(tinyLlama)) < 1e-12,
      "the loss is the text's",
    );
  }
});

test("distilled from the model itself pulls nowhere when the teacher is all", () => {
  const { slopes } = aimOf(distilled(tinyOpt, 1, 1), tinyOpt);
  for (const w of names(tinyOpt.weights).keys())
    assert.ok((slopes.get(w)?.data ?? []).every((slope) => slope === 0));
});

test("sparing(objective, strength) adds strength · mean |h| of each layer", () => {
  for (const model of tinyModels) {
    const penalty = (m: Model): number => {
      const { layers } = forward(reference, m, window.tokens, empty);
      return layers.reduce((total, { hidden: { hidden } }) => {
        return total + sum(hidden.size, (i) => Math.abs(hidden.data[i] ?? 0)) / hidden.size;
      }, 0);
    };
    agrees(
      sparing(nextToken, (step) => 0.3 * step),
      model,
      (m) => meanLoss(m) + 0.3 * penalty(m),
    );
  }
});

test("distilled refuses a mix outside [0, 1] and a temperature that is not above 0", () => {
  assert.throws(() => distilled(tinyOpt, 1.5, 1), {
    name: "RangeError",
    message: "distilled: mix is 1.5; expected 0 ≤ mix ≤ 1",
  });
  assert.throws(() => distilled(tinyOpt, 0.5, 0), {
    name: "RangeError",
    message: "distilled: tau is 0; expected a finite number above 0",
  });
});

test("pull(seeds) refuses a tensor that the tape did not see, and a seed of another shape", () => {
  const tape = record(reference);
  const { logits } = forward(tape, tinyOpt, window.tokens, empty);
  assert.throws(() => tape.pull(new Map([[tinyOpt.weights.tokens, tinyOpt.weights.tokens]])), {
    name: "TypeError",
    message: "pull: a seed is of a tensor from elsewhere; expected one that this tape recorded",
  });
  assert.throws(() => tape.pull(new Map([[logits, tinyOpt.weights.tokens]])), {
    name: "RangeError",
    message: `pull: the tensor is [${T}, 11]; expected the shape of its seed: [11, 12]`,
  });
});
