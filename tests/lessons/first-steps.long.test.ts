// fixtures/lessons/first-steps.bin is what the default texts, their tokenizer and the recipe make it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { firstSteps } from "../../fixtures/record/lessons/first-steps.ts";

test("the windows of lesson l06 are those that the first steps of opt-relu draw", () => {
  const file = new URL("../../fixtures/lessons/first-steps.bin", import.meta.url);
  assert.deepEqual(new Uint8Array(readFileSync(file)), firstSteps());
});
