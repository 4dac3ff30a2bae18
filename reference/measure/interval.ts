// Intervals: how far a mean over a few seeds, or a share of right answers, may lie from what it estimates.
// Both are at 95 %: of a hundred such intervals, about five miss.

/** A mean or a share, with the 95 % interval of what it estimates. */
export interface Interval {
  /** of the values, in their unit; of a share, the share itself, in [0, 1], which need not lie in the middle */
  readonly mean: number;
  readonly from: number;
  readonly to: number;
}

/** Student's t at 97.5 % for 1, 2, … 30 degrees of freedom. @see NIST/SEMATECH e-Handbook, section 1.3.6.7.2 */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/**
 * mean ± t · √(Σ (x − mean)² / (n − 1) / n), for values that are drawn alike from a normal distribution.
 *
 * @param values  2 to 31 of them: one a seed, or one difference a seed
 * @throws {RangeError} when there are fewer or more
 */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length;
  const t = STUDENT[n - 2];
  if (t === undefined) throw new RangeError(`meanInterval: there are ${n} values; expected 2 to 31`);
  const mean = values.reduce((total, x) => total + x, 0) / n;
  const squares = values.reduce((total, x) => total + (x - mean) * (x - mean), 0);
  const half = t * Math.sqrt(squares / (n - 1) / n);
  return { mean, from: mean - half, to: mean + half };
}

/** The normal distribution's 97.5 % point. */
const Z = 1.959963984540054;

/**
 * Wilson's interval for a share of `right` out of n: it stays in [0, 1], and is no point when all are right.
 *
 * @throws {RangeError} when n is no positive whole number or `right` is not from 0 to n
 * @see Wilson 1927, "Probable inference, the law of succession, and statistical inference"
 */
export function shareInterval(right: number, n: number): Interval {
  if (!(Number.isInteger(n) && n > 0))
    throw new RangeError(`shareInterval: n is ${n}; expected a positive whole number`);
  if (!(right >= 0 && right <= n))
    throw new RangeError(`shareInterval: right is ${right}; expected 0 to n = ${n}`);
  const p = right / n;
  const middle = (p + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n))) / (1 + (Z * Z) / n);
  return { mean: p, from: middle - half, to: middle + half };
}
