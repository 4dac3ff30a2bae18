// The first stretch of one run of fixtures/results/seeds.json, trained again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { learning } from "../../../bin/experiments/learning.ts";
import { ACTIVATIONS, freshModel, judgeOf, recipeOf, type Seeds } from "../../../bin/experiments/seeds.ts";
import { result } from "../../../bin/figures/figure.ts";
import { load } from "../../../bin/load.ts";
import { modelPath } from "../../../bin/model-options.ts";
import { books } from "../../../bin/texts.ts";
import { kernels } from "../../../kernels/index.node.ts";
import { split } from "../../../reference/training/corpus.ts";

const six = (value: number): number => Number(value.toPrecision(6));

test("125 steps of ReLU's first seed give the committed loss, zeros and right answers", async () => {
  const machine = { ...(await kernels({ mebibytes: 512, threads: 2 })), load: <W>(w: W) => w };
  const texts = () => split(books().map(({ text }) => text));
  const {
    model: shipped,
    tokenizer,
    ...rest
  } = load({ model: modelPath("opt-relu") }, { out: () => undefined, err: () => undefined, live: false });
  const validation = tokenizer.encode(texts().validation);
  const model = () => ({ ...rest, model: shipped, tokenizer, validation });
  const judge = judgeOf({ machine, texts, model });
  const { seen } = await learning(
    { machine, say: () => undefined },
    {
      model: freshModel(ACTIVATIONS["relu"] ?? assert.fail(), 1),
      ...{ text: tokenizer.encode(texts().training), recipe: recipeOf(1), looks: [125], name: "relu" },
      look: (learner, step) => {
        const look = judge(learner, step, false);
        throw Object.assign(new Error("enough"), { look });
      },
    },
  ).catch((error: Error & { look?: { loss: number; zeros: number; cloze: number } }) => {
    if (!error.look) throw error;
    return { seen: [error.look] };
  });
  machine.close();
  const relu = result<Seeds>("seeds").activations.find(({ name }) => name === "relu");
  const wanted = relu?.runs[0]?.looks.find(({ step }) => step === 125) ?? assert.fail();
  const [got] = seen;
  assert.ok(got);
  assert.deepEqual([got.loss, got.zeros, got.cloze].map(six), [wanted.loss, wanted.zeros, wanted.cloze]);
});
