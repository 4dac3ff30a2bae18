import assert from "node:assert/strict";
import { test } from "node:test";
import { speculate } from "../../../reference/decoding/speculative.ts";
import { speculativeSurvey } from "../../../reference/decoding/speculative-survey.ts";
import { dense, ledger } from "../../../reference/measure/ledger.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { stream } from "../../../reference/random.ts";
import { sum } from "../../../reference/tensor.ts";
import { none, tinyFalcon, tinyOpt } from "../models/tiny.ts";

const models = {
  target: { ...tinyOpt, config: { ...tinyOpt.config, afterNorm: none } },
  draft: tinyFalcon,
};
const settings = () => ({ gamma: 3, temperature: 1, topP: 1, uniform: stream(3, "survey").uniform });
const surveyed = [...speculativeSurvey(reference, models, [3, 1, 4], settings())];

test("speculativeSurvey takes the rounds of speculate, to the token", () => {
  const both = { target: reference, draft: reference };
  assert.deepEqual(
    surveyed.map(({ drafted, accepted, tokens }) => ({ drafted, accepted, tokens })),
    [...speculate(both, models, [3, 1, 4], settings())].map(({ drafted, accepted, tokens }) => ({
      drafted,
      accepted,
      tokens,
    })),
  );
});

test("speculativeSurvey: a curve of gamma + 1 shares a layer that never rises, its end what the union leaves", () => {
  for (const { drafted, union, unused } of surveyed) {
    assert.deepEqual([union.length, unused.length], [2, 2]);
    for (const [l, curve] of unused.entries()) {
      assert.equal(curve.length, drafted.length + 1);
      assert.ok(curve.every((share, t) => share <= (curve[t - 1] ?? 1)));
      const mask = union[l];
      assert.ok(mask);
      assert.ok(Math.abs((curve.at(-1) ?? 0) - (1 - sum(20, (f) => mask.get(f)) / 20)) < 1e-12);
    }
  }
});

test("speculativeSurvey: a dense window multiplies gamma + 1 times and reads once; a sparse one reads the union", () => {
  const { sizes } = tinyOpt.config;
  const one = ledger({ sizes, gated: false }, dense, { lmHead: true }).multiplyAdds;
  for (const { drafted, unused, work } of surveyed) {
    assert.deepEqual(work.target.dense, { multiplyAdds: (drafted.length + 1) * one, weightsRead: one });
    const left = unused.reduce((total, curve) => total + (curve.at(-1) ?? 0) * sizes.F * sizes.D, 0);
    assert.ok(Math.abs(work.target.sparse.weightsRead - (one - left)) < 1e-6);
    assert.ok(work.target.sparse.multiplyAdds < work.target.dense.multiplyAdds);
  }
});

test("speculativeSurvey: the draft reads all its weights for each token that it drafts, and none when it drafts none", () => {
  const one = ledger({ sizes: tinyFalcon.config.sizes, gated: false }, dense, { lmHead: true }).multiplyAdds;
  for (const { drafted, work } of surveyed) assert.equal(work.draft.dense.weightsRead, drafted.length * one);
  assert.ok(surveyed.some(({ drafted }) => drafted.length < 3));
});

test("speculativeSurvey refuses what speculate refuses", () => {
  assert.throws(
    () => speculativeSurvey(reference, models, [3], { ...settings(), gamma: 0 }).next(),
    /^RangeError: speculate: gamma is 0/,
  );
});
