import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case } from "../../../reference/oracle/case.ts";
import { caseOf } from "../../../reference/oracle/cases/making.ts";
import { CHECKERS } from "../../../reference/oracle/checkers/all.ts";
import { type Checker, expectedOf } from "../../../reference/oracle/checkers/checker.ts";
import { meanSquare, normalizedMeanSquare } from "../../../reference/oracle/checkers/mean-square.ts";
import { allclose, assertClose, close, kernelBench } from "../../../reference/oracle/checkers/tolerances.ts";
import { twiceReference } from "../../../reference/oracle/checkers/twice-reference.ts";
import { allowed, stepsBetween, ulpTable } from "../../../reference/oracle/checkers/ulp-table.ts";
import type { FloatDtype } from "../../../reference/oracle/float-formats.ts";
import { truthOf } from "../../../reference/oracle/truth.ts";

/** A call of an operator; the numbers that checkers compare are given apart from it. */
const call = (op: string, dtype: FloatDtype = "F32"): Case =>
  caseOf(op, dtype, "bounded", "worked", (make) => ({
    x: make.of([1, 4], () => 1),
    w: make.of([4, 3], () => 1),
  }));

interface Shown {
  readonly op?: string;
  readonly dtype?: FloatDtype;
  readonly reference?: readonly number[];
}

const accepts = (
  checker: Checker,
  got: readonly number[],
  expected: readonly number[],
  { op = "linear", dtype = "F32", reference = expected }: Shown = {},
): boolean =>
  checker.accepts({
    given: call(op, dtype),
    got: { y: Float64Array.from(got) },
    expected: { y: Float64Array.from(expected) },
    lowPrecision: { y: Float64Array.from(reference) },
  });

test("every checker accepts the expected numbers themselves, and none accepts NaN or infinity for a number", () => {
  for (const checker of CHECKERS) {
    assert.ok(accepts(checker, [1, -2, 0.5], [1, -2, 0.5]), checker.name);
    for (const wrong of [Number.NaN, Infinity])
      assert.equal(accepts(checker, [1, wrong, 0.5], [1, -2, 0.5]), false, `${checker.name}: ${wrong}`);
  }
});

test("where a NaN is expected, right kernels are refused by all but the table of steps", () => {
  const accepting = CHECKERS.filter((checker) => accepts(checker, [1, Number.NaN], [1, Number.NaN]));
  assert.deepEqual(accepting, [ulpTable]);
});

test("a checker is shown every element of every output", () => {
  const shown = { given: call("linear"), lowPrecision: {}, got: { y: Float64Array.of(1) } };
  for (const checker of CHECKERS)
    assert.throws(() => checker.accepts({ ...shown, expected: { y: Float64Array.of(1, 2) } }), {
      name: "RangeError",
      message: "accepts: y has 1 elements; expected 2, as the truth has",
    });
  const two = { y: Float64Array.of(1), z: Float64Array.of(1) };
  const answer = { given: call("linear"), expected: two, lowPrecision: two };
  for (const checker of CHECKERS)
    assert.equal(checker.accepts({ ...answer, got: { ...two, z: Float64Array.of(9) } }), false);
});

test("expectedOf(case, truth) is the truth in the type of the case", () => {
  const given = caseOf("linear", "BF16", "bounded", "thirds", (make) => ({
    x: make.of([1, 2], () => 1),
    w: make.of([2, 1], (i) => (i === 0 ? 256 : 1)),
  }));
  assert.deepEqual(expectedOf(given, truthOf(given)), { y: Float64Array.of(256) }); // 257 lies between two
});

test("close(x, y) takes its share of y, and what is not finite only when it is equal", () => {
  const tenth = { relative: 0.1, absolute: 0 };
  assert.deepEqual([close(110, 100, tenth), close(111, 100, tenth)], [true, false]);
  assert.deepEqual([close(100, 111, tenth), close(90, 100, tenth)], [true, true]);
  assert.deepEqual(
    [
      close(Infinity, Infinity, tenth),
      close(Infinity, -Infinity, tenth),
      close(Number.NaN, Number.NaN, tenth),
    ],
    [true, false, false],
  );
});

test("assert_close allows 1.3e-6, 1e-3 or 1.6e-2 of an element by its type, and 1e-5", () => {
  for (const [dtype, relative] of [
    ["F32", 1.3e-6],
    ["F16", 1e-3],
    ["BF16", 1.6e-2],
    ["F64", 1e-7],
  ] as const) {
    assert.ok(accepts(assertClose, [1000 * (1 + 0.99 * relative)], [1000], { dtype }), dtype);
    assert.equal(
      accepts(assertClose, [1000 * (1 + 1.02 * relative) + 1.1e-5], [1000], { dtype }),
      false,
      dtype,
    );
  }
  assert.ok(accepts(assertClose, [9e-6], [0]));
  assert.equal(accepts(assertClose, [1.1e-5], [0]), false);
});

test("assert_close takes a tail of gelu that is lost for right: it is below 1e-5", () => {
  assert.ok(accepts(assertClose, [0], [-5.7e-6]));
});

test("allclose allows 1e-5 of an element and 1e-8, in every type", () => {
  assert.ok(accepts(allclose, [1.0000099], [1]));
  assert.equal(accepts(allclose, [1.000011], [1]), false);
  assert.equal(accepts(allclose, [1.1e-8], [0]), false);
  assert.equal(accepts(allclose, [1.0078125], [1], { dtype: "BF16" }), false); // the next number of the type
});

