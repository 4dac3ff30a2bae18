// A slice of fixtures/results/ladder.json, made again: the work of the smallest relufied rung, and what ships beside it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { COUNTED, type Ladder, RUNGS, workOf } from "../../../bin/experiments/ladder.ts";
import { result } from "../../../bin/figures/figure.ts";
import { load } from "../../../bin/load.ts";
import { modelPath } from "../../../bin/model-options.ts";
import { kernels } from "../../../kernels/index.node.ts";
import type { Model } from "../../../reference/models/model.ts";
import { openHeldOut } from "./held-out.ts";

const committed = result<Ladder>("ladder");
const models = fileURLToPath(new URL("../../../fixtures/models", import.meta.url));
const six = (value: number): number => Number(value.toPrecision(6));

test("llama-small-stage2 does the committed multiply-adds a token, rows of zeros skipped", async () => {
  const machine = await kernels({ mebibytes: 128 });
  const { model: loaded, tokenizer } = load(
    { model: modelPath("llama-small-stage2") },
    { out: () => undefined, err: () => undefined, live: false },
  );
  const model = { ...loaded, weights: machine.load(loaded.weights) } as Model;
  const { multiplyAdds, dense } = workOf({ machine }, model, openHeldOut(tokenizer));
  const rung = committed.rungs.find((one) => one.model === "llama-small-stage2") ?? assert.fail();
  assert.deepEqual(rung.multiplyAdds, { all: six(multiplyAdds.all), layers: six(multiplyAdds.layers) });
  assert.deepEqual(rung.dense, { all: six(dense.all), layers: six(dense.layers) });
});

test("ladder.json has the rungs in their order, with the loss that each model's training.json tells", () => {
  assert.equal(committed.counted, COUNTED);
  assert.deepEqual(
    committed.rungs.map(({ model, size, kind }) => ({ model, size, kind })),
    RUNGS,
  );
  for (const { model, look, multiplyAdds, dense, cloze } of committed.rungs) {
    const { validation } = JSON.parse(readFileSync(join(models, model, "training.json"), "utf8"));
    assert.ok(Math.abs(look.loss - validation.natsPerToken) < 6e-5, `${model}: ${look.loss}`);
    assert.ok(multiplyAdds.all <= dense.all && cloze.from < cloze.mean && cloze.mean < cloze.to);
  }
});
