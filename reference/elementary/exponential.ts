// e^x and e^x − 1 as pairs: reduction by ln 2 / 32, a table of the roots of 2, and the Taylor series.
// What exp, expm1, pow, tanh, sigmoid, erf and erfc of elementary.ts are made of.
import {
  dividedBy,
  exactSum,
  type Pair,
  pair,
  plus,
  polynomial,
  scaled,
  squareRoot,
  times,
} from "../double-double.ts";

// ln 2 / 32 in three parts; the first two have 36 bits, so that a whole number below 2^17 times them is exact.
// fixtures/record/elementary/constants.py prints these, and the constants of the files beside this one.
const STEP_1 = 0.021660849392446835;
const STEP_2 = 5.1456092446457696e-14;
const STEP_3 = 9.568252300058288e-26;

const STEPS = 32; // in an octave

/** 2^(j / 32) for j = 0 … 31, from five square roots of 2. */
const ROOTS_OF_TWO = powers(rootOfTwo(STEPS), STEPS);

function rootOfTwo(degree: number): Pair {
  return degree === 1 ? pair(2) : squareRoot(rootOfTwo(degree / 2));
}

function powers(base: Pair, count: number): readonly Pair[] {
  const out = [pair(1)];
  for (let power = base; out.length < count; power = times(power, base)) out.push(power);
  return out;
}

/** 1/n! */
export function reciprocalFactorial(n: number): Pair {
  let value = pair(1);
  for (let i = 2; i <= n; i++) value = dividedBy(value, pair(i));
  return value;
}

const LARGE = [3, 2, 1].map(reciprocalFactorial);
const SMALL = [10, 9, 8, 7, 6, 5, 4].map((n) => reciprocalFactorial(n).hi);

/** e^r − 1 = r + r²/2! + r³/3! + …, for |r| ≤ ln 2 / 64, to about 2^-77 of itself. */
const series = (r: Pair): Pair => times(r, polynomial(r, SMALL, LARGE));

/** The whole number next to x / ln 2: e^x / 2^octave(x) lies between √½ and √2. */
export const octave = (x: number): number => Math.round(x / Math.LN2);

/** How many steps of ln 2 / 32 to take off x, with n = octave(x). */
const steps = (x: number, n: number): number =>
  n * STEPS + Math.round((x - n * Math.LN2) * (STEPS / Math.LN2));

/** x − k · ln 2 / 32, for |k| < 2^17. */
function remainder(x: Pair, k: number): Pair {
  const first = x.hi - k * STEP_1; // exact: the two are nearly equal, or k = 0
  const second = exactSum(first, -k * STEP_2);
  return plus(second, pair(x.lo - k * STEP_3));
}

/** e^x / 2^n with n = octave(x.hi), for |x| < 1100: n is left to the caller, as 2^n may be out of range. */
export function exponential(x: Pair, n: number): Pair {
  const k = steps(x.hi, n);
  const root = ROOTS_OF_TWO[k & (STEPS - 1)] as Pair;
  const power = plus(root, times(root, series(remainder(x, k))));
  const own = k >> 5; // the octave of the root taken; n, or n − 1 below it
  return own === n ? power : pair(power.hi / 2, power.lo / 2);
}

/** (e^x − 1) / 2^n with n = octave(x.hi), for |x| < 1100, to about 2^-77 of itself however small x is. */
export function exponentialLessOne(x: Pair, n: number): Pair {
  if (steps(x.hi, n) === 0) return series(x);
  return plus(exponential(x, n), pair(scaled(-1, -n)));
}
