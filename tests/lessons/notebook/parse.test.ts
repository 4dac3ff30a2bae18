import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, head, lessonOf, problemsOf } from "./sample.ts";

const exercise = [
  cell("ts exercise id=ex-a minutes=5 difficulty=2", "const a = (): number => 0;"),
  cell("ts solution for=ex-a", "const a = (): number => 1;"),
  cell("ts check for=ex-a", 'check("a is 1", a(), 1);'),
];

test("parseLesson(text) keeps each cell's lines in the file, its text and its typed keys", () => {
  const { cells, front } = lessonOf(
    `\nWords.\n\n${cell("ts cell id=one tol=1e-3 hide", "const a = 1;", "a")}`,
  );
  assert.deepEqual(cells, [
    {
      kind: "cell",
      id: "one",
      line: 12,
      end: 15,
      text: "const a = 1;\na\n",
      keys: { id: "one", tol: 1e-3, hide: true },
    },
  ]);
  assert.deepEqual(front.minutes, { read: 1, do: 2 });
  assert.equal(front.seed, 7);
});

test("parseLesson(text) reads lists, quoted text and list lines in the head", () => {
  const front = head().replace(
    "level: beginner",
    'level: advanced\nneeds: [l00-a, l01-b]\nobjectives:\n  - Do this\n  - "Say: that"',
  );
  assert.deepEqual(problemsOf("", front), []);
});

test("parseLesson(text) names a key of the head that it does not know, with its line and the near one", () => {
  const [problem] = problemsOf("", head().replace("summary:", "sumary:"));
  assert.match(problem ?? "", /^1: front matter has no summary/);
  const all = problemsOf("", head().replace("title: Sample", "title: Sample\nobjectivs: [a]"));
  assert.equal(all.length, 1);
  assert.match(
    all[0] ?? "",
    /^3: front matter key is objectivs; expected one of .*; did you mean objectives\?$/,
  );
});

test("parseLesson(text) refuses a level, minutes and a seed that are not of their kind", () => {
  const front = head()
    .replace("beginner", "beginer")
    .replace("do: 2", "do: two")
    .replace("seed: 7", "seed: -1");
  assert.deepEqual(problemsOf("", front), [
    "5: front matter minutes is not `{ read: 15, do: 10 }`; expected both, in minutes",
    "6: front matter level is beginer; expected beginner, intermediate, advanced; did you mean beginner?",
    "7: front matter seed is `-1`; expected a whole number from 0 on",
  ]);
});

test("parseLesson(text) without a head says where one belongs", () => {
  assert.match(problemsOf("Words.", "").join(), /^1: front matter is missing/);
});

test("parseLesson(text) refuses a kind that it does not know and proposes the near one", () => {
  assert.match(
    problemsOf(cell("ts cel id=a", "1")).join(),
    /^9: fence is `ts cel`; expected ts cell, .*; did you mean cell\?$/,
  );
  assert.match(problemsOf(cell("ts", "1")).join(), /^9: fence is `ts `; expected ts cell/);
  assert.match(
    problemsOf(cell("ts, cell id=a", "1")).join(),
    /^9: fence is `ts, cell id=a`; expected `ts`, a space, and a kind/,
  );
  assert.match(problemsOf(cell("typescript", "1")).join(), /^9: fence is `typescript`/);
});

test("parseLesson(text) lets other languages and plain fences be", () => {
  assert.deepEqual(problemsOf(cell("sh", "ls") + cell("", "text")), []);
});

test("parseLesson(text) refuses keys that are unknown, missing, doubled or of another kind", () => {
  assert.match(
    problemsOf(cell("ts cell id=a tmeout=3", "1")).join(),
    /^9: cell has the key `tmeout`; expected id, .*; did you mean timeout\?$/,
  );
  assert.match(
    problemsOf(cell("ts cell", "1")).join(),
    /^9: cell has no id; expected id=…, a name like fig-zeros$/,
  );
  assert.match(
    problemsOf(cell("ts cell id=A", "1")).join(),
    /^9: cell has id = `A`; expected a name like fig-zeros$/,
  );
  assert.match(problemsOf(cell("ts cell id=a id=b", "1")).join(), /^9: cell has id twice; expected once$/);
  assert.match(
    problemsOf(cell("ts cell id=a hide=yes", "1")).join(),
    /^9: cell has hide = `yes`; expected no value$/,
  );
});

