import assert from "node:assert/strict";
import { test } from "node:test";
import { compileCell } from "../../../lessons/notebook/compile.ts";
import type { Keys } from "../../../lessons/notebook/keys.ts";

const compiled = (text: string, keys: Keys = {}) => compileCell({ id: "a", kind: "cell", keys, text });
const faults = (text: string, keys: Keys = {}): string[] =>
  compiled(text, keys).faults.map((fault) => `${fault.line}: ${fault.text}`);

test("compileCell takes types away and keeps every line on its line", () => {
  const text = [
    "interface Row {",
    "  readonly n: number;",
    "}",
    "const row: Row = { n: 1 } as const satisfies Row;",
    "type Pair = [number, number];",
    "function first<T>([a]: readonly T[]): T | undefined {",
    "  return a;",
    "}",
    "first<number>([row.n]);",
  ].join("\n");
  const { code, faults } = compiled(text);
  const lines = code.split("\n");
  assert.deepEqual(faults, []);
  assert.equal(lines.length, text.split("\n").length);
  assert.match(lines[3] ?? "", /^const row = \{ n: 1 \}\s*;$/);
  assert.match(lines[5] ?? "", /^function first\(\[a\]\)\s*\{$/);
  assert.equal(lines[8], "$$.result((first([row.n])));");
});

test("compileCell gathers imports with their new names, leaves out types, and blanks their lines", () => {
  const { code, imports } = compiled(
    [
      'import { matrix as m, type Matrix, row } from "relukit/reference/tensor.ts";',
      'import type { Stream } from "relukit/reference/random.ts";',
      'import * as figure from "relukit/lessons/notebook/figure.ts";',
      'import data from "relukit/fixtures/a.json";',
      "import {",
      "  relu,",
      '} from "relukit/reference/ops/activations.ts";',
      "m;",
    ].join("\n"),
  );
  assert.deepEqual(imports, [
    { there: "matrix", here: "m", from: "relukit/reference/tensor.ts" },
    { there: "row", here: "row", from: "relukit/reference/tensor.ts" },
    { there: "*", here: "figure", from: "relukit/lessons/notebook/figure.ts" },
    { there: "default", here: "data", from: "relukit/fixtures/a.json" },
    { there: "relu", here: "relu", from: "relukit/reference/ops/activations.ts" },
  ]);
  const lines = code.split("\n");
  assert.equal(lines.slice(0, 7).join("").trim(), "");
  assert.equal(lines[7], "$$.result((m));");
});

test("compileCell lets a cell wait", () => {
  const { code, faults } = compiled("const y = await Promise.resolve(1);\nawait y;");
  assert.deepEqual(faults, []);
  assert.match(code, /^const y = await Promise\.resolve\(1\);\n\$\$\.result\(\(await y\)\);$/);
});

test("compileCell wraps what `// → value` follows, with its line", () => {
  assert.match(
    compiled("const x = 1;\nx + 1; // → 2").code,
    /^const x = 1;\n\$\$\.expect\(\(x \+ 1\), 2, "2"\);/,
  );
});

test("compileCell opens a try for a cell that must throw", () => {
  const { code, faults } = compiled('throw new RangeError("no");', { throws: "RangeError" });
  assert.deepEqual(faults, []);
  assert.equal(code, 'try { throw new RangeError("no");');
});

test("compileCell tells the line of what is not TypeScript, and gives no code", () => {
  assert.deepEqual(faults("const a = 1;\nconst = 3;\na;"), ["2: this is not TypeScript: unexpected token"]);
  assert.equal(compiled("const a = 1;\nconst = 3;").code, "");
  assert.match(faults("const a = 1;\nif (a) {").join(), /^2: this is not TypeScript: /);
  assert.match(faults("const a = `one;").join(), /^1: this is not TypeScript: /);
});

test("compileCell refuses names that give another number on another day or engine, with their lines", () => {
  for (const [text, fault] of [
    ["1;\nMath.random();", /^2: Math\.random has no seed; use stream\(\)$/],
    ["fetch('x');", /^1: fetch is refused: a lesson needs no network$/],
    ["Date.now();", /^1: Date is refused: /],
    ["process.exit();", /^1: process is refused: /],
    ["globalThis.x = 1;", /^1: globalThis is refused: /],
    ["document.title;", /^1: document is refused: /],
    ["2 ** 3;", /^1: `\*\*` differs in its last bit/],
    ["Math.exp(1);", /^1: Math\.exp differs in its last bit/],
    ['await import("x");', /^1: import\(\) hides what a lesson reads/],
    ['import fs from "node:fs";', /^1: import is from `node:fs`; expected relukit\/…/],
    ["export const a = 1;", /^1: export is not needed/],
  ] as const)
    assert.match(faults(text).join("\n"), fault, text);
});

test("compileCell lets a text and a comment name what code may not", () => {
  assert.deepEqual(faults('const a = "Math.random"; // fetch, Date\na;'), []);
});

test("compileCell gives an empty cell an empty code", () => {
  assert.deepEqual(compiled(""), { code: "", imports: [], faults: [] });
  assert.equal(compiled("// only words\n").code.split("\n").length, 2);
});