test("1e-2 takes zeros for right where outputs are small, and a product that is a hundredth too large", () => {
  assert.ok(accepts(kernelBench, [0, 0, 0], [0.009, -0.01, 0.0001]));
  assert.equal(accepts(kernelBench, [0], [0.011]), false);
  assert.ok(accepts(kernelBench, [101], [100]));
});

test("1e-2 takes its share of what the kernel gave: too much is forgiven sooner than too little", () => {
  assert.deepEqual(
    [accepts(kernelBench, [101.02], [100]), accepts(kernelBench, [98.98], [100])],
    [true, false],
  );
});

test("normalizedMeanSquare([3, 4], [3, 5]) is 1/25", () => {
  assert.equal(normalizedMeanSquare(Float64Array.of(3, 4), Float64Array.of(3, 5)), 1 / 25);
});

test("nmse forgives a small element what it does not forgive a large one, and products more than others", () => {
  assert.ok(accepts(meanSquare, [100, 2], [100, 0]));
  assert.equal(accepts(meanSquare, [100, 0], [103, 0]), false);
  assert.ok(accepts(meanSquare, [1.01, 1], [1, 1]));
  assert.equal(accepts(meanSquare, [1.01, 1], [1, 1], { op: "softmax" }), false);
});

test("nmse passes anything beside an infinity that is expected, as Infinity − Infinity is above no limit", () => {
  assert.ok(accepts(meanSquare, [Infinity, 7], [Infinity, 1]));
  assert.equal(accepts(meanSquare, [-Infinity, 1], [Infinity, 1]), false);
  assert.equal(accepts(meanSquare, [Infinity, 1], [5, 1]), false);
});

test("nmse refuses zeros for numbers and passes them for zeros", () => {
  assert.deepEqual([accepts(meanSquare, [0, 0], [0, 1]), accepts(meanSquare, [0, 0], [0, 0])], [false, true]);
});

test("2x-reference allows twice the greatest error of the plain kernel, wherever that is", () => {
  const reference = [1, 2.5]; // off by 0.5 in its second element
  assert.ok(accepts(twiceReference, [2, 2], [1, 2], { reference }));
  assert.equal(accepts(twiceReference, [2.01, 2], [1, 2], { reference }), false);
});

test("2x-reference leaves hardly anything where the plain kernel happens to be exact", () => {
  assert.equal(accepts(twiceReference, [1 + 1e-6, 2], [1, 2]), false);
  assert.ok(accepts(twiceReference, [1 + 1e-7, 2], [1, 2])); // the allowance: 1 + 0.3 − 0.3 is 1.2e-7 off in F32
});

test("2x-reference refuses an infinity that is right", () => {
  assert.equal(accepts(twiceReference, [Infinity], [Infinity]), false);
});

test("stepsBetween(type, x, y) counts the numbers of the type from x to y", () => {
  assert.equal(stepsBetween("F32", 1, 1 + 2 ** -23), 1n);
  assert.equal(stepsBetween("F32", -1.401298464324817e-45, 1.401298464324817e-45), 2n);
  assert.equal(stepsBetween("F32", 0, -0), 0n);
  assert.equal(stepsBetween("F16", 1, 1 + 2 ** -10), 1n);
  assert.equal(stepsBetween("BF16", 1, 1 + 2 ** -6), 2n);
  assert.equal(stepsBetween("F64", 1, 1 + 2 ** -52), 1n);
  assert.equal(stepsBetween("F32", 3.4028234663852886e38, Infinity), 1n); // so an overflow is one step
});

test("stepsBetween(F16, x, −x) is far, however small x: the sign is a bit of the word", () => {
  assert.equal(stepsBetween("F16", 2 ** -24, -(2 ** -24)), 0x8000n);
});

test("the table allows relu nothing, gelu 18 steps, silu 34 + 1 or 10 + 1, and a shift one more", () => {
  const steps = (kind: string, dtype: FloatDtype, shift = 0) =>
    allowed({ ...call("activate", dtype), attributes: { f: { kind, shift } } }, "y");
  assert.deepEqual(steps("relu", "F32"), { steps: 0 });
  assert.deepEqual(steps("relu", "F32", 0.25), { steps: 1 });
  assert.deepEqual(steps("gelu", "F16"), { steps: 18 });
  assert.deepEqual([steps("silu", "F32"), steps("silu", "BF16")], [{ steps: 35 }, { steps: 11 }]);
});

test("the table allows a product of K terms 2K steps, softmax 3K + 3, and norms 1/1024 or 1/512", () => {
  assert.deepEqual(allowed(call("linear"), "y"), { steps: 8 });
  assert.deepEqual(allowed(call("softmax"), "p"), { steps: 15 });
  assert.deepEqual(
    [allowed(call("layerNorm"), "y"), allowed(call("rmsNorm", "F16"), "y")],
    [{ distance: 1 / 1024 }, { distance: 1 / 512 }],
  );
});

test("the table blames a sum that cancels, and accepts a whole norm that is 0.0009 off", () => {
  assert.equal(accepts(ulpTable, [1e-8], [2e-8]), false);
  assert.ok(accepts(ulpTable, [0.0009, -0.0009], [0, 0], { op: "layerNorm" }));
});
