import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { layerNorm, rmsNorm } from "../../../reference/ops/norm.ts";
import { type Matrix, map, matrix, type Vector, vector } from "../../../reference/tensor.ts";
import { holds, matrices, near, of, ofVector, rows, sameBits } from "../../assertions.ts";

type X = Matrix<"T", "D">;
const constant = (D: number, value: number): Vector<"D"> => vector(D, () => value);
const plainLayerNorm = (x: X, epsilon = 0) =>
  layerNorm(x, constant(x.shape[1], 1), constant(x.shape[1], 0), epsilon);
const plainRmsNorm = (x: X, epsilon = 0) => rmsNorm(x, constant(x.shape[1], 1), epsilon);
const both = [
  ["layerNorm", plainLayerNorm],
  ["rmsNorm", plainRmsNorm],
] as const;
// Whole thousandths: squares that underflow would obey no law.
const spread = matrices<"T", "D">(
  2,
  6,
  fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 1000),
);

test("layerNorm(x, gain, bias, ε) of [1, 3] with ε = 3 is ∓1/2 · gain + bias", () => {
  const y = layerNorm(of<"T", "D">([1, 3]), ofVector<"D">(2, 4), ofVector<"D">(10, 20), 3);
  assert.deepEqual(rows(y), [[9, 22]]);
});

test("rmsNorm(x, gain, ε) of [1, 7] with ε = 0 is x/5 · gain", () => {
  assert.deepEqual(rows(rmsNorm(of<"T", "D">([1, 7]), ofVector<"D">(10, 5), 0)), [[2, 7]]);
});

test("rmsNorm(x, gain, ε) adds ε under the root", () => {
  assert.deepEqual(rows(rmsNorm(of<"T", "D">([0, 0]), ofVector<"D">(1, 1), 4)), [[0, 0]]);
  assert.deepEqual(rows(rmsNorm(of<"T", "D">([1, 1]), ofVector<"D">(1, 1), 3)), [[0.5, 0.5]]);
});

test("layerNorm(x) has mean 0 and variance 1, and does not see a constant added to x", () => {
  holds(
    fc.property(spread, (x) => {
      fc.pre(rows(x).every((row) => Math.max(...row) - Math.min(...row) > 1));
      for (const row of rows(plainLayerNorm(x))) {
        assert.ok(Math.abs(row.reduce((total, y) => total + y, 0)) < 1e-12);
        assert.ok(Math.abs(row.reduce((total, y) => total + y * y, 0) / 6 - 1) < 1e-12);
      }
      near(plainLayerNorm(map(x, (value) => value + 5)), rows(plainLayerNorm(x)), 1e-12);
    }),
  );
});

test("rmsNorm(x) does not see a factor of x, to the bit for a power of two", () => {
  holds(fc.property(spread, (x) => sameBits(plainRmsNorm(map(x, (value) => 1024 * value)), plainRmsNorm(x))));
});

test("layerNorm keeps the small spread of a row with a large mean, where one pass over x² would lose it", () => {
  near(plainLayerNorm(of<"T", "D">([1e9, 1e9 + 2])), [[-1, 1]], 1e-15);
});

for (const [name, norm] of both) {
  test(`${name}: a row depends on no other, to the bit; NaN and infinities stay in theirs`, () => {
    holds(
      fc.property(spread, (x) => sameBits(norm(of<"T", "D">(rows(x)[1] ?? [])), of(rows(norm(x))[1] ?? []))),
    );
    const [dirty, clean] = rows(norm(of<"T", "D">([Number.NaN, 1], [3, 4]), 1));
    assert.deepEqual(dirty, [Number.NaN, Number.NaN]);
    assert.deepEqual([clean], rows(norm(of<"T", "D">([3, 4]), 1)));
    assert.ok(Number.isNaN(norm(of<"T", "D">([Infinity, 1])).get(0, 0)));
  });

  test(`${name}: of a row of zeros it is zeros with ε above 0, NaN without`, () => {
    const zero = of<"T", "D">([0, 0]);
    assert.deepEqual(rows(norm(zero, 1e-5)), [[0, 0]]);
    assert.deepEqual(rows(norm(zero, 0)), [[Number.NaN, Number.NaN]]);
  });

  test(`${name}: of no rows or no columns it is empty`, () => {
    assert.deepEqual(norm(matrix<"T", "D">(0, 2, () => 0)).shape, [0, 2]);
    assert.deepEqual(norm(matrix<"T", "D">(2, 0, () => 0)).shape, [2, 0]);
  });
}

test("layerNorm and rmsNorm refuse a gain or bias of another length, naming both shapes", () => {
  const x = of<"T", "D">([1, 2]);
  assert.throws(() => layerNorm(x, constant(1, 1), constant(2, 0), 0), {
    name: "RangeError",
    message: "layerNorm: gain is [1]; expected [D], the columns of x: [2]",
  });
  assert.throws(() => layerNorm(x, constant(2, 1), constant(3, 0), 0), {
    name: "RangeError",
    message: "layerNorm: bias is [3]; expected [D], the columns of x: [2]",
  });
  assert.throws(() => rmsNorm(x, constant(3, 1), 0), {
    name: "RangeError",
    message: "rmsNorm: gain is [3]; expected [D], the columns of x: [2]",
  });
});
