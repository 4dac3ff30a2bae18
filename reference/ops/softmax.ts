// Softmax, and the cross entropy whose gradient it is: exponentials of logits, kept from overflowing.
import { exp, log } from "../elementary.ts";
import { expect, type Matrix, matrix, sum, vector } from "../tensor.ts";
import type { Gradients, Ops } from "./contract.ts";

/**
 * p[r, c] = exp(x[r, c] − top[r]) / Σ_c exp(x[r, c] − top[r]), with top[r] the greatest of the row
 *
 * The greatest is subtracted so that exp cannot overflow: it cancels in the ratio. −Infinity gives exactly 0, which is
 * how a mask works. A row with NaN or +Infinity, or of nothing but −Infinity, is NaN throughout; other rows are not
 * touched.
 *
 * @param x  logits, [R, C]
 * @returns p, [R, C], each row adding up to 1
 */
export const softmax: Ops["softmax"] = (x) => {
  const [R, C] = x.shape;
  const top = greatest(x);
  const e = matrix(R, C, (r, c) => exp(x.get(r, c) - top.get(r)));
  const total = vector(R, (r) => sum(C, (c) => e.get(r, c)));
  return matrix(R, C, (r, c) => e.get(r, c) / total.get(r));
};

/** dx = p ⊙ (dp − Σ_c dp · p), p = softmax(x) */
export const softmaxGradient: Gradients["softmax"] = (dp, x) => {
  expect(dp, x.shape, "softmaxGradient: dp is @; expected [R, C], the shape of x");
  return [throughSoftmax(dp, softmax(x))];
};

/** dx[r, c] = p[r, c] · (dp[r, c] − Σ_c dp[r, c] · p[r, c]), for who has p already */
export function throughSoftmax<R, C>(dp: Matrix<R, C>, p: Matrix<R, C>): Matrix<R, C> {
  const [R, C] = p.shape;
  const mean = vector(R, (r) => sum(C, (c) => dp.get(r, c) * p.get(r, c)));
  return matrix(R, C, (r, c) => p.get(r, c) * (dp.get(r, c) - mean.get(r)));
}

/**
 * loss[t] = log Σ_v exp z[t, v] − z[t, targets[t]]
 *
 * @param z        logits, [T, V]
 * @param targets  T ids, each an integer in [0, V)
 * @returns loss, [T], in nats
 * @throws {RangeError} when there are not T targets, or one is no column of z
 */
export const crossEntropy: Ops["crossEntropy"] = (z, targets) => {
  const [T, V] = z.shape;
  if (targets.length !== T) {
    throw new RangeError(`crossEntropy: targets has ${targets.length} ids; expected T = ${T}, the rows of z`);
  }
  const wanted = targets.map((v) => {
    if (Number.isInteger(v) && v >= 0 && v < V) return v;
    throw new RangeError(
      `crossEntropy: target is ${v}; expected an integer from 0 to ${V - 1}, with V = ${V} the columns of z`,
    );
  });
  const top = greatest(z);
  const excess = vector(T, (t) => log(sum(V, (v) => exp(z.get(t, v) - top.get(t)))));
  return vector(T, (t) => excess.get(t) + (top.get(t) - z.get(t, wanted[t] ?? 0)));
};

/** dz[t, v] = dloss[t] · (p[t, v] − 1 where v = targets[t]), p = softmax(z): towards the target, away from the rest */
export const crossEntropyGradient: Gradients["crossEntropy"] = (dloss, z, targets) => {
  const [T, V] = z.shape;
  expect(dloss, [T], "crossEntropyGradient: dloss is @; expected [T], the rows of z");
  const p = softmax(z);
  return [matrix(T, V, (t, v) => dloss.get(t) * (p.get(t, v) - (v === targets[t] ? 1 : 0)))];
};

/** The greatest element of each row, NaN where there is one: written out, since ndarray-ops' sup skips NaN. */
const greatest = (x: Matrix) => {
  const [R, C] = x.shape;
  return vector<unknown>(R, (r) => {
    let top = -Infinity;
    for (let c = 0; c < C; c++) top = Math.max(top, x.get(r, c));
    return top;
  });
};
