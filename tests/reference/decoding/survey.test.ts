import assert from "node:assert/strict";
import { test } from "node:test";
import { type Input, survey } from "../../../reference/decoding/survey.ts";
import { seen } from "../../../reference/measure/histogram.ts";
import { sparsity } from "../../../reference/measure/sparsity.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { names } from "../../../reference/weights.ts";
import { none, silu, tinyLlama, tinyModels, tinyOpt, tokens } from "../models/tiny.ts";

const options = { epsilon: 1e-3 };

for (const model of tinyModels) {
  test(`${model.family}: the mean negative log-likelihood is that of one pass over the text`, () => {
    const inputs = tokens.slice(0, -1);
    const { logits } = forward(reference, model, inputs, empty);
    const losses = [...reference.crossEntropy(logits, tokens.slice(1)).data];
    const found = survey(reference, model, tokens, options);
    assert.equal(found.predictions, 7);
    assert.ok(Math.abs(found.meanNegativeLogLikelihood - losses.reduce((a, b) => a + b, 0) / 7) < 1e-14);
  });

  test(`${model.family}: done is asked less the skipped rows, exactly the zeros of each input`, () => {
    const { layers, done, asked } = survey(reference, model, tokens, options);
    for (const [w, path] of names(model.weights)) {
      const [, l, name = ""] = /^layers\.(\d+)\.(\w+)/.exec(path) ?? [];
      const input = ({ query: "qkv", output: "output", down: "down" } as Record<string, Input>)[name];
      const zeros = input && layers[Number(l)]?.[input];
      if (!zeros || w.shape.length === 1) continue;
      const share = (done.get(w)?.multiplyAdds ?? 0) / (asked.get(w)?.multiplyAdds ?? 0);
      assert.ok(Math.abs(share - (1 - sparsity(zeros))) < 1e-12, path);
    }
  });
}

test("survey of a SiLU model without ReLU after the norms finds no exact zero", () => {
  const smooth = { ...tinyLlama, config: { ...tinyLlama.config, activation: silu, afterNorm: none } };
  for (const layer of survey(reference, smooth, tokens, options).layers) {
    for (const zeros of Object.values(layer)) assert.equal(sparsity(zeros), 0);
  }
});

test("survey counts the input of each projection once a position: the elements are T · D and T · F", () => {
  const [layer] = survey(reference, tinyOpt, tokens, options).layers;
  const elements = Object.fromEntries(
    Object.entries(layer ?? {}).map(([input, zeros]) => [input, zeros.elements]),
  );
  assert.deepEqual(elements, { qkv: 7 * 12, output: 7 * 12, up: 7 * 12, down: 7 * 20 });
});

test("survey counts every pre-activation of the feed-forward: T · F a layer", () => {
  const { preactivations } = survey(reference, tinyOpt, tokens, options);
  assert.deepEqual(preactivations.map(seen), [7 * 20, 7 * 20]);
});

test("survey reads a text longer than the context in windows, predicting each token but the first once", () => {
  const long = Array.from({ length: 40 }, (_, i) => (i * 7) % 11);
  assert.equal(survey(reference, tinyLlama, long, options).predictions, 39);
  assert.equal(survey(reference, tinyLlama, long, { ...options, begin: 1 }).predictions, 40);
});

test("survey with a beginning token starts every window with it, and predicts the first token too", () => {
  const [window, next] = [tokens, [5, 3]];
  const P = tokens.length; // a context of eight: windows of one beginning and seven tokens of text
  const short = { ...tinyLlama, config: { ...tinyLlama.config, sizes: { ...tinyLlama.config.sizes, P } } };
  const loss = (inputs: readonly number[], targets: readonly number[]) => [
    ...reference.crossEntropy(forward(reference, short, inputs, empty).logits, targets).data,
  ];
  const expected = [...loss([1, ...window.slice(0, 7)], window), ...loss([1, ...next.slice(0, 1)], next)];
  const found = survey(reference, short, [...window, ...next], { ...options, begin: 1 });
  assert.equal(found.predictions, 10);
  assert.ok(Math.abs(found.meanNegativeLogLikelihood - expected.reduce((a, b) => a + b, 0) / 10) < 1e-14);
});

test("survey tells its progress after each prediction", () => {
  const told: [number, number][] = [];
  survey(reference, tinyOpt, tokens, { ...options, progress: (done, total) => told.push([done, total]) });
  assert.deepEqual(
    told,
    [1, 2, 3, 4, 5, 6, 7].map((n) => [n, 7]),
  );
});

test("survey refuses a text with nothing to predict", () => {
  assert.throws(() => survey(reference, tinyOpt, [3], options), {
    name: "RangeError",
    message: "survey: text has 1 tokens; expected two at least, one to predict",
  });
});
