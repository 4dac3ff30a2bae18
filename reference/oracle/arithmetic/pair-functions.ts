// The elementary functions of double-double numbers, to about 2^-75 of the result or better: elementary/ has them for one
// float64, and what the low word adds follows from the slope, as its square is out of sight.
import {
  dividedBy,
  exactProduct,
  negative,
  type Pair,
  pair,
  plus,
  scaledPair,
  times,
} from "../../double-double.ts";
import { sine } from "../../elementary/circular.ts";
import { complement, complementOctave, ratio } from "../../elementary/error-function.ts";
import { exponential, octave } from "../../elementary/exponential.ts";
import { logarithm } from "../../elementary/logarithm.ts";

const ONE = pair(1);
const TWO_OVER_ROOT_PI = pair(1.1283791670955126, 1.533545961316588e-17);

/** e^x; beyond float64 0 or Infinity */
export function exp(x: Pair): Pair {
  if (x.hi > 709) return pair(Infinity);
  if (x.hi < -745) return pair(0);
  const n = octave(x.hi);
  return scaledPair(exponential(x, n), n);
}

/** 1 / (1 + e^−x), from e^−|x| */
export function sigmoid(x: Pair): Pair {
  if (x.hi < -745) return pair(0);
  const power = exp(x.hi < 0 ? x : negative(x));
  return x.hi < 0 ? dividedBy(power, plus(ONE, power)) : dividedBy(ONE, plus(ONE, power));
}

export const log = (x: Pair): Pair => logarithm(x);

/** 2/√π · e^(−x²), the slope of erf */
export const bell = (x: Pair): Pair => times(TWO_OVER_ROOT_PI, exp(negative(times(x, x))));

/** 1 − erf x, with its own digits in the tail */
export function erfc(x: Pair): Pair {
  return plus(erfcOf(x.hi), negative(times(bell(pair(x.hi)), pair(x.lo))));
}

function erfcOf(x: number): Pair {
  if (x > 28) return pair(0);
  if (x < -28) return pair(2);
  if (x <= -1) return plus(pair(2), negative(erfcOf(-x)));
  if (x < 1) return plus(ONE, times(pair(-x), ratio(x)));
  const n = complementOctave(x);
  return scaledPair(complement(x, n), n);
}

const FARTHEST = 1048576; // 2^20: as far as π/2 is kept exact enough

/**
 * The cosine and the sine of x.
 *
 * @throws {RangeError} when |x| is above 2^20
 */
export function direction(x: Pair): readonly [Pair, Pair] {
  if (!(Math.abs(x.hi) <= FARTHEST))
    throw new RangeError(`direction: the angle is ${x.hi}; expected |angle| ≤ 2^20 = ${FARTHEST}`);
  const [c, s] = [sine(x.hi, 1), sine(x.hi, 0)];
  const [turn, less] = [pair(x.lo), pair((-x.lo * x.lo) / 2)]; // e^(i lo) = 1 + i lo − lo²/2
  return [
    plus(plus(c, negative(times(s, turn))), times(c, less)),
    plus(plus(s, times(c, turn)), times(s, less)),
  ];
}

/** base^exponent, for a base above 0 */
export const power = (base: number, exponent: Pair): Pair => exp(times(logarithm(pair(base)), exponent));

/** x · y, an infinity or NaN what float64 makes of it */
export function product(x: Pair, y: Pair): Pair {
  const hi = x.hi * y.hi;
  if (!Number.isFinite(hi)) return pair(hi);
  if (Math.abs(hi) < 1e-280 && hi !== 0) return subnormalProduct(x, y);
  return x.lo === 0 && y.lo === 0 ? exactProduct(x.hi, y.hi) : times(x, y);
}

const subnormalProduct = (x: Pair, y: Pair): Pair =>
  scaledPair(times(scaledPair(x, 256), scaledPair(y, 256)), -512);

/** x + y, alike */
export function total(x: Pair, y: Pair): Pair {
  const hi = x.hi + y.hi;
  return Number.isFinite(hi) ? plus(x, y) : pair(hi);
}

/** x / y, alike */
export function quotient(x: Pair, y: Pair): Pair {
  const hi = x.hi / y.hi;
  return Number.isFinite(hi) && Number.isFinite(y.hi) ? dividedBy(x, y) : pair(hi);
}
