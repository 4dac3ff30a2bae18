// Histograms of pre-activations: what lies at or below b is what relu(x − b) makes zero.
// Paper: figures 5 and 11, and section 5.3, which reads the shift off one.
import type { Tensor } from "../tensor.ts";

/** How many values fell into each of the equally wide bins of [from, to), and how many beside them. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
  readonly below: number;
  /** at or above `to`, and NaN */
  readonly above: number;
}

/**
 * A histogram of nothing.
 *
 * @throws {RangeError} when the range is empty or not finite, or there is no bin
 */
export function emptyHistogram(from: number, to: number, bins: number): Histogram {
  if (!(from < to && Number.isFinite(to - from))) {
    throw new RangeError(`emptyHistogram: range is [${from}, ${to}); expected finite numbers with from < to`);
  }
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new RangeError(`emptyHistogram: bins is ${bins}; expected a positive whole number`);
  }
  return { from, to, counts: Array.from({ length: bins }, () => 0), below: 0, above: 0 };
}

/** The histogram with every element of x counted too. */
export function withElements(histogram: Histogram, x: Tensor): Histogram {
  const { from, to } = histogram;
  const counts = [...histogram.counts];
  const width = (to - from) / counts.length;
  let { below, above } = histogram;
  for (const value of x.data) {
    if (value < from) below++;
    else if (value < to) {
      const bin = Math.min(Math.floor((value - from) / width), counts.length - 1); // a quotient may round up
      counts[bin] = (counts[bin] ?? 0) + 1;
    } else above++;
  }
  return { from, to, counts, below, above };
}

/** How many values the histogram has seen. */
export const seen = ({ counts, below, above }: Histogram): number =>
  counts.reduce((total, count) => total + count, below + above);
