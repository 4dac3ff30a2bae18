import assert from "node:assert/strict";
import { test } from "node:test";
import { axisSizes, type Case, outputShapes, pictureOf } from "../../../reference/oracle/case.ts";
import { caseIn } from "../../../reference/oracle/machine-kernel.ts";
import { operation } from "../../../reference/oracle/operations.ts";
import { numbersIn } from "../../../reference/oracle/picture.ts";
import { smallCases } from "./arithmetic/small-cases.ts";

const cases = smallCases("F32", 3);
const of = (op: string): Case => {
  const found = cases.find((one) => one.op === op);
  assert.ok(found, op);
  return found;
};

test("axisSizes(case) has the size of every axis, and of P + T where only its parts are given", () => {
  assert.deepEqual(Object.fromEntries(axisSizes(of("attend"))), {
    ...{ T: 3, N·K: 8, S: 5, G·K: 4 },
    "P+T": 3,
  });
  assert.equal(axisSizes(of("append")).get("P+T"), 4);
  assert.equal(axisSizes(of("append.gradient")).get("P+T"), 4);
});

test("outputShapes(case) asks for the slope of a bias where there is a bias", () => {
  const given = of("linear.gradient");
  assert.deepEqual(outputShapes(given), { dx: [2, 7], dw: [7, 5], db: [5] });
  const { b: _, ...inputs } = given.inputs;
  assert.deepEqual(outputShapes({ ...given, inputs }), { dx: [2, 7], dw: [7, 5] });
});

test("outputShapes(case) is known of every operator", () => {
  assert.deepEqual(outputShapes(of("append")), { all: [4, 7] });
  assert.deepEqual(outputShapes(of("append.gradient")), { dpast: [2, 7], dnext: [2, 7] });
  assert.deepEqual(outputShapes(of("crossEntropy")), { loss: [3] });
  for (const given of cases)
    for (const [name, shape] of Object.entries(outputShapes(given)))
      assert.ok(
        shape.every((size) => size > 0),
        `${given.op}: ${name} is [${shape}]`,
      );
});

test("pictureOf(case) holds its inputs, ids as whole numbers, and room for its outputs", () => {
  for (const dtype of ["F64", "F32", "F16", "BF16"] as const)
    for (const given of smallCases(dtype, 4)) {
      const made = pictureOf(given);
      assert.deepEqual(
        made.views.map(({ name }) => name),
        [
          ...Object.keys(given.inputs).map((name) => `in.${name}`),
          ...Object.keys(outputShapes(given)).map((name) => `out.${name}`),
        ],
      );
      for (const view of made.views) {
        const isIds = view.name === "in.tokens" || view.name === "in.targets";
        assert.equal(view.dtype, isIds ? "I32" : dtype, view.name);
        const input = given.inputs[view.name.slice(3)];
        if (view.name.startsWith("in."))
          assert.deepEqual([...numbersIn(made, view)], [...(input?.numbers ?? [])], view.name);
      }
    }
});

test("pictureOf(case) lays tensors as the case says, and caseIn(picture) reads the case again", () => {
  const given: Case = { ...of("linear"), layout: { x: { pitch: 9, misaligned: 1 }, y: { pitch: 6 } } };
  const made = pictureOf(given);
  const [x, w, , y] = made.views;
  assert.deepEqual(
    [x?.strides, w?.strides, y?.strides],
    [
      [9, 1],
      [5, 1],
      [6, 1],
    ],
  );
  assert.equal((x?.offset ?? 0) % 64, 4);
  const again = caseIn(made);
  assert.deepEqual([again.op, again.dtype, again.attributes], ["linear", "F32", {}]);
  for (const [name, { shape, numbers }] of Object.entries(given.inputs)) {
    assert.deepEqual(again.inputs[name]?.shape, shape);
    assert.deepEqual([...(again.inputs[name]?.numbers ?? [])], [...numbers]);
  }
});

test("operation(name) names the operators where there is none of that name", () => {
  assert.throws(() => operation("liner"), /^RangeError: operation: name is liner; expected one of embed, /);
});
