import assert from "node:assert/strict";
import { test } from "node:test";
import { closely } from "../../../reference/oracle/arithmetic/closely.ts";
import { machine } from "../../../reference/oracle/arithmetic/machine.ts";
import { type Case, outputShapes } from "../../../reference/oracle/case.ts";
import { evaluate } from "../../../reference/oracle/evaluate.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { mapped } from "../../../reference/oracle/operators/grid.ts";
import { caseOf, smallCases, tensor } from "./arithmetic/small-cases.ts";

const of = (...numbers: readonly number[]) => ({
  shape: [1, numbers.length],
  numbers: Float64Array.from(numbers),
});
const float32 = machine(modelOf({}, "F32"));

test("evaluate(case, arithmetic) gives every output by its name, row after row", () => {
  for (const given of smallCases("F32", 5)) {
    const outputs = evaluate(given, float32);
    const sizes = Object.entries(outputs).map(([name, numbers]) => [name, numbers.length]);
    const wanted = Object.entries(outputShapes(given)).map(([name, shape]) => [
      name,
      shape.reduce((a, b) => a * b, 1),
    ]);
    assert.deepEqual(sizes, wanted, given.op);
  }
});

test("the arithmetic decides: double-double keeps what float32 rounds, and results are in the case's type", () => {
  const given = caseOf("add", "F32", { x: of(1, 0x1000000), y: of(2 ** -30, 1) });
  const { z = [] } = evaluate(given, closely);
  assert.deepEqual(
    z.map(({ hi, lo }) => hi + lo),
    [1 + 2 ** -30, 0x1000001],
  );
  assert.deepEqual(evaluate(given, float32), { z: [1, 0x1000000] });
  const narrow = machine(modelOf({}, "BF16"));
  assert.deepEqual(evaluate({ ...given, dtype: "BF16", inputs: { x: of(1), y: of(1 / 512) } }, narrow), {
    z: [1],
  });
});

test("a change of an operator changes the layers that are made of it", () => {
  const layer = smallCases("F32", 6).find(({ op }) => op === "feedForward");
  assert.ok(layer);
  const zero = evaluate(layer, float32, (ops) => ({ ...ops, activate: (x) => mapped(x, () => 0) }));
  const bias = [...(layer.inputs["downBias"]?.numbers ?? [])];
  assert.deepEqual(zero, { y: [...bias, ...bias] });
});

test("tensors past a million elements are looked up and give the same", () => {
  const numbers = (shape: readonly number[]) => tensor("F32", shape, (i) => (i % 7) - 3);
  const columns = 1050;
  const given = caseOf("linear", "F32", { x: numbers([1, 1000]), w: numbers([1000, columns]) });
  const { y = [] } = evaluate(given, float32);
  const wanted = [0, 1, columns - 1].map((o) => {
    let sum = 0;
    for (let i = 0; i < 1000; i++) sum += ((i % 7) - 3) * (((i * columns + o) % 7) - 3);
    return sum;
  });
  assert.deepEqual([y[0], y[1], y[columns - 1]], wanted);
});

test("evaluate(case, arithmetic) names an input that is missing", () => {
  const given: Case = caseOf("add", "F32", { x: of(1) });
  assert.throws(
    () => evaluate(given, float32),
    /^RangeError: evaluate: the case has no input y; expected one$/,
  );
});
