// Thresholds by rank: the number below which a wanted share of what was seen lies.

/**
 * The t with ⌊share · n⌉ of the n values below it: the value of that rank, ascending from 0; −Infinity for none of them,
 * so that nothing of another text lies below either, and Infinity for all.
 *
 * Values equal to t are not below it, so where many are alike fewer lie below: with 60 % zeros, the .4-quantile is 0.
 *
 * @param values  n numbers, in any order
 * @param share   in [0, 1]
 * @throws {RangeError} when the share is outside, there are no values, or one is NaN
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  expectShare("quantile", "share", share);
  const n = values.length;
  if (n === 0) throw new RangeError("quantile: values is empty; expected one at least");
  const ascending = Float64Array.from(values).sort(); // NaN last
  if (Number.isNaN(ascending[n - 1])) throw new RangeError("quantile: values has a NaN; expected numbers");
  const rank = Math.round(share * n);
  return rank === 0 ? -Infinity : (ascending[rank] ?? Infinity);
}

/**
 * Requires a share in [0, 1].
 *
 * @param method    who asks, for the sentence
 * @param argument  what it is there
 * @throws {RangeError} when it is outside
 */
export function expectShare(method: string, argument: string, share: number): void {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`${method}: ${argument} is ${share}; expected a share in [0, 1]`);
}
