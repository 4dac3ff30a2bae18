// Layer norm and root-mean-square norm, along the width D. Two passes: the mean first, then the centred squares.
// Both stretch the standardized row n by the gain; a gradient takes from a = dy ⊙ gain what n cannot move along.
import { expect, type Matrix, map, matrix, sum, type Vector, vector } from "../tensor.ts";
import type { Gradients, Ops } from "./contract.ts";

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
  const { n } = standardized(x, epsilon);
  return matrix(T, D, (t, d) => n.get(t, d) * gain.get(d) + bias.get(d));
};

/**
 * With n = (x − mean) / deviation and a = dy ⊙ gain: dx = (a − mean(a) − n ⊙ mean(a ⊙ n)) / deviation,
 * dgain[d] = Σ_t dy[t, d] · n[t, d], dbias[d] = Σ_t dy[t, d]; means along D
 */
export const layerNormGradient: Gradients["layerNorm"] = (dy, x, gain, _bias, epsilon) => {
  const [T, D] = x.shape;
  expect(dy, [T, D], "layerNormGradient: dy is @; expected [T, D], the shape of x");
  const { n, deviation } = standardized(x, epsilon);
  const a = matrix<"T", unknown>(T, D, (t, d) => dy.get(t, d) * gain.get(d));
  const [shift, stretch] = [meanOf(a), meanProduct(a, n)];
  return [
    matrix(T, D, (t, d) => (a.get(t, d) - shift.get(t) - n.get(t, d) * stretch.get(t)) / deviation.get(t)),
    vector(D, (d) => sum(T, (t) => dy.get(t, d) * n.get(t, d))),
    vector(D, (d) => sum(T, (t) => dy.get(t, d))),
  ];
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
  const { n } = overRms(x, epsilon);
  return matrix(T, D, (t, d) => n.get(t, d) * gain.get(d));
};

/**
 * With n = x / rms and a = dy ⊙ gain: dx = (a − n ⊙ mean(a ⊙ n)) / rms, the mean along D,
 * dgain[d] = Σ_t dy[t, d] · n[t, d]
 */
export const rmsNormGradient: Gradients["rmsNorm"] = (dy, x, gain, epsilon) => {
  const [T, D] = x.shape;
  expect(dy, [T, D], "rmsNormGradient: dy is @; expected [T, D], the shape of x");
  const { n, rms } = overRms(x, epsilon);
  const a = matrix<"T", unknown>(T, D, (t, d) => dy.get(t, d) * gain.get(d));
  const stretch = meanProduct(a, n);
  return [
    matrix(T, D, (t, d) => (a.get(t, d) - n.get(t, d) * stretch.get(t)) / rms.get(t)),
    vector(D, (d) => sum(T, (t) => dy.get(t, d) * n.get(t, d))),
  ];
};

/** n = (x − mean) / deviation, deviation[t] = √(variance[t] + ε) */
function standardized(x: Matrix, epsilon: number) {
  const [T, D] = x.shape;
  const mean = meanOf(x);
  const centred = matrix(T, D, (t, d) => x.get(t, d) - mean.get(t));
  const deviation = map(meanProduct(centred, centred), (variance) => Math.sqrt(variance + epsilon));
  return { n: matrix(T, D, (t, d) => centred.get(t, d) / deviation.get(t)), deviation };
}

/** n = x / rms, rms[t] = √(mean of x[t]² + ε) */
function overRms(x: Matrix, epsilon: number) {
  const rms = map(meanProduct(x, x), (square) => Math.sqrt(square + epsilon));
  return { n: matrix(x.shape[0], x.shape[1], (t, d) => x.get(t, d) / rms.get(t)), rms };
}

/** The mean over d of x[t, d] */
const meanOf = (x: Matrix): Vector<"T"> => {
  const [T, D] = x.shape;
  return vector(T, (t) => sum(D, (d) => x.get(t, d)) / D);
};

/** The mean over d of a[t, d] · b[t, d] */
const meanProduct = (a: Matrix, b: Matrix): Vector<"T"> => {
  const [T, D] = a.shape;
  return vector(T, (t) => sum(D, (d) => a.get(t, d) * b.get(t, d)) / D);
};
