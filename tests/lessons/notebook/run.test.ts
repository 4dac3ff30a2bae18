import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type LessonRun, listLessons, runLessons } from "../../../lessons/notebook/index.ts";
import { cell, head, rootOf } from "./sample.ts";

const exercise = (stub: string, solution: string, check: string, ...more: readonly string[]): string =>
  [
    cell("ts exercise id=ex minutes=1 difficulty=1", stub),
    cell("ts solution for=ex", solution),
    cell("ts check for=ex", check),
    ...more,
  ].join("");
const twice = "const twice = (x: number): number => 2 * x;";
const checkTwice = 'check("twice 2 is 4", twice(2), 4);';
const zero = "const twice = (_: number): number => 0;";

// One compiler run serves every test of this file.
const root = rootOf({
  "l00-good": [
    cell(
      "ts cell id=a",
      'import { matrix } from "relukit/reference/tensor.ts";',
      'console.log("seen", 1 / 3);',
      "const x = matrix(1, 2, () => 0.5);",
      "x",
    ),
    cell("ts cell id=b", "x.get(0, 1) // → 0.5"),
    cell("ts cell id=c throws=RangeError", 'throw new RangeError("too far");'),
    cell("ts cell id=d type-error=2322", 'const d: number = "d";'),
    cell("ts cell id=e", "stream().uniform()"),
    exercise(
      zero,
      twice,
      checkTwice,
      cell("ts spec for=ex", "spec(twice, (x) => x + x, (random) => [random.integer(9)]);"),
    ),
  ].join(""),
  "l01-expectation": cell("ts cell id=a", "const a = 1;", "a + 1 // → 3"),
  "l02-type": cell("ts cell id=a", "const a = 1;", "const b: string = a;"),
  "l03-type-error":
    cell("ts cell id=a type-error=2345", 'const a: number = "a";') +
    cell("ts cell id=b type-error=2345", "const b = 1;"),
  "l04-throws":
    cell("ts cell id=a throws=RangeError", "const a = 1;") +
    cell("ts cell id=b throws=RangeError", 'throw new TypeError("no");'),
  "l05-runaway": cell("ts cell id=a", "1") + cell("ts cell id=b timeout=0.2", "for (;;) {}"),
  "l06-passing-stub": exercise(twice, twice, checkTwice),
  "l07-failing-solution": exercise(
    "const twice = (): number => 0;",
    "const twice = (x = 1): number => x;",
    'check("twice 2 is 4", twice(2), 4);'.replace("twice(2)", "twice()"),
  ),
  "l08-spec": exercise(
    zero,
    "const twice = (x: number): number => (x === 7 ? 0 : 2 * x);",
    checkTwice,
    cell("ts spec for=ex", "spec(twice, (x) => x + x, (random) => [random.integer(9)]);"),
  ),
  "l09-throw": cell("ts cell id=a", "const f = (): number => {", '  throw new Error("here");', "};", "f();"),
  "l10-syntax": cell("ts cell id=a", "const a = ;"),
  "l11-figure": cell(
    "ts cell id=a",
    'const f = { [Symbol.for("Jupyter.display")]: () => ({ "image/svg+xml": "<svg/>" }) };',
    "f",
  ),
  "l12-clock": cell("ts cell id=a", 'const now = Reflect.get(Math, "random") as () => number;', "now()"),
  "l13-broken-stub": exercise(
    'const twice = (_: number): number => { throw new TypeError("lost"); };',
    twice,
    checkTwice,
  ),
  "l14-import": cell("ts cell id=a", 'import { nothing } from "relukit/reference/nothing.ts";', "nothing"),
  "l15-unread": cell("ts cel id=a", "1"),
});
const first = runLessons(root, { update: true });
const run = async (id: string): Promise<LessonRun> => (await first).find((one) => one.id === id) as LessonRun;
const said = async (id: string): Promise<string[]> =>
  (await run(id)).problems.map(({ line, text }) => `${line}: ${text}`);

test("runLessons(root, { update }) passes a good lesson and writes what its cells showed", async () => {
  assert.deepEqual(await said("l00-good"), []);
  assert.equal((await run("l00-good")).updated, true);
  const golden = JSON.parse(readFileSync(join(root, "lessons/l00-good/golden.json"), "utf8")) as {
    readonly inputs: readonly string[];
    readonly cells: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  };
  assert.deepEqual(golden.cells["a"]?.[0], {
    output_type: "stream",
    name: "stdout",
    text: "seen 0.333333\n",
  });
  assert.equal(
    JSON.stringify(golden.cells["a"]?.[1]?.["data"]).includes('"text/plain":"[1, 2]\\n0.5  0.5"'),
    true,
  );
  assert.deepEqual(golden.cells["c"], [{ output_type: "error", ename: "RangeError", evalue: "too far" }]);
  assert.equal(golden.cells["d"]?.[0]?.["evalue"], "Type 'string' is not assignable to type 'number'.");
  assert.ok(golden.inputs.includes("reference/tensor.ts"));
});

