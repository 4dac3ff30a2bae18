// What the tests say of tensors: the same bits, near enough, every tensor of a record; and seeded properties.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Matrix, matrix, type Tensor, type Vector, vector } from "../reference/tensor.ts";
import { isTensor } from "../reference/weights.ts";

/** Fails unless the two have the same shape and, element by element, the same bits (NaN equals NaN, −0 is not +0). */
export function sameBits(got: Tensor, wanted: Tensor, what = "tensor"): void {
  assert.deepEqual(got.shape, wanted.shape, `${what}: shape`);
  for (let i = 0; i < wanted.size; i++) {
    if (Object.is(got.data[i], wanted.data[i])) continue;
    assert.fail(
      `${what}: element ${i} of [${wanted.shape}] is ${got.data[i]}; expected ${wanted.data[i]}, bit for bit`,
    );
  }
}

/** Fails unless each element is within `tolerance`, absolute, of the wanted one. */
export function near(got: Tensor, wanted: readonly (readonly number[])[], tolerance: number): void {
  const flat = wanted.flat();
  assert.equal(got.size, flat.length);
  for (const [i, value] of flat.entries()) {
    const error = Math.abs((got.data[i] ?? Number.NaN) - value);
    assert.ok(error <= tolerance, `element ${i} is ${got.data[i]}; expected ${value} within ${tolerance}`);
  }
}

/** The rows of a matrix as plain arrays. */
export const rows = (x: Matrix): number[][] => {
  const [R, C] = x.shape;
  return Array.from({ length: R }, (_, r) => Array.from({ length: C }, (_, c) => x.get(r, c)));
};

/** A matrix from its rows. */
export const of = <R, C>(...rows: readonly (readonly number[])[]): Matrix<R, C> =>
  matrix(rows.length, rows[0]?.length ?? 0, (r, c) => rows[r]?.[c] ?? Number.NaN);

export const ofVector = <A>(...values: readonly number[]): Vector<A> =>
  vector(values.length, (a) => values[a] ?? Number.NaN);

/** Every tensor in a record, in order. */
export const tensors = (value: unknown): readonly Tensor[] =>
  isTensor(value)
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(tensors)
      : [];

/** Fails unless two records hold the same tensors, bit for bit. */
export function sameEverything(got: unknown, wanted: unknown): void {
  const [a, b] = [tensors(got), tensors(wanted)];
  assert.equal(a.length, b.length, "number of tensors");
  for (const [i, x] of a.entries()) sameBits(x, b[i] ?? x, `tensor ${i}`);
}

/** Checks a property over seeded random input: the same cases in every run. */
export const holds = <A extends [unknown, ...unknown[]]>(property: fc.IProperty<A>, numRuns = 100): void =>
  fc.assert(property, { seed: 20231006, numRuns });

/** Numbers that products trip over: zeros of both signs, subnormals, the huge, the ordinary. */
export const anyFinite = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, -0) },
  { weight: 1, arbitrary: fc.constantFrom(5e-324, -5e-324, 1e154, -1e154, 1, -1) },
  { weight: 6, arbitrary: fc.double({ min: -8, max: 8, noNaN: true }) },
);

/** A matrix of the given sizes with elements of `element`. */
export const matrices = <R, C>(r: number, c: number, element = anyFinite): fc.Arbitrary<Matrix<R, C>> =>
  fc
    .array(element, { minLength: r * c, maxLength: r * c })
    .map((values) => matrix<R, C>(r, c, (i, j) => values[i * c + j] ?? 0));

/** Sizes from 0 to `most`. */
export const sizes = (most: number, least = 0): fc.Arbitrary<number> => fc.integer({ min: least, max: most });
