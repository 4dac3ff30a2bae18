import assert from "node:assert/strict";
import { test } from "node:test";
import { survey } from "../../../reference/decoding/survey.ts";
import { seen } from "../../../reference/measure/histogram.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { judgement } from "../../../reference/training/judgement.ts";
import { validationLoss } from "../../../reference/training/train.ts";
import { tinyModels, tokens } from "../models/tiny.ts";

test("judgement of a text that fits one window has the likelihood, zeros and histograms of a survey", () => {
  for (const model of tinyModels) {
    const judged = judgement(reference, model, tokens, 16, 0.01);
    const wanted = survey(reference, model, tokens, { epsilon: 0.01 });
    assert.ok(Math.abs(judged.loss - wanted.meanNegativeLogLikelihood) < 1e-12);
    for (const [l, layer] of judged.layers.entries()) {
      const { qkv, up, down } = wanted.layers[l] ?? assert.fail();
      if (model.family === "falcon") assert.deepEqual(layer.qkv, layer.up, "one norm for both");
      assert.deepEqual(layer, { qkv, up, down });
      assert.equal(seen(judged.preactivations[l] ?? assert.fail()), 20 * (tokens.length - 1));
    }
  }
});

test("judgement's loss is validationLoss, whatever the window", () => {
  const [model] = tinyModels;
  assert.ok(model);
  const text = [...tokens, ...tokens, ...tokens];
  for (const context of [3, 8, 16])
    assert.equal(
      judgement(reference, model, text, context, 0).loss,
      validationLoss(reference, model, text, context),
    );
});

test("judgement refuses a text with nothing to predict", () => {
  const [model] = tinyModels;
  assert.ok(model);
  assert.throws(() => judgement(reference, model, [1], 8, 0), {
    name: "RangeError",
    message: "judgement: the text has 1 tokens; expected two at least, one to predict",
  });
});
