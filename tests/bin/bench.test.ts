// relukit bench: the form of its answer, which peers that are missing do not change, and what it refuses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ended } from "./command.ts";

test("relukit bench --json prints a row a goal, met or not, and ends with 0", async () => {
  const { code, out } = await ended("bench", "--only", "512", "--seconds", "0.1", "--json");
  assert.equal(code, 0);
  const rows = JSON.parse(out);
  assert.equal(rows.length, 3);
  for (const row of rows) {
    assert.deepEqual(Object.keys(row).sort(), ["goal", "met", "name", "other", "ours", "ratio", "sense"]);
    assert.match(row.name, /^matrix product f32 512³, one thread: /);
    assert.ok(row.ours > 0);
    assert.equal(row.met, row.other === null ? null : row.ours / row.other >= row.goal);
  }
});

test("relukit bench refuses words that no row has", async () => {
  const { code, err } = await ended("bench", "--only", "nothing");
  assert.equal(code, 2);
  assert.match(err, /^relukit: no row's name has nothing; /);
});
