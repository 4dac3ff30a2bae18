// erf and erfc as pairs: Maclaurin's series near 0; far out the trapezoidal rule, made exact for its pole.
import {
  dividedBy,
  exactProduct,
  exactSum,
  negative,
  type Pair,
  pair,
  plus,
  polynomial,
  scaled,
  scaledPair,
  times,
} from "../double-double.ts";
import { exponential, exponentialLessOne, octave, reciprocalFactorial } from "./exponential.ts";

const PI = pair(Math.PI, 1.2246467991473532e-16);
const TWO_OVER_ROOT_PI = pair(1.1283791670955126, 1.533545961316588e-17);

const coefficient = (n: number): Pair =>
  dividedBy(reciprocalFactorial(n), pair(n % 2 === 0 ? 2 * n + 1 : -2 * n - 1));
const SERIES_LARGE = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(coefficient);
const SERIES_SMALL = [24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11].map((n) => coefficient(n).hi);

/**
 * erf x / x = 2/√π · Σ (−1)^n x^(2n) / (n! (2n + 1)), for |x| ≤ 1.
 *
 * @see NIST Digital Library of Mathematical Functions, 7.6.1
 */
export function ratio(x: number): Pair {
  return times(TWO_OVER_ROOT_PI, polynomial(exactProduct(x, x), SERIES_SMALL, SERIES_LARGE));
}

const H = 0.375; // the step h: the rule's own error is about e^(−π²/h²) = 2^-101
const TWO_H_OVER_PI = dividedBy(pair(2 * H), PI);
const TWO_PI_OVER_H = dividedBy(PI, pair(H / 2));
const POLE_GONE = 6; // from there on the pole's term is below 2^-88 of the whole
const TERMS = 20; // e^(−m²h²) is below 2^-80 after that
const PAIRS = 10; // and below 2^-24 after that: float64 is enough for the rest

/** e^(−m²h²) for m = 1 … 20; m²h² is exact. */
const WEIGHTS: readonly Pair[] = Array.from({ length: TERMS }, (_, i) => weight(i + 1));

function weight(m: number): Pair {
  const exponent = -m * m * H * H;
  const n = octave(exponent);
  return scaledPair(exponential(pair(exponent), n), n);
}

/** The power of two that complement(x) leaves to its caller. */
export const complementOctave = (x: number): number => octave(-x * x);

/**
 * erfc x / 2^n with n = complementOctave(x), for 1 ≤ x ≤ 28.
 *
 * erfc x = (x/π) e^(−x²) ∫ e^(−t²) / (t² + x²) dt over the whole line. The trapezoidal rule with step h gives
 * the integral to a relative e^(−π²/h²), once the pole at t = ix is accounted for:
 * erfc x = (2hx/π) e^(−x²) · (1/(2x²) + Σ_{m≥1} e^(−m²h²) / (m²h² + x²)) − 2 / (e^(2πx/h) − 1).
 *
 * @see Chiarella and Reichel 1968, On the evaluation of integrals related to the error function
 * @see Matta and Reichel 1971, Uniform computation of the error function and other related functions
 */
export function complement(x: number, n: number): Pair {
  const square = exactProduct(x, x);
  const first = dividedBy(pair(0.5), square);
  let hi = 0;
  for (let m = TERMS; m > PAIRS; m--) hi += (WEIGHTS[m - 1] as Pair).hi / (square.hi + m * m * H * H);
  let lo = 0; // all terms are positive: their low words may be summed by themselves
  for (let m = PAIRS; m >= 1; m--) {
    const term = dividedBy(WEIGHTS[m - 1] as Pair, plus(square, pair(m * m * H * H)));
    const sum = exactSum(hi, term.hi);
    hi = sum.hi;
    lo += sum.lo + term.lo;
  }
  const integral = times(times(plus(first, pair(hi, lo)), pair(x)), TWO_H_OVER_PI);
  const value = times(integral, exponential(negative(square), n));
  return x < POLE_GONE ? plus(value, negative(poleTerm(x, n))) : value;
}

/** 2 / (e^(2πx/h) − 1) / 2^n. */
function poleTerm(x: number, n: number): Pair {
  const y = times(pair(x), TWO_PI_OVER_H);
  const own = octave(y.hi);
  return dividedBy(pair(scaled(2, -own - n)), exponentialLessOne(y, own));
}
