// fixtures/lessons/held-out.json is the beginning of what the default texts keep for validation.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { heldOut } from "../../fixtures/record/lessons/held-out.ts";

test("the held-out tokens of the lessons are the first that no shipped model was trained on", () => {
  const file = new URL("../../fixtures/lessons/held-out.json", import.meta.url);
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), heldOut());
});
