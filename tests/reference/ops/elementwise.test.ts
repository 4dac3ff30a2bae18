import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { add, mul } from "../../../reference/ops/elementwise.ts";
import { matrix } from "../../../reference/tensor.ts";
import { holds, matrices, of, rows, sameBits } from "../../assertions.ts";

const [x, y] = [of<"T", "D">([1, -2], [3, 0]), of<"T", "D">([10, 20], [30, -0])];

test("add(x, y) and mul(x, y) work element by element, leaving both as they were", () => {
  assert.deepEqual(rows(add(x, y)), [
    [11, 18],
    [33, 0],
  ]);
  assert.deepEqual(rows(mul(x, y)), [
    [10, -40],
    [90, -0],
  ]);
  assert.deepEqual(rows(x), [
    [1, -2],
    [3, 0],
  ]);
});

test("add(x, y) and mul(x, y) give the bits of + and ×, infinities and NaN included", () => {
  const any = fc.double();
  holds(
    fc.property(matrices<"T", "D">(2, 3, any), matrices<"T", "D">(2, 3, any), (x, y) => {
      sameBits(
        add(x, y),
        matrix(2, 3, (t, d) => x.get(t, d) + y.get(t, d)),
      );
      sameBits(
        mul(x, y),
        matrix(2, 3, (t, d) => x.get(t, d) * y.get(t, d)),
      );
    }),
  );
});

test("add(x, y) and mul(x, y) of no elements are empty", () => {
  const none = matrix<"T", "D">(0, 2, () => 0);
  assert.deepEqual(
    [add(none, none).shape, mul(none, none).shape],
    [
      [0, 2],
      [0, 2],
    ],
  );
});

test("add(x, y) and mul(x, y) refuse another shape: nothing broadcasts", () => {
  const row = of<"T", "D">([1, 2]);
  assert.throws(() => add(x, row), {
    name: "RangeError",
    message: "add: y is [1, 2]; expected the shape of x: [2, 2]",
  });
  assert.throws(() => mul(x, row), {
    name: "RangeError",
    message: "mul: y is [1, 2]; expected the shape of x: [2, 2]",
  });
});
