// Sine and cosine as pairs: reduction by π/2 kept to 150 bits, then the Taylor series on [−π/4, π/4].
import { exactSum, negative, type Pair, pair, plus, polynomial, times } from "../double-double.ts";
import { reciprocalFactorial } from "./exponential.ts";

// π/2 in four parts; the first three have 33 bits, so that a whole number up to 2^20 times them is exact.
const QUARTER_1 = 1.5707963267341256;
const QUARTER_2 = 6.077100506303966e-11;
const QUARTER_3 = 2.0222662487111665e-21;
const QUARTER_4 = 8.4784276603689e-32;

const QUARTERS_PER_UNIT = 0.6366197723675814; // 2 / π: only chooses the quarter, so its rounding does not matter

/** The whole number of quarter turns next to x. */
const quarterTurns = (x: number): number => Math.round(x * QUARTERS_PER_UNIT);

/**
 * x − n · π/2 with n = quarterTurns(x), for |x| ≤ 2^20.
 *
 * A float64 in that range comes as close as 2^-60.5 to a multiple of π/2 other than 0; the parts leave an error
 * below 2^-136, so at least 75 bits of the difference are right.
 */
function remainder(x: number, n: number): Pair {
  const first = x - n * QUARTER_1; // exact: the two are within a factor of 2, or n = 0
  const second = exactSum(first, -n * QUARTER_2);
  const third = plus(second, pair(-n * QUARTER_3));
  return plus(third, pair(-n * QUARTER_4));
}

const alternating = (n: number): Pair =>
  n % 4 < 2 ? reciprocalFactorial(n) : negative(reciprocalFactorial(n));
const SINE_LARGE = [9, 7, 5, 3, 1].map(alternating);
const SINE_SMALL = [23, 21, 19, 17, 15, 13, 11].map((n) => alternating(n).hi);
const COSINE_LARGE = [8, 6, 4, 2, 0].map(alternating);
const COSINE_SMALL = [24, 22, 20, 18, 16, 14, 12, 10].map((n) => alternating(n).hi);

/** r − r³/3! + r⁵/5! − …, for |r| ≤ π/4. */
const sineSeries = (r: Pair): Pair => times(r, polynomial(times(r, r), SINE_SMALL, SINE_LARGE));

/** 1 − r²/2! + r⁴/4! − …, for |r| ≤ π/4. */
const cosineSeries = (r: Pair): Pair => polynomial(times(r, r), COSINE_SMALL, COSINE_LARGE);

/** sin(x + ahead · π/2), for |x| ≤ 2^20; ahead = 1 makes it the cosine of x. */
export function sine(x: number, ahead: 0 | 1): Pair {
  const n = quarterTurns(x);
  const r = remainder(x, n);
  const quarter = (n + ahead) & 3;
  const value = quarter % 2 === 0 ? sineSeries(r) : cosineSeries(r);
  return quarter < 2 ? value : negative(value);
}
