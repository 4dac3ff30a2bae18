// fixtures/results/after-finetuning.json: a course for each plan, and beginnings that agree with other results.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AfterFinetuning, PLANS } from "../../../bin/experiments/after-finetuning.ts";
import { type Relufication, recipe } from "../../../bin/experiments/relufication.ts";
import { result } from "../../../bin/figures/figure.ts";

const committed = result<AfterFinetuning>("after-finetuning");

test("after-finetuning.json has a course for each plan, and a penalty alone changes nothing at the start", () => {
  assert.deepEqual(committed.recipe, recipe);
  assert.deepEqual(
    committed.courses.map(({ model, name }) => [model, name]),
    PLANS.map(({ model, name }) => [model, name]),
  );
  const { before, surgeries } = result<Relufication>("relufication");
  const optRelu = before.find(({ model }) => model === "opt-relu");
  const stage1 = surgeries.find(({ model, name }) => model === "llama-silu" && name === "stage 1");
  for (const { model, name, before: start } of committed.courses) {
    if (model === "opt-relu") assert.equal(start.loss, optRelu?.look.loss);
    if (name.startsWith("stage 1, L1")) assert.equal(start.loss, stage1?.before.loss);
  }
});
