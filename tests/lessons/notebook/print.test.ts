import assert from "node:assert/strict";
import { test } from "node:test";
import { display, gridType, inline, number } from "../../../lessons/notebook/print.ts";
import { matrix, vector } from "../../../reference/tensor.ts";

test("number(x) keeps 6 significant digits, whole numbers in full, and the sign of zero", () => {
  assert.deepEqual([1 / 3, 1e-9 / 3, 1234567, -0, Number.NaN, -Infinity, 1e21].map(number), [
    ...["0.333333", "3.33333e-10", "1234567", "-0", "NaN", "-Infinity", "1e+21"],
  ]);
});

test("inline(value) prints lists, records, tensors and words on one line", () => {
  assert.equal(inline([1, [2.5, "a"]]), '[1, [2.5, "a"]]');
  assert.equal(inline({ a: 1, b: null }), "{ a: 1, b: null }");
  assert.equal(inline(matrix(2, 2, (r, c) => r - c)), "[[0, -1], [1, 0]]");
  assert.equal(inline(new Float64Array([1, 2])), "[1, 2]");
  assert.equal(inline(new RangeError("no")), "RangeError: no");
  assert.equal(inline(new Map([["a", 1]])), 'Map { "a" → 1 }');
});

test("inline(value) shortens a list of more than 40 around an ellipsis", () => {
  assert.match(inline(Array.from({ length: 100 }, (_, i) => i)), /^\[0, 1, .*36, …, 98, 99\]$/);
});

test("display(value) draws tensors and lists of records as grids, and always has text", () => {
  assert.deepEqual(display(vector(2, (a) => a))?.[gridType], { caption: "[2]", rows: [["0", "1"]] });
  assert.equal(
    display([
      { a: "x", n: 1 },
      { a: "yy", n: 22 },
    ])?.["text/plain"],
    "a    n\nx    1\nyy  22",
  );
  assert.equal(display(matrix(40, 40, () => 1))?.["text/plain"].split("\n").length, 17);
  assert.deepEqual(display(undefined), undefined);
  assert.deepEqual(display("words"), { "text/plain": "words" });
});

test('display(value) asks the value first, by Symbol.for("Jupyter.display")', () => {
  const value = { [Symbol.for("Jupyter.display")]: () => ({ "text/x": "y" }) };
  assert.deepEqual(display(value), { "text/x": "y", "text/plain": "a value without text" });
});
