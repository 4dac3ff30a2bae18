import assert from "node:assert/strict";
import { test } from "node:test";
import { empty } from "../../../reference/models/cache.ts";
import { forward } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { effect, inputSparsity } from "../../../reference/successors/effect.ts";
import {
  expectGated,
  expectPlain,
  expectZeros,
  feedForwards,
  projections,
} from "../../../reference/successors/projections.ts";
import { sightingOf, sightings } from "../../../reference/successors/sightings.ts";
import { validationLoss } from "../../../reference/training/train.ts";
import { sameBits } from "../../assertions.ts";
import { silu, tinyFalcon, tinyLlama, tinyModels, tinyOpt, tokens } from "../models/tiny.ts";

const smooth = { ...tinyLlama, config: { ...tinyLlama.config, activation: silu } };
const text = [...tokens, ...tokens, ...tokens, 7, 7]; // 26 tokens, two windows

test("projections(model) has the matrices of the layers: six a layer, one more in a gated one, four and two in Falcon", () => {
  const counts = tinyModels.map((model) => projections(model).size / model.config.sizes.L);
  assert.deepEqual(counts, [6, 7, 6]);
  assert.equal(
    projections(tinyLlama).get(tinyLlama.weights.layers[1]?.gate ?? ([][0] as never)),
    "layers.1.gate",
  );
});

for (const model of tinyModels) {
  test(`${model.family}: feedForwards has what the activation is computed from, and what reads it`, () => {
    const run = forward(reference, model, tokens, empty);
    const layers = feedForwards(model);
    const seen = sightings(
      reference,
      model,
      tokens,
      layers.flatMap(({ into, down }) => [into, down]),
    );
    for (const [l, { into, down }] of layers.entries()) {
      const hidden = run.layers[l]?.hidden;
      if (!hidden) throw new Error(`no layer ${l}`);
      sameBits(sightingOf(seen, into).result, hidden.preactivation);
      sameBits(sightingOf(seen, down).input, hidden.hidden);
    }
  });
}

test("sightings reads a text in windows of the context, each from an empty cache, and stacks what was seen", () => {
  const down = feedForwards(tinyOpt)[1]?.down;
  if (!down) throw new Error("no layer 1");
  const { input } = sightingOf(sightings(reference, tinyOpt, text, [down]), down);
  assert.deepEqual([...input.shape], [26, 20]);
  const second = sightingOf(sightings(reference, tinyOpt, text.slice(16), [down]), down).input;
  for (let t = 0; t < 10; t++)
    for (let f = 0; f < 20; f++) assert.equal(input.get(16 + t, f), second.get(t, f));
});

test("sightings refuses an empty text, sightingOf a projection that was not wanted", () => {
  assert.throws(() => sightings(reference, tinyOpt, [], []), {
    name: "RangeError",
    message: "sightings: text has no tokens; expected one at least",
  });
  assert.throws(() => sightingOf(new Map(), tinyOpt.weights.tokens), {
    name: "RangeError",
    message: "sightingOf: w is a projection that was not looked at; expected one that was wanted",
  });
});

test("expectZeros takes a ReLU of any kind, and refuses what is not zero below", () => {
  for (const model of tinyModels) expectZeros("predictor", model);
  assert.throws(() => expectZeros("predictor", smooth), {
    name: "RangeError",
    message:
      "predictor: the activation is silu; expected one that is zero for what is negative, such as relu",
  });
  const early = {
    ...tinyOpt,
    config: { ...tinyOpt.config, activation: { kind: "relu", shift: -0.5 } as const },
  };
  assert.throws(() => expectZeros("predictor", early), /the activation is relu; expected one that is zero/);
});

test("expectGated gives the up projections of a Llama, and refuses a plain family", () => {
  assert.deepEqual(
    expectGated("cats", tinyLlama),
    tinyLlama.weights.layers.map(({ up }) => up),
  );
  for (const model of [tinyOpt, tinyFalcon])
    assert.throws(() => expectGated("cats", model), {
      name: "RangeError",
      message: `cats: the model is of the family ${model.family}; expected a gated feed-forward, as llama has`,
    });
});

test("expectPlain takes OPT and Falcon, and refuses a gated family", () => {
  for (const model of [tinyOpt, tinyFalcon]) expectPlain("relu-squared", model);
  assert.throws(() => expectPlain("relu-squared", tinyLlama), {
    name: "RangeError",
    message:
      "relu-squared: the model is of the family llama; expected a plain feed-forward, as opt and falcon have",
  });
});

test("effect(machine, model, text) is the likelihood of the text, and the zeros of what each projection read", () => {
  const found = effect(reference, tinyOpt, tokens);
  assert.equal(found.meanNegativeLogLikelihood, validationLoss(reference, tinyOpt, tokens, 16));
  const down = feedForwards(tinyOpt).map(({ down }) => down);
  const inputs = forward(reference, tinyOpt, tokens.slice(0, 7), empty).layers.map(
    ({ hidden }) => hidden.hidden,
  );
  const zeros = inputs.flatMap(({ data }) => [...data]).filter((h) => h === 0).length;
  assert.equal(inputSparsity(found, down), zeros / (2 * 7 * 20));
  assert.equal(inputSparsity(found, []), Number.NaN);
});

test("effect under an interpretation is that of the interpreted model", () => {
  const deaf = effect(reference, tinyOpt, tokens, (ops) => ({
    ...ops,
    activate: (x) => ops.activate(x, { kind: "relu", shift: 1e9 }),
  }));
  assert.equal(
    inputSparsity(
      deaf,
      feedForwards(tinyOpt).map(({ down }) => down),
    ),
    1,
  );
});