test("parseLesson(text) refuses a figure without a text alternative", () => {
  assert.match(problemsOf(cell("ts cell id=a out=svg", "1")).join(), /^9: out=svg has no alt/);
  assert.deepEqual(problemsOf(cell('ts cell id=a out=svg alt="75% of \\"it\\""', "1")), []);
  assert.equal(
    lessonOf(cell('ts cell id=a out=svg alt="75% of \\"it\\""', "1")).cells[0]?.keys.alt,
    '75% of "it"',
  );
});

test("parseLesson(text) refuses an id that is taken", () => {
  assert.match(
    problemsOf(cell("ts cell id=a", "1") + cell("ts cell id=a", "2")).join(),
    /^12: id a is taken by line 9/,
  );
});

test("parseLesson(text) wants a solution and a check for each exercise, in order", () => {
  assert.deepEqual(problemsOf(exercise.join("")), []);
  assert.match(problemsOf(exercise[0] ?? "").join("|"), /no solution.*\|.*no check/);
  const [stub, solution, check] = exercise;
  assert.match(
    problemsOf(`${stub}${check}${solution}`).join(),
    /^15: check stands before its solution|^12: check stands/,
  );
  assert.match(
    problemsOf(`${exercise.join("")}${cell("ts spec for=ex-b", "1")}`).join(),
    /spec is for ex-b; expected ex-a; did you mean ex-a\?$/,
  );
});

test("parseLesson(text) refuses fences, containers and math that never close", () => {
  assert.match(problemsOf("```ts cell id=a\n1\n").join(), /^9: fence .* is never closed/);
  assert.match(problemsOf("::: aside\nwords\n").join(), /^9: container .* is never closed/);
  assert.match(problemsOf("$$\nx\n").join(), /^9: math `\$\$` is never closed/);
});

test("parseLesson(text) refuses containers that it does not know, and hints for no exercise", () => {
  assert.match(
    problemsOf("::: hnt for=a\nx\n:::\n").join(),
    /^9: container is `::: hnt`; expected .*; did you mean hint\?$/,
  );
  assert.match(
    problemsOf("::: hint for=a level=1\nx\n:::\n").join(),
    /^9: hint is for a; expected an exercise, and the lesson has none$/,
  );
});

test("parseLesson(text) says that a `:::` inside a quotation closes nothing", () => {
  assert.match(
    problemsOf("::: quiz id=q\nWhat?\n\n- [x] a\n- [ ] b\n  > Why.\n  > :::\n").join("|"),
    /15: `:::` closes nothing here, quoted or indented/,
  );
});

test("parseLesson(text) wants one right answer in a quiz", () => {
  const quiz = (options: string): string[] => problemsOf(`::: quiz id=q\nWhat?\n\n${options}\n:::\n`);
  assert.deepEqual(quiz("- [ ] this\n- [x] that\n  > Why."), []);
  assert.match(quiz("- [x] this\n- [x] that").join(), /^9: quiz has 2 right answers; expected one/);
  assert.match(quiz("- this\n- that").join(), /^9: quiz is not a question and a list/);
});

test("parseLesson(text) refuses a first-level heading, which is the title's", () => {
  assert.match(problemsOf("# Title\n").join(), /^9: heading is `# Title`; expected ## or deeper/);
});

test("parseLesson(text) gives equal headings different anchors", () => {
  assert.deepEqual(
    lessonOf("## A b\n\n## A b\n").headings.map(({ slug }) => slug),
    ["s-a-b", "s-a-b-2"],
  );
});
