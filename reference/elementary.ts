// The elementary functions from + − × ÷ and square root alone: the same bits on every engine, where Math.exp and
// its kin differ in the last one. Worked out to 2^-77 and rounded once: within 0.51 units in the last place, in
// subnormal results too. Here are the special values and the rounding; elementary/ has the mathematics.
import {
  dividedBy,
  exactSum,
  negative,
  type Pair,
  pair,
  plus,
  rounded,
  scaled,
  scaledPair,
  times,
} from "./double-double.ts";
import { sine } from "./elementary/circular.ts";
import { complement, complementOctave, ratio } from "./elementary/error-function.ts";
import { exponential, exponentialLessOne, octave } from "./elementary/exponential.ts";
import { logarithm } from "./elementary/logarithm.ts";

const ONE = pair(1);
const TINY = 8.673617379884035e-19; // 2^-60: a function with value 0 and slope 1 at 0 rounds to x itself below it
const HUGE = 18446744073709552000; // 2^64: such a power of anything but ±1 overflows or vanishes

/** e^x. Infinity above 709.79, 0 below −745.14. */
export function exp(x: number): number {
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  if (Number.isNaN(x)) return x;
  const n = octave(x);
  return rounded(exponential(pair(x), n), n);
}

/** e^x − 1, accurate where e^x is close to 1. expm1(−Infinity) = −1, expm1(−0) = −0. */
export function expm1(x: number): number {
  if (x > 710) return Infinity;
  if (x < -60) return -1;
  if (Number.isNaN(x) || Math.abs(x) < TINY) return x;
  const n = octave(x);
  return rounded(exponentialLessOne(pair(x), n), n);
}

/** The natural logarithm. log(±0) = −Infinity; NaN for x < 0. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  return x === Infinity ? x : rounded(logarithm(pair(x)));
}

/** log(1 + x), accurate where x is close to 0. log1p(−1) = −Infinity, log1p(−0) = −0; NaN for x < −1. */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN;
  return x === Infinity || Math.abs(x) < TINY ? x : rounded(logarithm(exactSum(1, x)));
}

/**
 * x^y = e^(y log x).
 *
 * The special values are those of IEEE 754: pow(x, ±0) = 1 and pow(1, y) = 1 even for NaN, and
 * pow(−1, ±Infinity) = 1, where ECMAScript's own power says NaN for the last two. A negative x has powers for
 * whole y only; an odd y keeps the sign of x, that of −0 and −Infinity too.
 *
 * @see IEEE 754-2019, 9.2.1
 */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const size = Math.abs(x);
  if (size === 1 && Math.abs(y) === Infinity) return 1;
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y)) return NaN;
  const odd = Number.isInteger(y) && !Number.isInteger(y / 2);
  const sign = odd && (x < 0 || Object.is(x, -0)) ? -1 : 1;
  return sign * powerOfPositive(size, y);
}

function powerOfPositive(x: number, y: number): number {
  if (x === 0) return y > 0 ? 0 : Infinity;
  if (x === Infinity) return y > 0 ? Infinity : 0;
  const exponent = times(logarithm(pair(x)), pair(Math.min(Math.max(y, -HUGE), HUGE)));
  if (exponent.hi > 710) return Infinity;
  if (exponent.hi < -746) return 0;
  const n = octave(exponent.hi);
  return rounded(exponential(exponent, n), n);
}

/** (e^2x − 1) / (e^2x + 1). tanh(±Infinity) = ±1, tanh(±0) = ±0. */
export function tanh(x: number): number {
  if (Math.abs(x) > 22) return x < 0 ? -1 : 1;
  if (Number.isNaN(x) || Math.abs(x) < TINY) return x;
  const n = octave(2 * x);
  const lessOne = exponentialLessOne(pair(2 * x), n);
  return rounded(dividedBy(lessOne, plus(lessOne, pair(scaled(2, -n)))));
}

/** 1 / (1 + e^−x), from e^−|x|, which cannot overflow: for x < 0 it is e^x / (1 + e^x), down to subnormals. */
export function sigmoid(x: number): number {
  if (x > 40) return 1;
  if (x < -746) return 0;
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  const n = octave(-size);
  const power = exponential(pair(-size), n);
  const sum = plus(ONE, scaledPair(power, n));
  return x < 0 ? rounded(dividedBy(power, sum), n) : rounded(dividedBy(ONE, sum));
}

/** 2/√π ∫₀ˣ e^(−t²) dt. erf(±Infinity) = ±1, erf(±0) = ±0. */
export function erf(x: number): number {
  if (x === 0 || Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size >= 6) return x < 0 ? -1 : 1;
  if (size >= 1) return (x < 0 ? -1 : 1) * rounded(plus(ONE, negative(complementPair(size))));
  return rounded(times(pair(scaled(x, 200)), ratio(x)), -200); // a product of subnormals would lose its low word
}

/** 1 − erf x, accurate in the tail, where erf x is close to 1; 0 above 27.23. */
export function erfc(x: number): number {
  if (x > 28) return 0;
  if (x < -6) return 2;
  if (Number.isNaN(x)) return x;
  if (x <= -1) return rounded(plus(pair(2), negative(complementPair(-x))));
  if (x < 1) return rounded(plus(ONE, times(pair(-x), ratio(x))));
  const n = complementOctave(x);
  return rounded(complement(x, n), n);
}

/** erfc x, for 1 ≤ x ≤ 6. */
function complementPair(x: number): Pair {
  const n = complementOctave(x);
  return scaledPair(complement(x, n), n);
}

/**
 * The sine of x radians. sin(±0) = ±0.
 *
 * @throws {RangeError} when |x| is above 2^20, ±Infinity included: the reduction carries no farther
 */
export function sin(x: number): number {
  checkAngle("sin", x);
  return Number.isNaN(x) || Math.abs(x) < TINY ? x : rounded(sine(x, 0));
}

/**
 * The cosine of x radians.
 *
 * @throws {RangeError} when |x| is above 2^20, ±Infinity included: the reduction carries no farther
 */
export function cos(x: number): number {
  checkAngle("cos", x);
  return Number.isNaN(x) ? x : rounded(sine(x, 1));
}

const FARTHEST = 1048576; // 2^20

function checkAngle(name: string, x: number): void {
  if (Math.abs(x) > FARTHEST)
    throw new RangeError(
      `${name}: x is ${x}; expected |x| ≤ 2^20 = ${FARTHEST}, as far as π/2 is kept exact enough`,
    );
}
