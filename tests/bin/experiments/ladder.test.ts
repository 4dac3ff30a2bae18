// fixtures/results/ladder.json beside what ships: its rungs are the models, with the loss that they were saved with.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { COUNTED, type Ladder, RUNGS } from "../../../bin/experiments/ladder.ts";
import { result } from "../../../bin/figures/figure.ts";

const committed = result<Ladder>("ladder");
const models = fileURLToPath(new URL("../../../fixtures/models", import.meta.url));

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
