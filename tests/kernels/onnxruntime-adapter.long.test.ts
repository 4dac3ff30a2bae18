// ONNX Runtime as an adapter, before the oracle, at sizes of its own; oracle.long.test.ts has the suite.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Case, pictureOf } from "../../reference/oracle/case.ts";
import { type Maker, caseOf as madeCase } from "../../reference/oracle/cases/making.ts";
import type { FloatDtype } from "../../reference/oracle/float-formats.ts";
import { proveNoop } from "../../reference/oracle/noop.ts";
import type { Attributes } from "../../reference/oracle/picture.ts";
import { matrix } from "../../reference/tensor.ts";
import { of } from "../assertions.ts";
import { onnxRuntime } from "./adapters.ts";
import { caseOf, passes } from "./judged.ts";

const whole = onnxRuntime("F32");
const half = onnxRuntime("F16");
const { skip } = whole;

/** A case of random numbers. */
const random = (
  op: string,
  name: string,
  inputs: (make: Maker) => Case["inputs"],
  attributes: Attributes = {},
  dtype: FloatDtype = "F32",
): Case => madeCase(op, dtype, "bounded", name, inputs, { attributes });

test("the adapter gives a picture back byte for byte when nothing is to be done", { skip }, async () => {
  assert.deepEqual(await proveNoop(await whole.start()), { status: "ok" });
});

test("products are within the bound that the oracle proves, at any size", { skip }, async () => {
  const kernel = await whole.start();
  for (const [T, I, O] of [
    [3, 37, 65],
    [1, 1, 1],
    [2, 300, 17],
    [0, 3, 2],
    [2, 0, 3],
    [2, 3, 0],
  ] as const) {
    const name = `${T}x${I}x${O}`;
    const linear = (make: Maker) => ({ x: make.normal([T, I]), w: make.normal([I, O]) });
    await passes(kernel, random("linear", name, linear));
    await passes(
      kernel,
      random("linear", `${name}-biased`, (make) => ({ ...linear(make), b: make.normal([O]) })),
    );
    const unembed = (make: Maker) => ({ x: make.normal([T, I]), table: make.normal([O, I]) });
    await passes(kernel, random("unembed", name, unembed));
  }
});

test("sums, products and the ReLU family are right, of NaN and infinities too", { skip }, async () => {
  const kernel = await whole.start();
  const x = of([Number.NaN, Infinity, -Infinity, 0], [1, -1, 0.5, 3.7]);
  const y = of([1.1, -2.2, 3.3, -4.4], [0.1, 0.7, -9, 1e-9]);
  for (const op of ["add", "mul"]) await passes(kernel, caseOf(op, { x, y }));
  for (const f of [
    { kind: "relu", shift: 0 },
    { kind: "relu", shift: 0.25 },
    { kind: "fatrelu", shift: 0, threshold: 1 },
    { kind: "fatrelu-strict", shift: 0, threshold: 1 },
  ])
    await passes(kernel, caseOf("activate", { x }, { f }));
});

test("silu, swish and gelu are within the bound of absolute tails", { skip }, async () => {
  const x = matrix(1, 401, (_, i) => (i - 200) / 10);
  for (const f of [
    { kind: "silu", shift: 0 },
    { kind: "swish", shift: 0, beta: 1 },
    { kind: "gelu", shift: 0 },
    { kind: "gelu-tanh", shift: 0 },
  ])
    await passes(await whole.start(), caseOf("activate", { x }, { f }));
});

test("attention sees the keys up to its own position, whatever heads are shared", { skip }, async () => {
  for (const [T, S, NK, GK] of [
    [3, 5, 8, 4],
    [5, 5, 8, 8],
    [1, 7, 16, 8],
  ] as const) {
    const inputs = (make: Maker) => ({
      q: make.normal([T, NK]),
      k: make.normal([S, GK]),
      v: make.normal([S, GK]),
    });
    await passes(await whole.start(), random("attend", `${T}-${S}-${NK}-${GK}`, inputs, { K: 4 }));
  }
});

test("F16 products add up in float32 and round once", { skip }, async () => {
  const inputs = (make: Maker) => ({
    x: make.normal([3, 37]),
    w: make.normal([37, 5]),
    b: make.normal([5]),
  });
  await passes(await half.start(), random("linear", "half", inputs, {}, "F16"));
});

test("what is not here is said to be unsupported", { skip }, async () => {
  const [kernel, x] = [await whole.start(), of([1, 2])];
  const layer = { x, up: of([1, 2, 3], [4, 5, 6]), down: of([1, 2], [3, 4], [5, 6]) };
  const attributes = { f: { kind: "relu", shift: 0 }, skip: true };
  const turning = { K: 2, start: 0, base: 10000, pairing: "half-split" };
  for (const [given, message] of [
    [caseOf("rotary", { x }, turning), /rotary is not here/],
    [caseOf("feedForward", layer, attributes), /every row of down is read/],
    [{ ...caseOf("linear", { x, w: of([1], [2]) }), dtype: "F16" as const }, /x is F16; only F32 is here/],
  ] as const) {
    const outcome = await kernel.run(pictureOf(given));
    assert.equal(outcome.status, "unsupported");
    assert.match(outcome.status === "unsupported" ? outcome.message : "", message);
  }
});
