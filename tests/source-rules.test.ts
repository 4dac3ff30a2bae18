import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  againstTheGrain,
  codeOf,
  cycles,
  importsOf,
  inexactMath,
  inexactOps,
  inexactPower,
  misplaced,
  type Source,
} from "./source-rules.ts";

const top = fileURLToPath(new URL("..", import.meta.url));

const sources = (folder: string): readonly Source[] =>
  existsSync(join(top, folder))
    ? readdirSync(join(top, folder), { recursive: true, encoding: "utf8" })
        .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
        .filter((path) => path.endsWith(".ts") && !/node_modules\/|^kernels\/bench\//.test(path))
        .sort()
        .map((path) => ({ path, text: readFileSync(join(top, path), "utf8") }))
    : [];

const core = [...sources("reference"), ...sources("kernels")];
const everything = [...core, ...sources("lessons/notebook"), ...sources("bin")];

const none = (violations: readonly string[]): void =>
  assert.equal(violations.length, 0, `\n${violations.join("\n")}\n`);

test("reference/ and kernels/ use no function of Math that engines round differently", () => {
  assert.ok(core.length > 5, "the sources were found");
  none(core.flatMap(inexactMath));
});

test("reference/ and kernels/ use ** on BigInt only", () => none(core.flatMap(inexactPower)));

test("reference/ and kernels/ use no operation of ndarray-ops that calls Math", () =>
  none(core.flatMap(inexactOps)));

test("imports follow the directions of the design", () => none(everything.flatMap(againstTheGrain)));

test("node:, ndarray and re-exports stay where they belong", () => none(everything.flatMap(misplaced)));

test("reference/ has no import cycle", () => none(cycles(sources("reference"))));

// The rules, each seen refusing something.

const math = (text: string): readonly string[] => inexactMath({ path: "reference/a.ts", text });
const power = (text: string): readonly string[] => inexactPower({ path: "reference/a.ts", text });
const ops = (text: string): readonly string[] => inexactOps({ path: "reference/a.ts", text });

test("codeOf(text) blanks comments, strings and regular expressions, and keeps the lines and the code inside templates", () => {
  assert.equal(
    codeOf('a; // Math.exp\nb("Math.exp") /* ** \n */ c'),
    "a;            \nb(          )       \n    c",
  );
  assert.equal(codeOf(`f(/Math.exp[/]**/, \`Math \${g(\`1\`)} **\`)`).includes("Math"), false);
  assert.match(codeOf(`\`of \${Math.exp(x)} and **\``), /^ {5}\{Math\.exp\(x\)\} {8}$/);
  assert.equal(codeOf("a / b / c"), "a / b / c");
  assert.equal(codeOf("'it\\'s **' + \"\\\"**\"").includes("*"), false);
});

test("inexactMath refuses Math.exp, naming file, line and way out", () => {
  assert.deepEqual(math("const a = 1;\nconst b = Math.exp(a);"), [
    "reference/a.ts:2: has Math.exp, which engines round differently; expected reference/elementary.ts",
  ]);
  assert.deepEqual(math("Math.random()"), [
    "reference/a.ts:1: has Math.random, which engines round differently; expected a stream of reference/random.ts",
  ]);
});

test("inexactMath refuses every function that ECMAScript leaves to the engine", () => {
  for (const name of [
    ...[
      "exp",
      "expm1",
      "log",
      "log1p",
      "log2",
      "log10",
      "pow",
      "sinh",
      "cosh",
      "tanh",
      "asinh",
      "acosh",
      "atanh",
    ],
    ...["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "cbrt", "hypot", "random"],
  ])
    assert.equal(math(`x = Math.${name}(y)`).length, 1, name);
});

test("inexactMath refuses Math destructured, indexed, renamed, optional or in a template", () => {
  for (const text of [
    "const { exp } = Math;",
    'x = Math["exp"](1);',
    "const M = Math;",
    "f(Math)",
    "Math?.exp(1)",
    "Math\n  .exp(1)",
    `\`\${Math.exp(1)}\``,
    "globalThis.Math.exp(1)",
  ])
    assert.equal(math(text).length, 1, text);
});

test("inexactPower refuses ** and **=, but not of a BigInt, nor in comments", () => {
  assert.deepEqual(power("x = a ** b;"), [
    "reference/a.ts:1: has **, which engines round differently; expected pow of reference/elementary.ts",
  ]);
  assert.equal(power("x **= 2;").length, 1);
  assert.equal(power("x = 2 ** -10;").length, 1);
  none(power("/** e ** x */ x = 2n ** 64n; // a ** b"));
});

test("inexactMath lets exact functions, constants, comments and strings pass", () => {
  none(
    math("Math.sqrt(Math.abs(x)) + Math.fround(Math.PI) * Math.LN2 + Math.imul(Math.max(1, 2), Math.SQRT2)"),
  );
  none(math("/** e ** x, not Math.exp */ // Math.log\nconst s = 'Math.pow(2 ** 3)' + `Math.sin`;"));
});

test("inexactOps refuses exp and its kin of ndarray-ops, however they are reached", () => {
  for (const text of [
    'import ops from "ndarray-ops";\nops.exp(a, b);',
    'import ops from "ndarray-ops";\nops.powseq(a, 2);',
    'import * as ops from "ndarray-ops";\nops.random(a);',
    'import { sin } from "ndarray-ops";',
    'import { log as l } from "ndarray-ops";',
    'import ops from "ndarray-ops";\nconst { expeq } = ops;',
    'import ops from "ndarray-ops";\nops["exp"](a, b);',
    'import ops from "ndarray-ops";\nconst o = ops;',
  ])
    assert.equal(ops(text).length, 1, text);
  assert.deepEqual(ops('import ops from "ndarray-ops";\nops.cos(a, b);'), [
    "reference/a.ts:2: has cos of ndarray-ops, which calls Math; expected reference/elementary.ts",
  ]);
  none(
    ops('import ops from "ndarray-ops";\nops.add(a, b, c); ops.sqrt(a, b); ops.assign(a, b); other.exp(1);'),
  );
  none(ops('import { add } from "ndarray-ops";\nadd(a, b, c);'));
});

test("importsOf(text) finds static, dynamic, type and re-exporting imports, and none in comments or strings", () => {
  const text = [
    'import a, { type B } from "./a.ts";',
    'import type { C } from "./c.ts";',
    'import {\n  type D,\n  type E,\n} from "./d.ts";',
    'import "./e.ts";',
    'export { f } from "./f.ts";',
    'export * from "./g.ts";',
    'const h = await import("./h.ts");',
    'export const i = "from"; // import j from "./j.ts"',
    "const k = 'import k from \"./k.ts\"';",
    'export type { L } from "./l.ts";',
  ].join("\n");
  assert.deepEqual(
    importsOf(text).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line]),
    [
      ["./a.ts", false, 1],
      ["./c.ts", true, 2],
      ["./d.ts", true, 3],
      ["./e.ts", false, 7],
      ["./f.ts", false, 8],
      ["./g.ts", false, 9],
      ["./l.ts", true, 13],
      ["./h.ts", false, 10],
    ],
  );
});

