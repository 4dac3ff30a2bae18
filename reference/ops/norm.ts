// Layer norm and root-mean-square norm, along the width D. Two passes: the mean first, then the centred squares.
import { expect, matrix, sum, vector } from "../tensor.ts";
import type { Ops } from "./contract.ts";

/**
 * y[t, d] = (x[t, d] − mean[t]) / √(variance[t] + ε) · gain[d] + bias[d], variance[t] = mean of (x − mean)² over D
 *
 * @param x        [T, D]
 * @param gain     [D]
 * @param bias     [D]
 * @param epsilon  ε, added to the variance, under the root
 * @returns y, [T, D]; a row with NaN or an infinity is NaN throughout
 * @throws {RangeError} when gain or bias is not [D]
 * @see Ba et al. 2016, arXiv:1607.06450
 */
export const layerNorm: Ops["layerNorm"] = (x, gain, bias, epsilon) => {
  const [T, D] = x.shape;
  expect(gain, [D], "layerNorm: gain is @; expected [D], the columns of x");
  expect(bias, [D], "layerNorm: bias is @; expected [D], the columns of x");
  const mean = vector(T, (t) => sum(D, (d) => x.get(t, d)) / D);
  const centred = matrix(T, D, (t, d) => x.get(t, d) - mean.get(t));
  const variance = vector(T, (t) => sum(D, (d) => centred.get(t, d) * centred.get(t, d)) / D);
  const deviation = vector(T, (t) => Math.sqrt(variance.get(t) + epsilon));
  return matrix(T, D, (t, d) => (centred.get(t, d) / deviation.get(t)) * gain.get(d) + bias.get(d));
};

/**
 * y[t, d] = x[t, d] / √(mean of x[t]² over D + ε) · gain[d]
 *
 * @param x        [T, D]
 * @param gain     [D]
 * @param epsilon  ε, added to the mean square, under the root
 * @returns y, [T, D]
 * @throws {RangeError} when gain is not [D]
 * @see Zhang and Sennrich 2019, arXiv:1910.07467
 */
export const rmsNorm: Ops["rmsNorm"] = (x, gain, epsilon) => {
  const [T, D] = x.shape;
  expect(gain, [D], "rmsNorm: gain is @; expected [D], the columns of x");
  const rms = vector(T, (t) => Math.sqrt(sum(D, (d) => x.get(t, d) * x.get(t, d)) / D + epsilon));
  return matrix(T, D, (t, d) => (x.get(t, d) / rms.get(t)) * gain.get(d));
};
