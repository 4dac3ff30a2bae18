// What float32 kernels are tested with: numbers that round, shares of the work, and distances in units of rounding.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Matrix, matrixOf, type Tensor, type Vector, vectorOf } from "../../reference/tensor.ts";
import { bits, type Call, run } from "./raw.ts";

/** The unit roundoff of float32: half the distance from 1 to the next. */
export const u = 2 ** -24;
/** The smallest subnormal of float32: what a result that underflows may be off, twice over. */
export const eta = 2 ** -149;

/** Finite float32 numbers of ordinary size, zeros of both signs among them. */
export const ordinary: fc.Arbitrary<number> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(0, -0) },
  { weight: 8, arbitrary: fc.double({ min: -8, max: 8, noNaN: true }).map(Math.fround) },
);

/** Any float32 number: every exponent, subnormals, infinities and NaN. */
export const any: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: ordinary },
  { weight: 3, arbitrary: fc.float() },
  {
    weight: 2,
    arbitrary: fc.constantFrom(Infinity, -Infinity, Number.NaN, eta, -eta, 3.4028234663852886e38),
  },
);

export const floats = (size: number, element = ordinary): fc.Arbitrary<Float32Array> =>
  fc.array(element, { minLength: size, maxLength: size }).map((values) => Float32Array.from(values));

export const matrices = <R, C>(r: number, c: number, element = ordinary): fc.Arbitrary<Matrix<R, C>> =>
  floats(r * c, element).map((data) => matrixOf<R, C>(data, r, c));

export const vectors = <A>(size: number, element = ordinary): fc.Arbitrary<Vector<A>> =>
  floats(size, element).map((data) => vectorOf<A>(data));

/** Where the buffers of a call lie, and where the shares of its items end. */
export interface Placing {
  readonly offset: number;
  readonly cuts: readonly number[];
}

/** Ends of up to three shares, multiples of the grain. */
export const placings = (items: number, grain = 1): fc.Arbitrary<Placing> =>
  fc.record({
    offset: fc.nat(15),
    cuts: fc
      .array(fc.nat(Math.floor(items / grain)), { maxLength: 3 })
      .map((ends) => ends.sort((a, b) => a - b).map((end) => grain * end)),
  });

/**
 * The outputs of a call, which must be the same bits in one share at an even place and in many at an odd one.
 *
 * Where outputs lie in the order of the items, the first share is also run over outputs that end with it: what it wrote
 * for the next would meet the guards.
 */
export function shared(call: Call, placing: Placing, inOrder = true): readonly Float32Array[] {
  const whole = run(call);
  const parts = run({ ...call, ...placing });
  const [first = 0] = placing.cuts;
  const cut = (size: number): number => (size / Math.max(1, call.items)) * first;
  const outputs = call.outputs.map((data) =>
    typeof data === "number" ? cut(data) : data.slice(0, cut(data.length)),
  );
  const share = inOrder ? run({ ...call, offset: placing.offset, outputs, items: first }) : [];
  for (const [i, y] of whole.entries()) {
    const what = `${call.kernel} in shares [${placing.cuts}], output ${i}`;
    assert.deepEqual(bits(parts[i] ?? y), bits(y), what);
    if (inOrder) assert.deepEqual(bits(share[i] ?? y), bits(y.slice(0, cut(y.length))), what);
  }
  return whole;
}

/**
 * Fails unless each element is within bound(i) of the wanted one, or that very number where the bound is 0. Where NaN or
 * an infinity is wanted, that it must be.
 */
export function within(
  got: Tensor | Float32Array,
  wanted: Tensor | Float32Array,
  bound: (i: number) => number,
): void {
  const [a, b] = [numbers(got), numbers(wanted)];
  assert.equal(a.length, b.length);
  for (const [i, value] of b.entries()) {
    const [found, allowed] = [a[i] ?? 0, bound(i)];
    if (Object.is(found, value) || (allowed > 0 && Math.abs(found - value) <= allowed)) continue;
    assert.fail(`element ${i} is ${found}; expected ${value} within ${allowed}`);
  }
}

/** Each number rounded to float32: what an operation that rounds once gives. */
export const rounded = (x: Tensor): Float32Array => Float32Array.from(x.data);

const numbers = (x: Tensor | Float32Array) => (x instanceof Float32Array ? x : x.data);

/** Lane l adds the elements l, l + 4, l + 8, …; then (lane 0 + lane 1) + (lane 2 + lane 3). Float32 throughout. */
export function laneSum(n: number, f: (i: number) => number): number {
  const lanes = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) lanes[i % 4] = Math.fround((lanes[i % 4] ?? 0) + f(i));
  const [a = 0, b = 0, c = 0, d = 0] = lanes;
  return Math.fround(Math.fround(a + b) + Math.fround(c + d));
}