const direction = (path: string, specifier: string, type = ""): readonly string[] =>
  againstTheGrain({ path, text: `\nimport ${type}{ x } from "${specifier}";` });

test("againstTheGrain refuses an import upwards, naming what is allowed", () => {
  assert.deepEqual(direction("reference/measure/a.ts", "../models/opt.ts"), [
    "reference/measure/a.ts:2: imports reference/models/opt.ts; expected one of reference/measure/, reference/tensor.ts, reference/weights.ts, reference/models/config.ts, reference/ops/contract.ts",
  ]);
});

test("againstTheGrain refuses what each row of the table leaves out", () => {
  for (const [path, specifier] of [
    ["reference/tensor.ts", "./weights.ts"],
    ["reference/double-double.ts", "./tensor.ts"],
    ["reference/elementary/a.ts", "../random.ts"],
    ["reference/random.ts", "./tensor.ts"],
    ["reference/weights.ts", "./ops/contract.ts"],
    ["reference/ops/a.ts", "../models/opt.ts"],
    ["reference/models/a.ts", "../interpret/count.ts"],
    ["reference/interpret/a.ts", "../models/opt.ts"],
    ["reference/formats/a.ts", "../models/opt.ts"],
    ["reference/formats/a.ts", "../ops/linear.ts"],
    ["reference/measure/a.ts", "../interpret/count.ts"],
    ["reference/decoding/a.ts", "../training/train.ts"],
    ["reference/relufication/a.ts", "../oracle/judge.ts"],
    ["reference/relufication/a.ts", "../training/train.ts"],
    ["reference/training/a.ts", "../successors/l1.ts"],
    ["reference/training/a.ts", "../decoding/generate.ts"],
    ["reference/oracle/a.ts", "../models/opt.ts"],
    ["reference/oracle/a.ts", "../training/train.ts"],
    ["reference/oracle/a.ts", "../decoding/generate.ts"],
    ["reference/index.ts", "../kernels/index.ts"],
    ["reference/ops/a.ts", "../../lessons/notebook/run.ts"],
    ["reference/ops/a.ts", "../../bin/main.ts"],
    ["reference/ops/a.ts", "../../tests/assertions.ts"],
    ["kernels/a.ts", "../reference/ops/linear.ts"],
    ["kernels/a.ts", "../tests/assertions.ts"],
    ["lessons/notebook/a.ts", "../../bin/main.ts"],
    ["bin/a.ts", "../tests/assertions.ts"],
    ["reference/elsewhere/a.ts", "../tensor.ts"],
  ] as const)
    assert.equal(direction(path, specifier).length, 1, `${path} imports ${specifier}`);
});

