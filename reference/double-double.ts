// Double-double arithmetic: a number kept as hi + lo, two float64 that together hold about 106 bits.
// Only + − × ÷ and square root are used, which IEEE 754 fixes to the bit: every engine gives the same results.

/** The unevaluated sum hi + lo, where hi is that sum rounded to float64 and lo what the rounding left out. */
export interface Pair {
  readonly hi: number;
  readonly lo: number;
}

/** hi + lo as it stands; the caller knows that |lo| is at most half a unit in the last place of hi. */
export const pair = (hi: number, lo = 0): Pair => ({ hi, lo });

/**
 * a + b, exactly.
 *
 * @see Knuth, The Art of Computer Programming, volume 2, section 4.2.2, theorem B
 */
export function exactSum(a: number, b: number): Pair {
  const hi = a + b;
  const bSeen = hi - a;
  return { hi, lo: a - (hi - bSeen) + (b - bSeen) };
}

/**
 * a + b, exactly, for |a| ≥ |b| or a = 0: three operations instead of six.
 *
 * @see Dekker 1971, A floating-point technique for extending the available precision
 */
function orderedSum(a: number, b: number): Pair {
  const hi = a + b;
  return { hi, lo: b - (hi - a) };
}

// Veltkamp's constant: x · (2^27 + 1) pushes the low 27 of the 53 bits of x out, so that a product of two such
// halves is exact. JavaScript has no fused multiply-add, which would give the low word in one instruction.
const SPLITTER = 134217729;

/**
 * a · b, exactly, unless the product overflows, or is so small (below 2^-969) that its low word underflows.
 *
 * @see Dekker 1971, sections 5 and 6
 */
export function exactProduct(a: number, b: number): Pair {
  const hi = a * b;
  const aShifted = SPLITTER * a;
  const bShifted = SPLITTER * b;
  const aHigh = aShifted - (aShifted - a);
  const bHigh = bShifted - (bShifted - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return { hi, lo: aHigh * bHigh - hi + aHigh * bLow + aLow * bHigh + aLow * bLow };
}

/**
 * x + y, with an error below 2^-104 of |x| + |y|; below 2^-104 of the sum itself, however much cancels, when one
 * of the two is a single float64.
 *
 * @see Joldes, Muller and Popescu 2017, Tight and rigorous error bounds for basic building blocks of double-word
 *   arithmetic, algorithms 4 and 5
 */
export function plus(x: Pair, y: Pair): Pair {
  const sum = exactSum(x.hi, y.hi);
  return orderedSum(sum.hi, sum.lo + (x.lo + y.lo));
}

/**
 * x · y, with a relative error below 2^-103.
 *
 * @see Joldes, Muller and Popescu 2017, algorithm 10
 */
export function times(x: Pair, y: Pair): Pair {
  const product = exactProduct(x.hi, y.hi);
  return orderedSum(product.hi, product.lo + (x.hi * y.lo + x.lo * y.hi));
}

/**
 * x / y, with a relative error below 2^-101: the float64 quotient, and a second one of what it leaves of x.
 *
 * @see Dekker 1971, section 6
 */
export function dividedBy(x: Pair, y: Pair): Pair {
  const quotient = x.hi / y.hi;
  const taken = exactProduct(quotient, y.hi);
  const left = x.hi - taken.hi - taken.lo + x.lo - quotient * y.lo;
  return orderedSum(quotient, left / y.hi);
}

/** √x, with a relative error below 2^-100: the float64 root, and one Newton step for what it leaves. */
export function squareRoot(x: Pair): Pair {
  const root = Math.sqrt(x.hi);
  const square = exactProduct(root, root);
  return orderedSum(root, (x.hi - square.hi + (x.lo - square.lo)) / (2 * root));
}

/** −x. */
export const negative = (x: Pair): Pair => ({ hi: -x.hi, lo: -x.lo });

/**
 * The polynomial in x whose coefficients are, from the highest power down, `small` and then `large`; each step
 * must add a coefficient larger than what it is added to, as in a series that converges fast.
 *
 * Terms that weigh less than about 2^-22 of the result may stand in `small`: their rounding to 53 bits then
 * disturbs the result by less than 2^-74, and they cost a tenth of the others.
 */
export function polynomial(x: Pair, small: readonly number[], large: readonly Pair[]): Pair {
  let hi = 0;
  let lo = 0;
  for (const coefficient of small) hi = hi * x.hi + coefficient;
  for (const coefficient of large) {
    // times and plus in one, without a Pair that outlives the step: engines then keep all of it in registers
    const product = exactProduct(hi, x.hi);
    const sum = exactSum(coefficient.hi, product.hi);
    const rest = sum.lo + (coefficient.lo + (product.lo + (hi * x.lo + lo * x.hi)));
    hi = sum.hi + rest;
    lo = rest - (hi - sum.hi);
  }
  return { hi, lo };
}

const SMALLEST_NORMAL = 2.2250738585072014e-308; // 2^-1022

const bits = new DataView(new ArrayBuffer(8));

/** ⌊log2 |x|⌋, read from the exponent bits, for x finite and not 0. */
export function exponent(x: number): number {
  if (Math.abs(x) < SMALLEST_NORMAL) return exponent(x * 18014398509481984) - 54; // times 2^54
  bits.setFloat64(0, x);
  return ((bits.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

// 2^n for −1022 ≤ n ≤ 1023, at index n + 1022: looking one up is faster than assembling its bits.
const POWERS_OF_TWO = new Float64Array(2046).fill(SMALLEST_NORMAL);
for (let i = 1; i < 2046; i++) POWERS_OF_TWO[i] = 2 * (POWERS_OF_TWO[i - 1] as number);

/** x · 2^n, for |n| ≤ 2044: exact, unless the result leaves the normal range. */
export function scaled(x: number, n: number): number {
  const half = n >> 1; // 2^n itself may be out of range where the result is not
  return x * (POWERS_OF_TWO[half + 1022] as number) * (POWERS_OF_TWO[n - half + 1022] as number);
}

/** Both words of x, times 2^n. */
export const scaledPair = (x: Pair, n: number): Pair => ({ hi: scaled(x.hi, n), lo: scaled(x.lo, n) });

/**
 * (hi + lo) · 2^n as one float64, rounded once.
 *
 * In the normal range hi is that float64. Below it the spacing stays 2^-1074, and rounding hi there would be a
 * second rounding: so hi + lo is first brought to that spacing, by adding and taking away the power of two whose
 * last bit weighs just so much, and then scaled, which is exact. (Within 2^-53 of a tie, a tie it is.)
 */
export function rounded(x: Pair, n = 0): number {
  const direct = scaled(x.hi, n);
  if (Math.abs(direct) >= SMALLEST_NORMAL) return direct;
  if (x.hi < 0) return -rounded(negative(x), n);
  const anchor = scaled(1, -1022 - n);
  const sum = exactSum(anchor, x.hi);
  return scaled(sum.hi + (sum.lo + x.lo) - anchor, n);
}
