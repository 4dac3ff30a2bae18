// The truth: each operation in double-double, about 100 bits. Infinities and NaN are those of float64.

import { negative, type Pair, pair, squareRoot, times } from "../../double-double.ts";
import type { Activation } from "../../ops/contract.ts";
import { stretch } from "../../ops/frequencies.ts";
import type { Arithmetic, Row } from "./arithmetic.ts";
import {
  bell,
  direction,
  erfc,
  exp,
  log,
  power,
  product,
  quotient,
  sigmoid,
  total,
} from "./pair-functions.ts";

const ZERO = pair(0);
const ONE = pair(1);
const HALF_ROOT = pair(Math.SQRT1_2, -4.833646656726457e-17); // 1/√2
const ROOT_2_OVER_PI = times(pair(1.1283791670955126, 1.533545961316588e-17), HALF_ROOT);
const CUBIC = quotient(pair(44715), pair(1e6)); // 0.044715

const subtract = (x: Pair, y: Pair): Pair => total(x, negative(y));
const overRoot = (x: Pair): Pair =>
  quotient(ONE, Number.isFinite(x.hi) && x.hi > 0 ? squareRoot(x) : pair(Math.sqrt(x.hi)));
const half = (x: Pair): Pair => pair(x.hi / 2, x.lo / 2);

function sum(n: number, x: Row<Pair>): Pair {
  let all = ZERO;
  for (let i = 0; i < n; i++) all = total(all, x(i));
  return all;
}

function dot(n: number, x: Row<Pair>, y: Row<Pair>, last?: Pair): Pair {
  let all = ZERO;
  for (let i = 0; i < n; i++) all = total(all, product(x(i), y(i)));
  return last ? total(all, last) : all;
}

/** x − shift, and what the activation makes of it. */
function activate(f: Activation, x: Pair): Pair {
  if (f.kind === "identity") return x;
  const z = subtract(x, pair(f.shift));
  if (Number.isNaN(z.hi)) return z;
  const positive = z.hi > 0 ? z : ZERO;
  switch (f.kind) {
    case "relu":
      return positive;
    case "relu-squared":
      return product(positive, positive);
    case "fatrelu":
      return below(z, f.threshold) ? ZERO : z;
    case "fatrelu-strict":
      return below(pair(f.threshold), z) ? z : ZERO;
    case "silu":
      return weighted(z, z);
    case "swish":
      return weighted(z, product(pair(f.beta), z));
    case "gelu":
      return Number.isFinite(z.hi) ? half(product(z, erfc(negative(product(z, HALF_ROOT))))) : positive;
    case "gelu-tanh":
      return weighted(z, bent(z));
  }
}

/** x < threshold, or a pair below another */
const below = (x: Pair, y: Pair | number): boolean => {
  const difference = subtract(x, typeof y === "number" ? pair(y) : y);
  return difference.hi < 0;
};

/** z · sigmoid(u) */
const weighted = (z: Pair, u: Pair): Pair =>
  z.hi === -Infinity && u.hi === -Infinity ? ZERO : product(z, sigmoidOf(u));

const sigmoidOf = (u: Pair): Pair => (Number.isFinite(u.hi) ? sigmoid(u) : pair(u.hi > 0 ? 1 : 0));

/** 2 √(2/π) (z + 0.044715 z³) */
const bent = (z: Pair): Pair =>
  product(pair(2), product(ROOT_2_OVER_PI, total(z, product(CUBIC, product(z, product(z, z))))));

function slope(f: Activation, x: Pair): Pair {
  if (f.kind === "identity") return ONE;
  const z = subtract(x, pair(f.shift));
  if (Number.isNaN(z.hi)) return z;
  if (Math.abs(z.hi) === Infinity && f.kind !== "relu-squared") return farSlope(f, z.hi);
  switch (f.kind) {
    case "relu":
      return z.hi > 0 ? ONE : ZERO;
    case "relu-squared":
      return z.hi > 0 ? product(pair(2), z) : ZERO;
    case "fatrelu":
    case "fatrelu-strict":
      return below(pair(f.threshold), z) ? ONE : ZERO;
    case "silu":
      return weightedSlope(z, z, ONE);
    case "swish":
      return weightedSlope(z, product(pair(f.beta), z), pair(f.beta));
    case "gelu": {
      const u = product(z, HALF_ROOT);
      const density = product(half(HALF_ROOT), bell(u)); // 1/√(2π) · e^(−z²/2)
      return total(half(erfc(negative(u))), product(z, density));
    }
    case "gelu-tanh": {
      const inner = total(ONE, product(pair(3), product(CUBIC, product(z, z))));
      return weightedSlope(z, bent(z), product(pair(2), product(ROOT_2_OVER_PI, inner)));
    }
  }
}

/** The slope at ±∞: that of the sigmoid's ends; NaN where β = 0 leaves 0 · ∞. */
const farSlope = (f: Activation, z: number): Pair => {
  const u = f.kind === "swish" ? f.beta * z : z;
  return Number.isNaN(u) ? pair(u) : u > 0 ? ONE : ZERO;
};

/** (z · sigmoid(u))′ = s + z u′ s (1 − s) */
const weightedSlope = (z: Pair, u: Pair, du: Pair): Pair =>
  total(sigmoidOf(u), product(product(z, du), product(sigmoidOf(u), sigmoidOf(negative(u)))));

/** Arithmetic in double-double. */
export const closely: Arithmetic<Pair> = {
  stored: (x) => pair(x),
  isZero: (x) => x.hi === 0,
  near: (x) => x.hi,
  add: total,
  subtract,
  multiply: product,
  divide: quotient,
  overRoot,
  sum,
  dot,
  moments: (n, x) => {
    const mean = quotient(sum(n, x), pair(n));
    const centred = Array.from({ length: n }, (_, i) => subtract(x(i), mean));
    const at = (i: number): Pair => centred[i] ?? ZERO;
    return { mean, variance: quotient(dot(n, at, at), pair(n)) };
  },
  weightedMean: (n, w, x) => quotient(dot(n, w, x), sum(n, w)),
  top: (n, x) => {
    let top = -Infinity;
    for (let i = 0; i < n; i++) top = Math.max(top, x(i).hi);
    return pair(top);
  },
  power: (x, top) => {
    const z = subtract(x, top);
    return Number.isFinite(z.hi) ? exp(z) : pair(z.hi < 0 ? 0 : z.hi);
  },
  log: (x) =>
    x.hi > 0 && x.hi < Infinity ? log(x) : pair(x.hi === 0 ? -Infinity : x.hi > 0 ? Infinity : Number.NaN),
  activate,
  slope,
  direction: (position, base, i, K, scaling) => {
    const angle = product(pair(position), power(base, quotient(pair(-2 * i), pair(K))));
    return direction(scaling ? product(angle, pair(stretch({ K, base, scaling }, i))) : angle);
  },
  either: (x) => x,
  respelled: (x) => x,
  fixed: (x) => x,
  kept: (x) => x,
  result: (x) => x,
};
