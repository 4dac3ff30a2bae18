// The same seed trains to the same SHA-256 on every engine, on one thread and on two. An engine that is not installed is
// a test skipped, in words.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, test } from "node:test";
import { bundle, training } from "../engines/bundle.ts";
import { engines, thisNode } from "../engines/engines.ts";
import type { Outcome } from "../engines/training.ts";

// Made when the first test asks: other files' tests may run before.
let [folder, known]: [Promise<string>?, Promise<Outcome>?] = [];
const bundled = (): Promise<string> => {
  folder ??= bundle(training);
  return folder;
};
const here = (): Promise<Outcome> => {
  known ??= bundled().then(thisNode) as Promise<Outcome>;
  return known;
};
after(async () => {
  if (folder) rmSync(await folder, { recursive: true, maxRetries: 5 });
});

test("this Node trains to the same SHA-256 on one thread and on two, and each run to one of its own", async () => {
  const outcome = await here();
  assert.deepEqual(Object.keys(outcome), ["one thread", "two threads", "float64"]);
  assert.deepEqual(outcome["two threads"], outcome["one thread"]);
  const sums = [outcome["one thread"], outcome["float64"]].flatMap((runs) => Object.values(runs ?? {}));
  for (const sum of sums) assert.match(sum, /^[0-9a-f]{64}$/);
  assert.deepEqual([sums.length, new Set(sums).size], [6, 6]);
});

for (const { name, program, remedy, outcome } of engines)
  test(`${name} trains to the SHA-256 of this Node, on one thread, on two, and in float64`, {
    skip: program === undefined && `it is not found: ${remedy}`,
  }, async () => {
    const wanted = await here();
    assert.deepEqual(await outcome(program ?? "", await bundled()), wanted);
  });