test("runLessons(root) names the line of an expectation that does not hold, with both values", async () => {
  assert.deepEqual(await said("l01-expectation"), ["11: the value is 2; expected 3"]);
});

test("runLessons(root) names the line of a type error", async () => {
  assert.deepEqual(await said("l02-type"), ["11: TS2322: Type 'number' is not assignable to type 'string'."]);
});

test("runLessons(root) wants just the code of a type-error cell", async () => {
  assert.deepEqual(await said("l03-type-error"), [
    "10: the type error is TS2322 (Type 'string' is not assignable to type 'number'.); expected 2345 alone",
    "12: compiles; expected the type error 2345",
  ]);
});

test("runLessons(root) wants the error that throws= names", async () => {
  assert.deepEqual(await said("l04-throws"), [
    "9: throws nothing; expected a RangeError",
    "12: throws TypeError: no; expected a RangeError",
  ]);
});

test("runLessons(root) stops a runaway cell and names it", async () => {
  assert.deepEqual(await said("l05-runaway"), [
    "12: ran longer than 0.2 s and was stopped; expected an end, or timeout=… on the cell",
  ]);
  assert.equal((await run("l05-runaway")).problems[0]?.cell, "b");
});

test("runLessons(root) refuses a stub that passes its check, and a solution that fails it", async () => {
  assert.deepEqual(await said("l06-passing-stub"), [
    "9: the stub passes its check; expected a check that it fails",
  ]);
  assert.deepEqual(await said("l07-failing-solution"), [
    "16: throws CheckFailure: twice 2 is 4; yours gives 1",
  ]);
});

test("runLessons(root) refuses a stub that fails with anything but a sentence", async () => {
  assert.match(
    (await said("l13-broken-stub")).join(),
    /^15: the stub fails with TypeError \(throws TypeError: lost\); expected a check that says a sentence$/,
  );
});

test("runLessons(root) compares a solution with its spec on random inputs", async () => {
  assert.deepEqual(await said("l08-spec"), [
    "19: throws CheckFailure: on (7) the answer is 14; yours gives 0",
  ]);
});

test("runLessons(root) names the line that throws", async () => {
  assert.deepEqual(await said("l09-throw"), ["11: throws Error: here"]);
});

test("runLessons(root) names the lines of a text that does not parse and of an import of nothing", async () => {
  assert.match((await said("l10-syntax"))[0] ?? "", /^10: TS1109/);
  assert.match((await said("l14-import"))[0] ?? "", /^10: TS2307/);
  assert.match((await said("l15-unread"))[0] ?? "", /^9: fence is `ts cel`/);
});

test("runLessons(root) refuses a figure without a text alternative when it is shown", async () => {
  assert.deepEqual(await said("l11-figure"), [
    '9: shows a figure without a text alternative; expected out=svg alt="…"',
  ]);
});

test("runLessons(root) closes Math.random to cells that reach it in a roundabout way", async () => {
  assert.match((await said("l12-clock"))[0] ?? "", /throws Error: Math\.random is refused in a lesson/);
});

test("runLessons(root, { changed }) leaves a lesson whose golden is fresh, and runs it after a change", async () => {
  await first;
  const ids = ["l00"];
  assert.deepEqual(
    (await runLessons(root, { ids, changed: true })).map(({ verdict }) => verdict),
    ["unchanged"],
  );
  assert.equal(listLessons(rootOf({ "l00-new": "" }))[0]?.golden, "missing");
  const other = rootOf({ "l00-a": cell("ts cell id=a", "1 + 1") });
  assert.equal((await runLessons(other, { update: true }))[0]?.updated, true);
  assert.equal(listLessons(other)[0]?.golden, "fresh");
  writeFileSync(join(other, "lessons/l00-a/lesson.md"), head("l00-a") + cell("ts cell id=a", "1 + 2"));
  assert.equal(listLessons(other)[0]?.golden, "stale");
  const [again] = await runLessons(other, { changed: true });
  assert.deepEqual(
    again?.problems.map((one) => `${one.cell}: ${one.text}`),
    ["a: shows `3`; the golden has `2` (text/plain)"],
  );
});

test("runLessons(root, { update }) writes no golden for a lesson with problems", async () => {
  await first;
  assert.equal(existsSync(join(root, "lessons/l09-throw/golden.json")), false);
});

test("runLessons(root, { ids }) refuses a name that is no lesson and proposes the near one", async () => {
  await assert.rejects(runLessons(root, { ids: ["l00-goof"] }), {
    name: "RangeError",
    message: /did you mean l00-good\?$/,
  });
  rmSync(join(root, ".lessons"), { recursive: true, force: true });
});
