import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dividedBy,
  exactProduct,
  exactSum,
  exponent,
  negative,
  type Pair,
  pair,
  plus,
  polynomial,
  rounded,
  scaled,
  squareRoot,
  times,
} from "../../reference/double-double.ts";
import { stream } from "../../reference/random.ts";

// BigInt is the outside judge: a float64 is a whole number times 2^-1074, a Pair is the sum of two such.
const UNIT = 1074;
const whole = (x: number): bigint => {
  const e = x === 0 ? 0 : Math.max(exponent(x), -1022);
  return BigInt(scaled(x, 52 - e)) << BigInt(e - 52 + UNIT);
};
const sumOf = ({ hi, lo }: Pair): bigint => whole(hi) + whole(lo);
const size = (n: bigint): bigint => (n < 0n ? -n : n);

const s = stream(20231006, "double-double");
/** A number of random sign and mantissa, between 2^-range and 2^range in size. */
const any = (range: number): number => scaled(s.uniform() - 0.5, s.integer(2 * range) - range);
const anyPair = (range: number): Pair => {
  const hi = any(range);
  return exactSum(hi, hi * scaled(s.uniform() - 0.5, -53));
};

/** Fails unless got = wanted (1 ± 2^-bits); both are counted in the same small unit. */
function within(got: bigint, wanted: bigint, bits: number, what: string): void {
  const error = size(got - wanted) << BigInt(bits);
  assert.ok(error <= size(wanted), `${what}: got ${got}, wanted ${wanted}, to ${bits} bits`);
}

test("exactSum(a, b) and exactProduct(a, b) lose nothing", () => {
  for (let i = 0; i < 2000; i++) {
    const [a, b] = [any(60), any(60)];
    assert.equal(sumOf(exactSum(a, b)), whole(a) + whole(b), `${a} + ${b}`);
    assert.equal(sumOf(exactProduct(a, b)) << BigInt(UNIT), whole(a) * whole(b), `${a} · ${b}`);
  }
});

test("plus(x, y) is right to 104 bits, however much cancels when y is a single number", () => {
  for (let i = 0; i < 2000; i++) {
    const [x, y] = [anyPair(40), anyPair(40)];
    const error = size(sumOf(plus(x, y)) - sumOf(x) - sumOf(y)) << 104n;
    assert.ok(error <= size(sumOf(x)) + size(sumOf(y)));
    const single = pair(-x.hi * (1 + scaled(s.uniform(), -50)));
    within(sumOf(plus(x, single)), sumOf(x) + sumOf(single), 104, "plus");
  }
});

test("times(x, y), dividedBy(x, y) and squareRoot(x) are right to 100 bits and more", () => {
  for (let i = 0; i < 2000; i++) {
    const [x, y] = [anyPair(40), anyPair(40)];
    within(sumOf(times(x, y)) << BigInt(UNIT), sumOf(x) * sumOf(y), 103, "times");
    within(sumOf(dividedBy(x, y)) * sumOf(y), sumOf(x) << BigInt(UNIT), 100, "dividedBy");
    const positive = x.hi < 0 ? negative(x) : x;
    within(sumOf(squareRoot(positive)) ** 2n, sumOf(positive) << BigInt(UNIT), 99, "squareRoot");
  }
});

test("polynomial(x, small, large) takes coefficients from the highest power down", () => {
  const got = polynomial(pair(0.5), [5, 4], [pair(3), pair(2), pair(1)]);
  assert.deepEqual(got, { hi: 1 + 2 / 2 + 3 / 4 + 4 / 8 + 5 / 16, lo: 0 });
  assert.deepEqual(polynomial(pair(0.5), [], []), { hi: 0, lo: 0 });
});

test("exponent(x) is ⌊log2 |x|⌋, for subnormal numbers too, and scaled(1, n) is 2^n", () => {
  for (let n = -1074; n <= 1023; n++) {
    assert.equal(scaled(1, n), 2 ** n, `2^${n}`);
    assert.equal(exponent(-(2 ** n)), n, `exponent of 2^${n}`);
    if (n > -1022) assert.equal(exponent(2 ** n * (1 - 2 ** -53)), n - 1, `exponent below 2^${n}`);
  }
  assert.equal(scaled(1, 1024), Infinity);
  assert.equal(scaled(3, -2000), 0);
});

test("rounded(x, n) rounds hi + lo once, where rounding hi first would fall on the wrong side", () => {
  // 1.5 and 2.5 times the least number are half-way: the low word says which way.
  assert.equal(rounded({ hi: 1.5, lo: 0 }, -1074), 2 * Number.MIN_VALUE, "a tie goes to even");
  assert.equal(rounded({ hi: 1.5, lo: -(2 ** -53) }, -1074), Number.MIN_VALUE, "below the tie");
  assert.equal(rounded({ hi: 2.5, lo: 2 ** -53 }, -1074), 3 * Number.MIN_VALUE, "above the tie");
  assert.equal(rounded({ hi: -2.5, lo: -(2 ** -53) }, -1074), -3 * Number.MIN_VALUE, "the same below 0");
});

test("rounded(x, n) is next to hi + lo throughout the subnormal numbers", () => {
  for (let i = 0; i < 5000; i++) {
    const x = exactSum(1 + s.uniform(), scaled(s.uniform() - 0.5, -53));
    const n = -1022 - s.integer(54);
    const got = whole(rounded(x, n)) << BigInt(-n); // both are counted in 2^(n − 1074) now
    assert.ok(2n * size(got - sumOf(x)) <= 1n << BigInt(-n), `${x.hi} + ${x.lo}, 2^${n}`);
  }
});

test("rounded(x, n) overflows to Infinity, keeps the sign, and leaves normal results alone", () => {
  assert.equal(rounded(pair(1.5), 1024), Infinity);
  assert.equal(rounded(pair(-1.5), 1024), -Infinity);
  assert.equal(rounded({ hi: 1.5, lo: 2 ** -60 }, 3), 12);
  assert.ok(Object.is(rounded(pair(-1), -1100), -0));
});
