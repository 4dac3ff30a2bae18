import assert from "node:assert/strict";
import { test } from "node:test";
import { runInThisContext } from "node:vm";
import { lineInStack, type Part, parameters, placeOf, program } from "../../../lessons/notebook/program.ts";

const part = (id: string, code: string, more: Partial<Part> = {}): Part => ({
  ...{ id, mode: "cell", code, imports: [], throws: false, seconds: 5 },
  ...more,
});

test("program(parts, seed) puts each part's first line where `lines` says", () => {
  const made = program([part("a", "one;\ntwo;"), part("b", "three;")], 7);
  const lines = made.text.split("\n");
  assert.equal(lines[(made.lines[0] ?? 0) - 1], "one;");
  assert.equal(lines[(made.lines[1] ?? 0) - 1], "three;");
  assert.match(lines.at(-1) ?? "", /^\/\/# sourceURL=lesson\.md$/);
});

test("program(parts, seed) imports each name once, and tells what it needs", () => {
  const relu = { there: "relu", here: "f", from: "relukit/a.ts" };
  const all = { there: "*", here: "all", from: "relukit/b.ts" };
  const { text, needs } = program(
    [part("a", "", { imports: [relu, all] }), part("b", "", { imports: [relu] })],
    0,
  );
  assert.equal(text.match(/const f = /g)?.length, 1);
  assert.match(
    text,
    /const f = \$import\("relukit\/a\.ts"\)\["relu"\]; const all = \$import\("relukit\/b\.ts"\);/,
  );
  assert.deepEqual(needs, ["relukit/a.ts", "relukit/b.ts"]);
});

/** Runs a program with marks that take notes. */
async function notes(parts: readonly Part[]): Promise<readonly string[]> {
  const said: string[] = [];
  const marks = {
    begin: (cell: string, mode: string, seed: number) => said.push(`begin ${cell} ${mode} ${seed}`),
    end: () => said.push("end"),
    threw: (error: unknown) => said.push(`threw ${String(error)}`),
  };
  const made = runInThisContext(program(parts, 3).text) as (...given: readonly unknown[]) => Promise<void>;
  const given = parameters.map((name) =>
    name === "$$" ? marks : name === "show" ? (x: string) => said.push(x) : undefined,
  );
  await made(...given);
  return said;
}

test("program(parts, seed) runs the parts in order, with names seen from part to part", async () => {
  const parts = [part("a", 'const x = "a" + 1'), part("b", "await null;\nshow(x)", { mode: "check" })];
  assert.deepEqual(await notes(parts), [
    "begin  cell 3",
    "begin a cell 3",
    "end",
    "begin b check 3",
    "a1",
    "end",
  ]);
});

test("program(parts, seed) keeps the names of a part that must throw inside, and goes on", async () => {
  const parts = [
    part("a", 'try { const x = 1; throw new RangeError("no");', { throws: true }),
    part("b", "const x = 2;"),
  ];
  assert.deepEqual(await notes(parts), [
    ...["begin  cell 3", "begin a cell 3", "threw RangeError: no", "end", "begin b cell 3", "end"],
  ]);
});

test("program(parts, seed) ends a last line that is a comment", async () => {
  assert.deepEqual((await notes([part("a", "1 // one")])).at(-1), "end");
});

test("placeOf(program, line) is the cell and its line, the last one for the marks after it", () => {
  const made = program([part("a", "one;\ntwo;"), part("b", "three;")], 7);
  const [a = 0, b = 0] = made.lines;
  assert.deepEqual(placeOf(made, a), { cell: "a", line: 1 });
  assert.deepEqual(placeOf(made, a + 1), { cell: "a", line: 2 });
  assert.deepEqual(placeOf(made, a + 2), { cell: "a", line: 2 });
  assert.deepEqual(placeOf(made, b), { cell: "b", line: 1 });
  assert.deepEqual(placeOf(made, b + 99), { cell: "b", line: 1 });
  assert.equal(placeOf(made, a - 1), undefined);
});

test("lineInStack(stack) finds the first line of the program as V8 writes it", () => {
  const stack = [
    "RangeError: relu: x is [2]; expected [3]",
    "    at relu (blob:http://127.0.0.1:4173/6f1c:10:2034)",
    "    at lesson.md:17:9",
    "    at lesson.md:3:1",
  ].join("\n");
  assert.equal(lineInStack(stack), 17);
  assert.equal(lineInStack("Error: no\n    at f (lesson.md:8:3)\n    at async lesson.md:2:1"), 8);
});

test("lineInStack(stack) finds it as SpiderMonkey writes it", () => {
  const stack =
    "relu@blob:http://127.0.0.1/6f1c:10:2034\n@lesson.md:17:9\nasync*run@blob:http://127.0.0.1/6f1c:1:9\n";
  assert.equal(lineInStack(stack), 17);
  assert.equal(lineInStack("f@blob:null/6f1c line 7 > eval:12:5\n@blob:null/6f1c line 7 > eval:3:1\n"), 12);
});

test("lineInStack(stack) finds it as JavaScriptCore writes it", () => {
  assert.equal(lineInStack("relu@blob:http://127.0.0.1/6f1c:10:2034\nf@lesson.md:17:9\neval code@\n"), 17);
});

test("lineInStack(stack) is undefined for a stack of another place, and an empty one", () => {
  assert.equal(lineInStack("Error: no\n    at relu (library.js:10:2)"), undefined);
  assert.equal(lineInStack(""), undefined);
});

test("placeOf and lineInStack lead from an error back to its line in this engine", async () => {
  const parts = [part("a", "const f = () => {\n  null.x;\n};"), part("b", "1;\nf();")];
  const made = program(parts, 0);
  const error = await notes(parts).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  assert.equal(error?.name, "TypeError");
  assert.deepEqual(placeOf(made, lineInStack(error?.stack ?? "") ?? 0), { cell: "a", line: 2 });
});
