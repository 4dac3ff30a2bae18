// A slice of fixtures/results/after-finetuning.json, made again: each model as it is when its finetuning begins.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AfterFinetuning, beginning, PLANS } from "../../../bin/experiments/after-finetuning.ts";
import { lookOf } from "../../../bin/experiments/relufication.ts";
import { result } from "../../../bin/figures/figure.ts";
import { load } from "../../../bin/load.ts";
import { modelPath } from "../../../bin/model-options.ts";
import { kernels } from "../../../kernels/index.node.ts";
import { openHeldOut } from "./held-out.ts";

const committed = result<AfterFinetuning>("after-finetuning");
const six = (value: number): number => Number(value.toPrecision(6));

test("dReLU put into llama-silu has the committed loss before finetuning, on all of the held-out text", async () => {
  const machine = await kernels({ mebibytes: 128, threads: 2 });
  const plan = PLANS.find(({ name }) => name === "dReLU") ?? assert.fail();
  const model = (name: string) => {
    const {
      model: loaded,
      tokenizer,
      ...rest
    } = load({ model: modelPath(name) }, { out: () => undefined, err: () => undefined, live: false });
    const weights = machine.load(loaded.weights);
    const held = { ...loaded, weights } as typeof loaded;
    return { ...rest, model: held, tokenizer, validation: openHeldOut(tokenizer) };
  };
  const start = beginning({ machine, model }, plan);
  const { loss, zeros } = lookOf(start, start.model, start.validation, 0);
  machine.close();
  const { before } = committed.courses.find(({ name }) => name === "dReLU") ?? assert.fail();
  assert.equal(before.loss, six(loss));
  assert.deepEqual(
    before.zeros.map(({ down }) => down),
    zeros.map(({ down }) => six(down)),
  );
});
