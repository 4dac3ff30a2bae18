import assert from "node:assert/strict";
import { test } from "node:test";
import {
  expect,
  firstRows,
  like,
  type Matrix,
  map,
  matrix,
  matrixOf,
  stack,
  sum,
  vector,
} from "../../reference/tensor.ts";
import { of, rows, sameBits } from "../assertions.ts";

test("matrix(R, C, f) holds f(r, c) at [r, c], row after row, in float64", () => {
  const x = matrix(2, 3, (r, c) => 10 * r + c);
  assert.deepEqual([...x.data], [0, 1, 2, 10, 11, 12]);
  assert.equal(x.get(1, 2), 12);
  assert.deepEqual(
    [x.shape, x.stride],
    [
      [2, 3],
      [3, 1],
    ],
  );
  assert.ok(x.data instanceof Float64Array);
});

test("matrixOf(data) sees the numbers it was given, not a copy", () => {
  const data = new Float32Array([1, 2, 3, 4]);
  assert.equal(matrixOf(data, 2, 2).data, data);
});

test("matrixOf(data, R, C) refuses data of another length, naming both", () => {
  assert.throws(() => matrixOf(new Float64Array(5), 2, 3), {
    name: "RangeError",
    message: "matrixOf: data has 5 numbers; expected rows · columns = 2 · 3",
  });
});

test("like(x, data) refuses data of another length, naming both", () => {
  assert.throws(
    () =>
      like(
        vector(2, () => 0),
        new Float64Array(3),
      ),
    {
      name: "RangeError",
      message: "like: data has 3 numbers; expected 2, the size of x",
    },
  );
});

test("sum(n, f) adds left to right from +0, so that zeros of either sign change no bit", () => {
  assert.equal(
    sum(3, (i) => [1e16, 1, -1e16][i] ?? 0),
    0,
  ); // 1e16 + 1 rounds to 1e16
  assert.ok(
    Object.is(
      sum(2, () => -0),
      0,
    ),
  );
  assert.ok(
    Object.is(
      sum(0, () => 1),
      0,
    ),
  );
});

test("map(x, f) is fresh and leaves x as it was", () => {
  const x = of([1, -2], [3, -4]);
  assert.deepEqual(rows(map(x, Math.abs)), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(rows(x), [
    [1, -2],
    [3, -4],
  ]);
});

test("stack(past, next) puts the rows of next after those of past, and copies both", () => {
  const [past, next] = [of<"S", "H">([1, 2]), of<"T", "H">([3, 4], [5, 6])];
  const both = stack(past, next);
  assert.deepEqual(rows(both), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  past.data[0] = 9;
  assert.equal(both.get(0, 0), 1);
});

test("stack(past, next) refuses rows of another width", () => {
  assert.throws(() => stack(of([1, 2]), of([1])), {
    name: "RangeError",
    message: "stack: next is [1, 1]; expected [T, C] with C = the columns of past: [1, 2]",
  });
});

test("expect(found, wanted) passes the wanted shape and refuses another number of axes", () => {
  expect(of([1, 2]), [1, 2], "f: x is @; expected");
  assert.throws(
    () =>
      expect(
        vector(2, () => 0),
        [1, 2],
        "f: x is @; expected [T, D]",
      ),
    {
      name: "RangeError",
      message: "f: x is [2]; expected [T, D]: [1, 2]",
    },
  );
});

test("a tensor of no rows or no columns has no elements and passes through map and stack", () => {
  const none = matrix<"T", "D">(0, 3, () => 1);
  sameBits(
    map(none, (x) => x + 1),
    none,
  );
  assert.deepEqual(stack(none, of<"T", "D">([1, 2, 3])).shape, [1, 3]);
  assert.equal(matrix(3, 0, () => 1).size, 0);
});

test("a label is part of the type: a matrix with its axes swapped does not fit", () => {
  const x: Matrix<"T", "D"> = matrix(1, 2, () => 0);
  // @ts-expect-error the labels are swapped
  const swapped: Matrix<"D", "T"> = x;
  assert.equal(swapped, x);
});

test("firstRows(x, rows) sees the first rows in place", () => {
  const x = matrix<"S", "H">(3, 2, (s, h) => 10 * s + h);
  const two = firstRows(x, 2);
  assert.deepEqual(
    [two.shape, [...two.data]],
    [
      [2, 2],
      [0, 1, 10, 11],
    ],
  );
  assert.equal(two.data.buffer, x.data.buffer);
  assert.deepEqual(firstRows(x, 0).shape, [0, 2]);
});

test("firstRows refuses more rows than there are, and what is no number of rows", () => {
  const x = matrix<"S", "H">(3, 2, () => 0);
  for (const rows of [4, -1, 0.5, Number.NaN])
    assert.throws(() => firstRows(x, rows), {
      name: "RangeError",
      message: `firstRows: rows is ${rows}; expected a whole number from 0 to 3, the rows of x`,
    });
});
