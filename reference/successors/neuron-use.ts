// Neuron use: which neurons of a layer are hot, how much of the firing is theirs, and whether it is a power law.
// After PowerInfer, which keeps the hot ones on the GPU. A law is claimed with its error, or not at all.
import { log } from "../elementary.ts";
import { type Matrix, sum } from "../tensor.ts";

/** How many of the tokens each neuron of a layer fired on. @param masks  what fired, [T, F], one for each text */
export function neuronUse(masks: readonly Matrix<"T", "F">[]): readonly number[] {
  const F = masks[0]?.shape[1] ?? 0;
  return Array.from({ length: F }, (_, f) =>
    sum(masks.length, (i) => {
      const mask = masks[i];
      return mask ? sum(mask.shape[0], (t) => mask.get(t, f)) : 0;
    }),
  );
}

/** The hottest first. */
export const ranked = (counts: readonly number[]): readonly number[] => [...counts].sort((a, b) => b - a);

/**
 * The share of all firings that the hottest neurons have: Σ of the ⌈share · F⌉ largest counts / Σ of all.
 *
 * @param share  which part of the neurons, in [0, 1]
 * @throws {RangeError} when the share is outside [0, 1]
 */
export function hottestShare(counts: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`hottestShare: share is ${share}; expected a number in [0, 1]`);
  const order = ranked(counts);
  const whole = sum(order.length, (r) => order[r] ?? 0);
  return sum(Math.ceil(share * order.length), (r) => order[r] ?? 0) / whole;
}

/** A straight line through log count over log rank: count ≈ e^intercept · rank^slope. */
export interface PowerLaw {
  readonly slope: number;
  readonly intercept: number;
  /** the standard error of the slope, were the deviations independent, which ranks are not: a lower bound */
  readonly slopeError: number;
  /** the root mean square of log count − the line: e^this is the factor by which the law is usually off */
  readonly deviation: number;
  /** the share of the variance of log count that the line accounts for */
  readonly explained: number;
  /** how many neurons the line was laid through: those that fired at all */
  readonly neurons: number;
}

/**
 * The least-squares line of log count over log rank, rank 1 the hottest; neurons that never fired have no logarithm.
 *
 * @throws {RangeError} when fewer than three neurons fired: a line through two points has no error
 * @see Song et al. 2023, arXiv:2312.12456
 */
export function powerLaw(counts: readonly number[]): PowerLaw {
  const order = ranked(counts).filter((count) => count > 0);
  const n = order.length;
  if (n < 3)
    throw new RangeError(`powerLaw: counts has ${n} above 0; expected three neurons at least that fired`);
  const x = order.map((_, r) => log(r + 1));
  const y = order.map((count) => log(count));
  const total = (f: (i: number) => number): number => sum(n, f);
  const at = (list: readonly number[], i: number): number => list[i] ?? Number.NaN;
  const [meanX, meanY] = [x, y].map((list) => total((i) => at(list, i)) / n) as [number, number];
  const spreadX = total((i) => (at(x, i) - meanX) * (at(x, i) - meanX));
  const spreadY = total((i) => (at(y, i) - meanY) * (at(y, i) - meanY));
  const slope = total((i) => (at(x, i) - meanX) * (at(y, i) - meanY)) / spreadX;
  const intercept = meanY - slope * meanX;
  const residual = total((i) => {
    const off = at(y, i) - intercept - slope * at(x, i);
    return off * off;
  });
  return {
    slope,
    intercept,
    slopeError: Math.sqrt(residual / (n - 2) / spreadX),
    deviation: Math.sqrt(residual / n),
    explained: spreadY === 0 ? 1 : 1 - residual / spreadY,
    neurons: n,
  };
}