test("againstTheGrain lets pass what the table allows, types of models in formats included", () => {
  for (const [path, specifier, type] of [
    ["reference/random.ts", "./elementary.ts"],
    ["reference/elementary.ts", "./elementary/logarithm.ts"],
    ["reference/ops/a.ts", "../elementary.ts"],
    ["reference/formats/a.ts", "../models/opt.ts", "type "],
    ["reference/formats/a.ts", "../models/config.ts"],
    ["reference/training/a.ts", "../interpret/record.ts"],
    ["reference/oracle/a.ts", "../formats/safetensors.ts"],
    ["reference/successors/a.ts", "../training/train.ts"],
    ["kernels/a.ts", "../reference/ops/contract.ts"],
    ["lessons/notebook/a.ts", "../../kernels/index.ts"],
    ["bin/a.ts", "../lessons/notebook/run.ts"],
    ["bin/a.ts", "commander"],
  ] as const)
    none(direction(path, specifier, type));
});

test("misplaced refuses node:, ndarray and re-exports outside their places", () => {
  assert.deepEqual(misplaced({ path: "reference/formats/a.ts", text: 'import { join } from "node:path";' }), [
    "reference/formats/a.ts:1: imports node:path; expected that only in *.node.ts, lessons/notebook/ and bin/",
  ]);
  assert.deepEqual(misplaced({ path: "reference/ops/a.ts", text: '\nimport ndarray from "ndarray";' }), [
    "reference/ops/a.ts:2: imports ndarray; expected reference/tensor.ts, the only caller of ndarray()",
  ]);
  assert.deepEqual(misplaced({ path: "reference/ops/a.ts", text: 'export { b } from "./b.ts";' }), [
    "reference/ops/a.ts:1: exports what is in ./b.ts; expected that only in reference/index.ts, reference/oracle/index.ts, reference/oracle/index.node.ts",
  ]);
  assert.deepEqual(misplaced({ path: "reference/ops/index.ts", text: "" }), [
    "reference/ops/index.ts:1: is an index.ts; expected reference/index.ts, reference/oracle/index.ts, reference/oracle/index.node.ts alone to gather exports",
  ]);
});

test("misplaced lets each of them pass in its place, and the types of ndarray everywhere", () => {
  none(misplaced({ path: "reference/formats/a.node.ts", text: 'import { join } from "node:path";' }));
  none(misplaced({ path: "lessons/notebook/a.ts", text: 'import { join } from "node:path";' }));
  none(misplaced({ path: "reference/tensor.ts", text: 'import ndarray from "ndarray";' }));
  none(misplaced({ path: "reference/ops/a.ts", text: 'import type { NdArray } from "ndarray";' }));
  none(misplaced({ path: "reference/index.ts", text: 'export * from "./tensor.ts";' }));
  none(misplaced({ path: "reference/oracle/index.ts", text: 'export { a } from "./a.ts";' }));
});

test("cycles(sources) refuses a ring of imports, once, and names it from end to end", () => {
  const source = (name: string, ...to: readonly string[]): Source => ({
    path: `reference/${name}.ts`,
    text: to.map((other) => `import { x } from "./${other}.ts";`).join("\n"),
  });
  assert.deepEqual(cycles([source("a", "b"), source("b", "d", "c"), source("c", "a"), source("d")]), [
    "reference/c.ts:1: closes a cycle: reference/a.ts → reference/b.ts → reference/c.ts → reference/a.ts",
  ]);
  assert.equal(cycles([source("a", "a")]).length, 1);
  none(cycles([source("a", "b", "c"), source("b", "c"), source("c")]));
});
