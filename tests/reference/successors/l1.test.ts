import assert from "node:assert/strict";
import { test } from "node:test";
import { record } from "../../../reference/interpret/record.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { penalty, penaltySlopes, penaltyWeight } from "../../../reference/successors/l1.ts";
import { map } from "../../../reference/tensor.ts";
import { nextToken, sparing } from "../../../reference/training/objective.ts";
import { near, of } from "../../assertions.ts";
import { tinyLlama, tokens } from "../models/tiny.ts";

const stages = [
  { until: 100, peak: 0.1 },
  { until: 300, peak: 0.5 },
  { until: 500, peak: 0.5 },
  { until: 700, peak: 1 },
];
const at = (step: number): number => penaltyWeight(stages, step);

test("penaltyWeight is constant in the first stage, and stays at the last peak", () => {
  assert.deepEqual([1, 50, 100].map(at), [0.1, 0.1, 0.1]);
  assert.deepEqual([700, 701, 9999].map(at), [1, 1, 1]);
});

test("penaltyWeight rises along half a wave: half-way up in the middle, by (1 − √½)/2 after a quarter", () => {
  assert.ok(Math.abs(at(200) - 0.3) < 1e-15);
  assert.ok(Math.abs(at(150) - (0.1 + 0.4 * ((1 - Math.SQRT1_2) / 2))) < 1e-15);
  assert.ok(Math.abs(at(300) - 0.5) < 1e-15);
});

test("penaltyWeight never falls, and makes no jump", () => {
  let before = at(1);
  for (let step = 2; step <= 800; step++) {
    const now = at(step);
    assert.ok(now >= before - 1e-15 && now - before < 0.01, `${before} at ${step - 1}, ${now} at ${step}`);
    before = now;
  }
});

test("penaltyWeight leaves and reaches a peak with slope 0", () => {
  assert.ok(at(101) - at(100) < 1e-4 && at(300) - at(299) < 1e-4);
});

test("penaltyWeight refuses stages that are none, end too early, or fall", () => {
  assert.throws(() => penaltyWeight([], 1), {
    name: "RangeError",
    message: "penaltyWeight: stages is empty; expected one at least",
  });
  const second = { until: 10, peak: 0.1 };
  assert.throws(() => penaltyWeight([{ until: 10, peak: 0.1 }, second], 1), {
    name: "RangeError",
    message: "penaltyWeight: stage 1 ends at 10 with 0.1; expected later than 10, and 0.1 or more",
  });
  assert.throws(() => penaltyWeight([{ until: 5, peak: 0.2 }, second], 1), /ends at 10 with 0.1; expected/);
  assert.throws(() => penaltyWeight([{ until: 5, peak: Number.NaN }], 1), /with NaN; expected/);
});

const layers = [of<"T", "F">([1, -2], [0, 4]), of<"T", "F">([0, 0], [0, -3])];

test("penalty is λ times the mean height, summed over the layers", () => {
  assert.equal(penalty(layers, 2), 2 * (7 / 4 + 3 / 4));
  assert.equal(penalty([], 2), 0);
});

test("penaltySlopes are λ/(T·F) times the sign, and 0 for what is off", () => {
  const slopes = penaltySlopes(layers, 2);
  near(
    slopes.get(layers[0] ?? of()) ?? of(),
    [
      [0.5, -0.5],
      [0, 0.5],
    ],
    0,
  );
  near(
    slopes.get(layers[1] ?? of()) ?? of(),
    [
      [0, 0],
      [0, -0.5],
    ],
    0,
  );
});

test("penaltySlopes as seeds: the tape has the penalty's slope along a weight, against central differences", () => {
  const hiddenOf = (ops: typeof reference, model: typeof tinyLlama) =>
    forward(ops, model, tokens, empty).layers.map(({ hidden }) => hidden.hidden);
  const tape = record(reference);
  const recorded = forward(tape, tinyLlama, tokens, empty).layers.map(({ hidden }) => hidden.hidden);
  const slopes = tape.pull(penaltySlopes(recorded, 3));
  const gate = tinyLlama.weights.layers[0]?.gate ?? of();
  for (const i of [5, 100, 201]) {
    const shifted = (step: number): number => {
      let place = -1;
      const moved = map(gate, (w) => (++place === i ? w + step : w));
      const [first, ...rest] = tinyLlama.weights.layers;
      const changed = first ? [{ ...first, gate: moved }, ...rest] : [];
      const model = { ...tinyLlama, weights: { ...tinyLlama.weights, layers: changed } };
      return penalty(hiddenOf(reference, model), 3);
    };
    const wanted = (shifted(1e-6) - shifted(-1e-6)) / 2e-6;
    const got = slopes.get(gate)?.data[i] ?? Number.NaN;
    assert.ok(Math.abs(got - wanted) < 1e-6, `gate ${i}: ${got}, ${wanted}`);
  }
});

test("penaltySlopes are the seeds that the training objective of the same penalty adds", () => {
  const tape = record(reference);
  const run = forward(tape, tinyLlama, tokens.slice(0, 7), empty);
  const window = { tokens: tokens.slice(0, 7), targets: tokens.slice(1) };
  const attempt = { tape, machine: reference, run, window, share: 1 / 7, step: 1 };
  const { seeds } = sparing(nextToken, () => 3)(attempt);
  const slopes = penaltySlopes(
    run.layers.map(({ hidden }) => hidden.hidden),
    3,
  );
  assert.equal(slopes.size, 2);
  for (const [hidden, slope] of slopes) {
    const seed = seeds.get(hidden) ?? of();
    for (let i = 0; i < slope.size; i++)
      assert.ok(Math.abs((seed.data[i] ?? Number.NaN) - (slope.data[i] ?? 0)) < 1e-15);
  }
});
