// The whole scoreboard: minutes of one core.
import assert from "node:assert/strict";
import { test } from "node:test";
import { coreCases } from "../../../reference/oracle/cases/core.ts";
import { expectationOf } from "../../../reference/oracle/expectation.ts";
import { judge } from "../../../reference/oracle/judge.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { CATALOGUE } from "../../../reference/oracle/mutants/catalogue.ts";
import { type Score, score } from "../../../reference/oracle/score.ts";
import { oneCall, PLAIN, scoreCase } from "../../../reference/oracle/score-case.ts";
import { legalRuns } from "../../../reference/oracle/score-legal.ts";

// begun by the first test, not by the import: others would wait
let begun: Promise<Score> | undefined;
const whole = (): Promise<Score> => {
  begun ??= score();
  return begun;
};
const ofOurs = ({ judges }: Score) => judges.filter(({ name }) => name === "relukit");

test("every mutant that is not equivalent is killed in F32, F16 and BF16", async () => {
  assert.deepEqual(
    ofOurs(await whole()).map(({ dtype, missed }) => [dtype, missed]),
    [
      ["F32", []],
      ["F16", []],
      ["BF16", []],
    ],
  );
});

test("of more than 5,000 different answers of right kernels, none is refused, and none is suspect", async () => {
  const { distinctRuns, refused } = await whole();
  assert.deepEqual(refused, []);
  assert.ok(distinctRuns >= 5000, `${distinctRuns} different answers`);
  for (const { dtype, suspects } of ofOurs(await whole())) assert.equal(suspects, 0, dtype);
});

test("no other checker finds as many bugs, and none is without false alarms", async () => {
  for (const { name, dtype, killed, mutants, falseAlarms } of (await whole()).judges)
    if (name !== "relukit") assert.ok(killed < mutants && falseAlarms > 0, `${name} in ${dtype}: ${killed}`);
});

test("the quick form misses no bug with our judge, and with others at least those that the whole misses", async () => {
  const quick = await score({ quick: true });
  assert.deepEqual(
    ofOurs(quick).flatMap(({ missed }) => missed),
    [],
  );
  for (const [i, { name, dtype, missed }] of (await whole()).judges.entries())
    assert.deepEqual(
      missed.filter((id) => !quick.judges[i]?.missed.includes(id)),
      [],
      `${name} in ${dtype}`,
    );
});

test("no case shows a mutant that is said to be equivalent", async () => {
  for (const given of coreCases())
    for (const { id, equivalent, kernel } of CATALOGUE) {
      if (equivalent?.[given.dtype] === undefined) continue;
      const answer = await oneCall(kernel(PLAIN), given);
      const expectation = expectationOf(given, modelOf(PLAIN, given.dtype));
      assert.deepEqual(judge(given, answer, expectation).wrong, [], `${id} by ${given.id}`);
    }
});

test("no case of any type refuses a right kernel, whatever liberties it takes and whatever it keeps sums in", async () => {
  const refused: string[] = [];
  for (const given of coreCases()) {
    const runs = await legalRuns(await scoreCase(given, []), [], ({ order }) => order === "by-size");
    refused.push(...runs.filter(({ ours }) => ours !== "accepts").map(({ what }) => what));
  }
  assert.deepEqual(refused, []);
});
