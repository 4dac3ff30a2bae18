import assert from "node:assert/strict";
import { test } from "node:test";
import { patternOf } from "../../../reference/oracle/pattern.ts";

/** Those elements are wrong, each by another factor. */
const at = (shape: readonly number[], indices: readonly number[], got = (i: number) => (i + 2) * 1.7) =>
  patternOf(
    indices.map((index) => ({ output: "y", index, got: got(index), truth: 1, bound: 0.1 })),
    shape,
  );

const where = (
  rows: number,
  columns: number,
  wrong: (r: number, c: number) => boolean,
): string | undefined => {
  const all = Array.from({ length: rows * columns }, (_, i) => i);
  return at(
    [rows, columns],
    all.filter((i) => wrong(Math.floor(i / columns), i % columns)),
  );
};

test("patternOf(wrong, shape) knows rows", () => {
  assert.equal(
    where(5, 7, (r) => r === 2),
    "one row, 2",
  );
  assert.equal(
    where(5, 7, (r, c) => r === 2 && c !== 3),
    "one row, 2",
  );
  assert.equal(
    where(5, 7, (r) => r > 0),
    "every row but the first",
  );
  assert.equal(
    where(5, 7, (r) => r < 4),
    "every row but the last",
  );
  assert.equal(
    where(9, 7, (r) => r % 4 === 1),
    "rows 1, 5",
  );
  assert.equal(
    where(20, 3, (r) => r > 3 && r < 12),
    "rows 4, 5, 6, 7 and others",
  );
});

test("patternOf(wrong, shape) knows columns", () => {
  assert.equal(
    where(5, 7, (_, c) => c === 6),
    "one column, 6",
  );
  assert.equal(
    where(5, 11, (_, c) => c > 7),
    "the last 3 columns, from 8 on",
  );
  assert.equal(
    where(5, 11, (_, c) => c < 2),
    "the first 2 columns",
  );
  assert.equal(
    where(5, 16, (_, c) => c % 4 === 3),
    "every 4th column, from 3 on",
  );
  assert.equal(
    where(5, 9, (_, c) => c % 2 === 0),
    "every second column, from 0 on",
  );
  assert.equal(
    where(5, 9, (_, c) => c % 3 === 1),
    "every third column, from 1 on",
  );
  assert.equal(at([13], [10, 11, 12]), "the last 3 columns, from 10 on");
});

test("patternOf(wrong, shape) calls no two columns, and none that end early, regular", () => {
  assert.equal(
    where(5, 20, (_, c) => c === 3 || c === 7),
    undefined,
  );
  assert.equal(
    where(5, 20, (_, c) => c === 3 || c === 6 || c === 9),
    undefined,
  );
});

test("patternOf(wrong, shape) knows one element, every element, and one ratio of all", () => {
  assert.equal(at([4, 4], [5]), "one element");
  assert.equal(
    where(3, 4, () => true),
    "every element",
  );
  assert.equal(
    at([2, 3], [0, 1, 2, 3, 4, 5], () => 1.071),
    "a constant ratio, 1.071 times the truth",
  );
  assert.equal(
    at([2, 3], [0, 1, 2, 3, 4, 5], () => 1.001),
    "a constant ratio, 1.001 times the truth",
  );
  assert.equal(
    at([2, 3], [0, 1, 2, 3, 4, 5], () => -1),
    "the sign of every element",
  );
  assert.equal(
    at([4, 4], [0, 3, 5, 6, 9, 10, 12, 15], () => 2),
    "a constant ratio, 2.000 times the truth",
  );
});

test("patternOf(wrong, shape) takes roundings in both directions for no ratio", () => {
  assert.equal(
    at([2, 3], [0, 1, 2, 3, 4, 5], (i) => 1 + (i % 2 === 0 ? 0.004 : -0.004)),
    "every element",
  );
});

test("patternOf(wrong, shape) says nothing where there is nothing to say", () => {
  assert.equal(patternOf([], [3, 4]), undefined);
  assert.equal(at([4, 6], [0, 3, 8, 15, 22]), undefined);
});
