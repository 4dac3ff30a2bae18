import assert from "node:assert/strict";
import { test } from "node:test";
import { summary } from "../../../reference/decoding/speculative-summary.ts";
import {
  plainSurvey,
  type SurveyedRound,
  speculativeSurvey,
} from "../../../reference/decoding/speculative-survey.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { stream } from "../../../reference/random.ts";
import { none, tinyFalcon, tinyOpt } from "../models/tiny.ts";

const work = (multiplyAdds: number, weightsRead: number) => ({ multiplyAdds, weightsRead });
const effort = (dense: number, sparse: number) => ({
  dense: work(10 * dense, dense),
  sparse: work(10 * sparse, sparse),
});

/** A round of gamma 2 or less, with one layer; `unused` has a share for each position. */
const round = (drafted: number, accepted: number, unused: readonly number[]): SurveyedRound => ({
  drafted: new Array<number>(drafted).fill(1),
  accepted,
  tokens: new Array<number>(accepted + 1).fill(1),
  next: { text: [], caches: { target: [], draft: [] } },
  union: [],
  unused: [unused],
  work: { target: effort(100, 60), draft: effort(20, 10) },
});

const three = [round(2, 2, [0.9, 0.7, 0.5]), round(2, 0, [0.7, 0.5, 0.3]), round(1, 1, [0.8, 0.6])];

test("summary(rounds, gamma): acceptance over the tokens that were judged, by hand", () => {
  const found = summary(three, 2);
  const { rounds, tokens, tokensPerRound, drafted, accepted, alpha } = found;
  assert.deepEqual({ rounds, tokens, drafted, accepted }, { rounds: 3, tokens: 6, drafted: 5, accepted: 3 });
  assert.equal(tokensPerRound, 2);
  assert.equal(alpha, 3 / 4); // three accepted, one refused; what came after the refused one was not judged
});

test("summary(rounds, gamma): windows that were cut short say nothing of what a window leaves unused", () => {
  const { unusedNeurons, unusedWeights } = summary(three, 2);
  assert.deepEqual(unusedNeurons, { layers: [[0.8, 0.6, 0.4]], mean: [0.8, 0.6, 0.4] });
  assert.equal(unusedWeights, 1 - 120 / 200);
});

test("summary(rounds, gamma): the work of both models, for each token that came", () => {
  assert.deepEqual(summary(three, 2).perToken, {
    dense: work((3 * 1200) / 6, (3 * 120) / 6),
    sparse: work((3 * 700) / 6, (3 * 70) / 6),
  });
});

test("summary: of an OPT whose down alone has zeros, unused weights are unused neurons by down's share of them", () => {
  const target = { ...tinyOpt, config: { ...tinyOpt.config, afterNorm: none } };
  const settings = { gamma: 2, temperature: 1, topP: 1, uniform: stream(1, "summary").uniform };
  const found = summary(
    [...speculativeSurvey(reference, { target, draft: tinyFalcon }, [3, 1, 4], settings)],
    2,
  );
  const { L, D, F, V, N, K } = target.config.sizes;
  const share = (L * D * F) / (L * (4 * D * N * K + 2 * D * F) + V * D);
  assert.ok(Math.abs(found.unusedWeights - share * (found.unusedNeurons.mean[2] ?? 0)) < 1e-12);
});

test("summary of plain decoding, gamma 0: a token a round, and windows of one position", () => {
  const sampling = { temperature: 0, topP: 1, uniform: () => 0 };
  const found = summary([...plainSurvey(reference, tinyOpt, [3, 1, 4], sampling)], 0);
  assert.equal(found.tokensPerRound, 1);
  assert.equal(found.tokens, 14);
  assert.equal(found.unusedNeurons.mean.length, 1);
  assert.ok(Number.isNaN(found.alpha));
});

test("summary refuses rounds of which none has a full window", () => {
  assert.throws(() => summary([round(1, 1, [0.5, 0.4])], 2), {
    name: "RangeError",
    message: "summary: no round drafted 2 tokens; expected one at least",
  });
});
