// A slice of fixtures/results/ladder.json, made again: the work of the smallest relufied rung.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ladder, workOf } from "../../../bin/experiments/ladder.ts";
import { result } from "../../../bin/figures/figure.ts";
import { load } from "../../../bin/load.ts";
import { modelPath } from "../../../bin/model-options.ts";
import { kernels } from "../../../kernels/index.node.ts";
import type { Model } from "../../../reference/models/model.ts";
import { openHeldOut } from "./held-out.ts";

const committed = result<Ladder>("ladder");
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
