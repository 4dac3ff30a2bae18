// Proof for the truth: exact fractions of whole numbers, for whatever is made of + − × ÷ and comparisons. What needs a
// root, a power or a logarithm has no fraction and throws.
import { exponent, scaled } from "../../double-double.ts";
import type { Activation } from "../../ops/contract.ts";
import type { Arithmetic, Row } from "./arithmetic.ts";

/** numerator / denominator, denominator above 0; not always in lowest terms */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * The fraction that a float64 is.
 *
 * @throws {RangeError} when x is infinite or NaN
 */
export function rational(x: number): Rational {
  if (!Number.isFinite(x))
    throw new RangeError(`rational: x is ${x}; expected a finite number, as only those are fractions`);
  if (x === 0) return { numerator: 0n, denominator: 1n };
  const places = Math.min(52 - exponent(x), 1074); // binary digits behind the point
  if (places <= 0) return { numerator: BigInt(x), denominator: 1n };
  const half = places >> 1; // 2^1074 is no float64
  return { numerator: BigInt(scaled(scaled(x, half), places - half)), denominator: 1n << BigInt(places) };
}

const ZERO = rational(0);

const lowest = (numerator: bigint, denominator: bigint): Rational => {
  const common = divisor(numerator < 0n ? -numerator : numerator, denominator);
  return { numerator: numerator / common, denominator: denominator / common };
};

/** The greatest common divisor. @see Euclid, Elements, book VII, proposition 2 */
function divisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const add = (x: Rational, y: Rational): Rational =>
  lowest(x.numerator * y.denominator + y.numerator * x.denominator, x.denominator * y.denominator);
const negative = (x: Rational): Rational => ({ ...x, numerator: -x.numerator });
const subtract = (x: Rational, y: Rational): Rational => add(x, negative(y));
const multiply = (x: Rational, y: Rational): Rational =>
  lowest(x.numerator * y.numerator, x.denominator * y.denominator);

function divide(x: Rational, y: Rational): Rational {
  if (y.numerator === 0n) throw new RangeError("rational: a divisor is 0; expected another number");
  const sign = y.numerator < 0n ? -1n : 1n;
  return lowest(sign * x.numerator * y.denominator, sign * x.denominator * y.numerator);
}

/** x < y */
const below = (x: Rational, y: Rational): boolean =>
  x.numerator * y.denominator < y.numerator * x.denominator;

/** x next to a float64, within two units in the last place: for messages and rough comparisons. */
export function near({ numerator, denominator }: Rational): number {
  const size = (x: bigint): number => x.toString(2).length;
  const shift = 64 - (size(numerator) - size(denominator));
  const whole =
    shift > 0 ? (numerator << BigInt(shift)) / denominator : numerator / (denominator << BigInt(-shift));
  return scaled(scaled(Number(whole), -(shift >> 1)), (shift >> 1) - shift);
}

function sum(n: number, x: Row<Rational>): Rational {
  let all = ZERO;
  for (let i = 0; i < n; i++) all = add(all, x(i));
  return all;
}

const dot = (n: number, x: Row<Rational>, y: Row<Rational>, last = ZERO): Rational =>
  add(
    sum(n, (i) => multiply(x(i), y(i))),
    last,
  );

function none(what: string): never {
  throw new RangeError(`rational: ${what} is no fraction; expected sums, products and quotients only`);
}

function activate(f: Activation, x: Rational): Rational {
  if (f.kind === "identity") return x;
  const z = subtract(x, rational(f.shift));
  const positive = below(ZERO, z) ? z : ZERO;
  switch (f.kind) {
    case "relu":
      return positive;
    case "relu-squared":
      return multiply(positive, positive);
    case "fatrelu":
      return below(z, rational(f.threshold)) ? ZERO : z;
    case "fatrelu-strict":
      return below(rational(f.threshold), z) ? z : ZERO;
    default:
      return none(f.kind);
  }
}

function slope(f: Activation, x: Rational): Rational {
  if (f.kind === "identity") return rational(1);
  const z = subtract(x, rational(f.shift));
  switch (f.kind) {
    case "relu":
      return rational(below(ZERO, z) ? 1 : 0);
    case "relu-squared":
      return below(ZERO, z) ? multiply(rational(2), z) : ZERO;
    case "fatrelu":
    case "fatrelu-strict":
      return rational(below(rational(f.threshold), z) ? 1 : 0);
    default:
      return none(`the slope of ${f.kind}`);
  }
}

function moments(n: number, x: Row<Rational>) {
  const mean = divide(sum(n, x), rational(n));
  const centred = (i: number): Rational => subtract(x(i), mean);
  return { mean, variance: divide(dot(n, centred, centred), rational(n)) };
}

/** Arithmetic in fractions. */
export const rationally: Arithmetic<Rational> = {
  stored: rational,
  isZero: (x) => x.numerator === 0n,
  near,
  add,
  subtract,
  multiply,
  divide,
  overRoot: () => none("1 / √x"),
  sum,
  dot,
  moments,
  weightedMean: (n, w, x) => divide(dot(n, w, x), sum(n, w)),
  top: (n, x) => {
    let top = x(0);
    for (let i = 1; i < n; i++) if (below(top, x(i))) top = x(i);
    return top;
  },
  power: () => none("e^x"),
  log: () => none("log x"),
  activate,
  slope,
  direction: (position) => (position === 0 ? [rational(1), ZERO] : none("the cosine of an angle")),
  either: (x) => x,
  respelled: (x) => x,
  fixed: (x) => x,
  kept: (x) => x,
  result: (x) => x,
};
