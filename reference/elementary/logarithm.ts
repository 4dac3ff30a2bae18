// The natural logarithm as a pair: a table of log(128 / k), and the series of the inverse hyperbolic tangent.
// What log, log1p and pow of elementary.ts are made of.
import {
  dividedBy,
  exponent,
  negative,
  type Pair,
  pair,
  plus,
  polynomial,
  scaled,
  scaledPair,
  times,
} from "../double-double.ts";

/** ln 2. */
const LN_2 = pair(Math.LN2, 2.3190468138462996e-17);

const reciprocal = (n: number): Pair => dividedBy(pair(1), pair(n));

const LARGE = [3, 1].map(reciprocal);
const SMALL = [13, 11, 9, 7, 5].map((n) => 1 / n);

/** log((1 + s) / (1 − s)) = 2 (s + s³/3 + s⁵/5 + …), for |s| ≤ 1/181, to about 2^-85 of itself. */
function logOfRatio(s: Pair): Pair {
  const sum = times(s, polynomial(times(s, s), SMALL, LARGE));
  return pair(2 * sum.hi, 2 * sum.lo);
}

// log(128 / k) for k = 0 … 182, of which 90 and up are asked for. Built outwards from log(128 / 128) = 0 by
// log(k + 1) − log(k) = log((1 + s) / (1 − s)) with s = 1 / (2k + 1).
const LOGARITHMS = logarithmsOf128Over();

function logarithmsOf128Over(): readonly Pair[] {
  const out = Array.from({ length: 183 }, () => pair(0));
  const rise = (k: number): Pair => logOfRatio(reciprocal(2 * k + 1));
  for (let k = 127; k >= 90; k--) out[k] = plus(out[k + 1] as Pair, rise(k));
  for (let k = 128; k < 182; k++) out[k + 1] = plus(out[k] as Pair, negative(rise(k)));
  return out;
}

/**
 * log x, for x > 0, to about 2^-84 of itself however close x is to 1.
 *
 * x = 2^e · m with m between √½ and √2, and k / 128 is 1/m to seven bits; so z = m · k / 128 − 1 is small, and
 * log x = e · log 2 + log(128 / k) + log(1 + z).
 */
export function logarithm(x: Pair): Pair {
  const low = exponent(x.hi);
  const e = scaled(x.hi, -low) < Math.SQRT2 ? low : low + 1;
  const m = scaledPair(x, -e);
  const k = Math.round(128 / m.hi);
  const z = plus(times(m, pair(k / 128)), pair(-1));
  const s = dividedBy(z, plus(z, pair(2)));
  return plus(plus(times(pair(e), LN_2), LOGARITHMS[k] as Pair), logOfRatio(s));
}
