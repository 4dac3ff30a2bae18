import assert from "node:assert/strict";
import { test } from "node:test";
import { declarationIn, settled } from "../../../reference/oracle/declaration.ts";
import { refuses } from "../formats/files.ts";

const declared = (fields: object) => declarationIn(JSON.stringify(fields), "adapter");

test("declarationIn(text) gives every field as it was declared", () => {
  const everything = {
    name: "my kernels",
    version: "1.2",
    ops: ["linear", "noop"],
    dtypes: ["F32", "BF16"],
    accumulator: "tc-fp32",
    structure: "lanes:8",
    intermediate: "F16",
    inputs: "tf32",
    flushesSubnormals: true,
    functions: "fast",
    tails: "absolute",
    deterministic: false,
    strides: true,
  };
  assert.deepEqual(declared(everything), everything);
});

test("declarationIn(text) leaves out what is not declared, and takes null for nothing", () => {
  assert.deepEqual(declared({ name: "n", accumulator: null }), { name: "n" });
});

test("settled(declaration) puts defaults in the place of what was left out, and nothing else", () => {
  const defaults = {
    name: "n",
    dtypes: ["F32"],
    structure: "any",
    flushesSubnormals: false,
    functions: "accurate",
    tails: "relative",
    deterministic: true,
    strides: false,
  };
  assert.deepEqual(settled({ name: "n" }), defaults);
  const own = { structure: "fma", deterministic: false, version: "2" } as const;
  assert.deepEqual(settled({ name: "n", ...own }), { ...defaults, ...own });
});

test("declarationIn(text) refuses what is no JSON object with each name once", () => {
  const text = (json: string) => () => declarationIn(json, "adapter");
  refuses(text("{"), "adapter: declaration is not valid JSON; expected a JSON object");
  refuses(text("[]"), "adapter: declaration is an array; expected a JSON object");
  refuses(
    text('{"name":"a","name":"b"}'),
    'adapter: declaration has the name "name" twice; expected each name once',
  );
});

const FIELDS =
  "name, version, ops, dtypes, accumulator, structure, intermediate, inputs, flushesSubnormals, functions, tails, deterministic, strides";

for (const [fields, sentence] of [
  [{ name: undefined }, "name is missing; expected a string"],
  [{ name: 7 }, "name is 7; expected a string"],
  [{ name: " " }, 'name is " "; expected a name'],
  [{ version: 1 }, "version is 1; expected a string"],
  [{ ops: "linear" }, 'ops is "linear"; expected an array'],
  [{ ops: ["linear", 2] }, "ops[1] is 2; expected a string"],
  [{ dtypes: [] }, "dtypes is []; expected one at least of F64, F32, F16, BF16"],
  [{ dtypes: ["F32", "float32"] }, 'dtypes[1] is "float32"; expected one of F64, F32, F16, BF16'],
  [{ accumulator: "F32" }, 'accumulator is "F32"; expected one of f64, f32, f16, bf16, tc-fp32'],
  [
    { structure: "lanes" },
    'structure is "lanes"; expected one of any, sequential, fma, tree, compensated, lanes:L or block:B',
  ],
  [
    { structure: "lanes:0" },
    'structure is "lanes:0"; expected one of any, sequential, fma, tree, compensated, lanes:L or block:B',
  ],
  [{ intermediate: "f16" }, 'intermediate is "f16"; expected one of F64, F32, F16, BF16'],
  [{ inputs: "bf16" }, 'inputs is "bf16"; expected "tf32"'],
  [{ flushesSubnormals: 1 }, "flushesSubnormals is 1; expected true or false"],
  [{ functions: "exact" }, 'functions is "exact"; expected one of accurate, fast'],
  [{ tails: "lost" }, 'tails is "lost"; expected one of relative, absolute'],
  [{ deterministic: "no" }, 'deterministic is "no"; expected true or false'],
  [{ strides: "any" }, 'strides is "any"; expected true or false'],
  [{ flushSubnormals: true }, `"flushSubnormals" is no field of a declaration; expected one of ${FIELDS}`],
  [{ toString: true }, `"toString" is no field of a declaration; expected one of ${FIELDS}`],
] as const) {
  test(`declarationIn(text) refuses ${JSON.stringify(fields)}`, () => {
    refuses(() => declared({ name: "n", ...fields }), `adapter: ${sentence}`);
  });
}
