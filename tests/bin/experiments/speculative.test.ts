// A slice of the committed result, made again: the first prompt at gamma 4, greedy and sampled.
import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../../../bin/experiments/lab.ts";
import { entry, type Mode, prompts, type Result, rounds } from "../../../bin/experiments/speculative.ts";
import { result } from "../../../bin/figures/figure.ts";
import { load } from "../../../bin/load.ts";
import { modelPath } from "../../../bin/model-options.ts";
import { books } from "../../../bin/texts.ts";
import { kernels } from "../../../kernels/index.node.ts";
import { summary } from "../../../reference/decoding/speculative-summary.ts";
import type { Model } from "../../../reference/models/model.ts";
import { split } from "../../../reference/training/corpus.ts";

const found = result<Result>("speculative");
const silent = { out: () => undefined, err: () => undefined, live: false };
const machine = await kernels({ mebibytes: 256 });
const open = (name: string) => {
  const { model, tokenizer } = load({ model: modelPath(name) }, silent);
  return { tokenizer, model: { ...model, weights: machine.load(model.weights) } as Model };
};
const [target, draft] = [open(found.target), open(found.draft)];
const models = { target: target.model, draft: draft.model };
const heldOut = target.tokenizer.encode(split(books().map(({ text }) => text)).validation);
const [first = []] = prompts(heldOut, found.prompts, found.promptTokens);

test("the experiment speculative: its first prompt is the beginning of the held-out text", () =>
  assert.deepEqual(found.firstPrompt, first));

for (const mode of ["greedy", "sampled"] as const satisfies readonly Mode[]) {
  test(`the experiment speculative: its slice, ${mode}, comes again to every digit`, () => {
    const again = entry(4, summary(rounds(machine, models, first, { gamma: 4, mode, i: 0 }), 4));
    assert.deepEqual(JSON.parse(text(again)), found.slice[mode]);
  });
}

test("the experiment speculative: shares that follow from sizes, and what must hold of any result", () => {
  const { D, F, L, V } = target.model.config.sizes;
  assert.ok(Math.abs(found.skippableShare - (L * D * F) / (12 * L * D * D + V * D)) < 1e-6);
  const small = draft.model.config.sizes;
  const drafts = 12 * small.L * small.D * small.D + V * small.D;
  assert.ok(Math.abs(found.draftWeights - drafts / (12 * L * D * D + V * D)) < 1e-6);
  test("the experiment speculative: its first prompt is the beginning of the held-out text", () =>
    assert.deepEqual(found.firstPrompt, first));

  for (const mode of ["greedy", "sampled"] as const) {
    for (const [i, { gamma, alpha, unusedNeurons, unusedWeights, tokensPerRound }] of found.speculative[
      mode
    ].entries()) {
      assert.equal(gamma, i + 1);
      assert.ok(alpha > 0 && alpha < 1 && tokensPerRound > 1 && tokensPerRound <= gamma + 1);
      assert.ok(unusedNeurons.atGammaPlusOne.mean < unusedNeurons.atGamma.mean);
      assert.ok(Math.abs(unusedWeights - found.skippableShare * unusedNeurons.atGammaPlusOne.mean) < 1e-5);
    }
  }
});
