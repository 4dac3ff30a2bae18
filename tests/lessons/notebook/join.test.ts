import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { join } from "../../../lessons/notebook/join.ts";
import { sources } from "../../../lessons/notebook/sources.node.ts";
import { statements } from "../../../lessons/notebook/statements.ts";
import { bodyLine, cell, lessonOf } from "./sample.ts";

const joined = (body: string) => join(lessonOf(body));
const text = (body: string): string => joined(body).editions[0]?.text ?? "";
const problems = (...lines: readonly string[]): string[] =>
  joined(cell("ts cell id=a", ...lines)).problems.map((one) => `${one.line}: ${one.text}`);

test("join(lesson) keeps every line of a cell on its line of lesson.md", () => {
  const body = `Words.\n\n${cell("ts cell id=a", "const a = 1;", "const b = a;")}\nMore.\n\n${cell("ts cell id=b", "b;")}`;
  const lines = text(body).split("\n");
  assert.equal(lines.length, lessonOf(body).text.split("\n").length);
  assert.equal(lines[bodyLine + 2], "const a = 1;");
  assert.equal(lines[bodyLine + 3], "const b = a;");
  assert.equal(lines[bodyLine - 1], "");
  assert.match(lines[bodyLine + 8] ?? "", /^\$\$\.begin\("b", "cell", 7, 18\);$/);
});

test("join(lesson) shows the last expression of a cell, and nothing of a declaration", () => {
  assert.match(text(cell("ts cell id=a", "const a = 1;", "a")), /^\$\$\.result\(\(a\)\)$/m);
  assert.match(text(cell("ts cell id=a", "f(", "  1,", ");")), /^\$\$\.result\(\(f\($/m);
  assert.doesNotMatch(text(cell("ts cell id=a", "1;", "const a = 1;")), /result/);
  assert.doesNotMatch(text(cell("ts cell id=a out=none", "a")), /result/);
});

test("join(lesson) compares what stands before `// → value`", () => {
  const made = text(
    cell("ts cell id=a", 'const s = "// → 3"; // → "// → 3"', "s.length; // → 6", "[1, 2] // → [1, 2]"),
  );
  assert.match(made, /const s = "\/\/ → 3"; \$\$\.expect\(s, 10, "\\"\/\/ → 3\\""\);/);
  assert.match(made, /^\$\$\.expect\(\(s\.length\), 11, "6"\);/m);
  assert.match(made, /^\$\$\.expect\(\(\[1, 2\]\), 12, "\[1, 2\]"\) \/\/ →/m);
});

test("join(lesson) refuses an expectation that follows no value, and arrows of another kind", () => {
  assert.match(problems("for (;;) {", "  a; // → 1", "}").join(), /^11: `\/\/ →` follows no value/);
  assert.match(problems("a; // -> 1").join(), /^10: comment is `\/\/ -> 1`; expected `\/\/ → value`$/);
});

test("join(lesson) makes an edition with the stub of each exercise, up to its check", () => {
  const body = [
    cell("ts cell id=a", "const one = 1;"),
    cell("ts exercise id=ex minutes=1 difficulty=1", "const two = (): number => 0;"),
    cell("ts solution for=ex", "const two = (): number => one + one;"),
    cell("ts check for=ex", 'check("two is 2", two(), 2);'),
    cell("ts cell id=b", "two()"),
  ].join("");
  const [lesson, stub] = joined(body).editions;
  assert.deepEqual(
    lesson?.cells.map(({ id }) => id),
    ["a", "solution-ex", "check-ex", "b"],
  );
  assert.deepEqual(
    stub?.cells.map(({ id }) => id),
    ["a", "ex", "check-ex"],
  );
  assert.equal(stub?.kind, "stub");
});

test("join(lesson) keeps a type error out of the lesson, in an edition of its own", () => {
  const body =
    cell("ts cell id=a", "const a = 1;") + cell("ts cell id=bad type-error=2322", 'const b: number = "a";');
  const editions = joined(body).editions;
  assert.deepEqual(
    editions.map(({ name }) => name),
    ["lesson", "type-error-bad"],
  );
  assert.doesNotMatch(editions[0]?.text ?? "", /const b/);
});

test("join(lesson) refuses clocks, chance, network and other modules, with the line", () => {
  assert.match(
    problems("const a = 1;", "const b = Math.random();").join(),
    /^11: Math\.random has no seed; use stream\(\)$/,
  );
  assert.match(problems("const t = Date.now();").join(), /^10: Date is refused/);
  assert.match(problems("const t = performance.now();").join(), /mark the cell volatile/);
  assert.match(problems('await fetch("x");').join(), /fetch is refused: a lesson needs no network/);
  assert.match(problems("(1.5).toLocaleString();").join(), /toLocaleString depends on the country/);
  assert.match(
    problems('import { readFileSync } from "node:fs";').join(),
    /^10: import is from `node:fs`; expected relukit/,
  );
  assert.match(problems('const m = await import("x");').join(), /import\(\) hides/);
  assert.match(problems("export const a = 1;").join(), /export is not needed/);
  assert.match(
    problems("const a = Math.exp(1);", "const b = 2 ** 0.5;").join("|"),
    /^10: Math\.exp differs.*\|11: `\*\*` differs/,
  );
  assert.match(problems(["const a = `$", "{Date.now()}`;"].join("")).join(), /Date is refused/);
});

test("join(lesson) lets a volatile cell read the clock, and words like the refused ones be", () => {
  assert.deepEqual(joined(cell("ts cell id=a volatile", "const t = performance.now();")).problems, []);
  assert.deepEqual(
    problems('const text = "Date"; // Math.random', "const o = { Date: 1 };", "Math.sqrt(o.Date);"),
    [],
  );
});

test("statements(source) cuts at semicolons, line ends and blocks, and not inside strings, templates or brackets", () => {
  const template = ["`x$", "{[1, 2].map((n) => `;$", "{n}`)};`"].join("");
  const source = `const a = ";";\nfunction f() {\n  return 1;\n}\nf()\n${template}\nif (a) {\n} else {\n}\n/;/.test(a)`;
  assert.deepEqual(
    statements(source).map(({ kind, name }) => [kind, name]),
    [
      ["declaration", "a"],
      ["declaration", "f"],
      ["expression", undefined],
      ["expression", undefined],
      ["other", undefined],
      ["expression", undefined],
    ],
  );
});

test("statements(source) finds every declaration of the reference", () => {
  const files = readdirSync(path.join(sources, "reference"), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    const source = readFileSync(path.join(sources, "reference", file), "utf8");
    const wanted = [
      ...source.matchAll(
        /^(?:export )?(?:declare )?(?:async )?(?:const|function\*?|interface|type|class) (\w+)/gm,
      ),
    ];
    const found = statements(source).flatMap(({ name }) => name ?? []);
    assert.deepEqual(
      found,
      wanted.map(([, name]) => name),
      file,
    );
  }
});
