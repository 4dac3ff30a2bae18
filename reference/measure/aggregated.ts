// Aggregated sparsity: what share of a layer's neurons no token of a stretch has used, and what chance would leave.
// Paper: section 5.1, figures 7a and 7b. Which neurons are used most is in reference/successors/neuron-use.ts.
import { expect, type Matrix, map, sum, type Vector, vector } from "../tensor.ts";

/** For t = 1, 2, … tokens, at index t − 1: a share of neurons in each layer, and its mean over the layers. */
export interface Curves {
  readonly layers: readonly (readonly number[])[];
  readonly mean: readonly number[];
}

/** mask[t, f] = 1 where h[t, f] ≠ 0: neuron f fired on token t; else 0. NaN fires. */
export const fired = (h: Matrix<"T", "F">): Matrix<"T", "F"> => map(h, (value) => (value === 0 ? 0 : 1));

/** union[f] = max_t mask[t, f]: the neurons that fired on any of the tokens, in whatever order they came. */
export const union = (mask: Matrix<"T", "F">): Vector<"F"> => {
  const [T, F] = mask.shape;
  return vector(F, (f) => Number(sum(T, (t) => mask.get(t, f)) > 0));
};

/**
 * s(t) = 1 − |∪_{i ≤ t} active_i| / F, at index t − 1: the share of one layer's neurons that none of the first t tokens
 * has used. It never rises, and s(1) is the sparsity of the first token.
 *
 * @param mask  what fired, [T, F]
 */
export function unused(mask: Matrix<"T", "F">): readonly number[] {
  const [T, F] = mask.shape;
  const used = new Set<number>();
  return Array.from({ length: T }, (_, t) => {
    for (let f = 0; f < F; f++) if (mask.get(t, f) !== 0) used.add(f);
    return 1 - used.size / F;
  });
}

/**
 * s_agg: `unused` of each layer, and the mean over the layers.
 *
 * @param masks  what fired in each layer, [T, F]
 * @throws {RangeError} when there is no layer, or they differ in T
 */
export function aggregated(masks: readonly Matrix<"T", "F">[]): Curves {
  const [first] = masks;
  if (!first) throw new RangeError("aggregated: masks is empty; expected [T, F] for each of L layers");
  const [T] = first.shape;
  for (const mask of masks)
    expect(mask, [T, mask.shape[1]], "aggregated: a mask is @; expected [T, F], with T that of the first");
  return together(masks.map(unused));
}

/**
 * The share of one layer's neurons that γ consecutive tokens leave unused: the mean of 1 − |∪ active| / F over all
 * T − γ + 1 windows. What a cache of the last γ tokens' neurons, or a round of γ drafted tokens, can expect.
 *
 * It never rises with γ, and with γ = 1 it is the ordinary sparsity of the T tokens.
 *
 * @throws {RangeError} when γ is not a whole number from 1 to T
 */
export function unusedInWindow(mask: Matrix<"T", "F">, gamma: number): number {
  const [T, F] = mask.shape;
  if (!(Number.isInteger(gamma) && gamma >= 1 && gamma <= T))
    throw new RangeError(
      `unusedInWindow: gamma is ${gamma}; expected a whole number from 1 to T = ${T}, the rows of mask`,
    );
  const windows = T - gamma + 1;
  const idle = sum(F, (f) => {
    let [alone, last] = [0, -1]; // windows without f, and the last token that f fired on
    for (let t = 0; t < T; t++) {
      if (mask.get(t, f) !== 0) last = t;
      if (t >= gamma - 1 && last <= t - gamma) alone++;
    }
    return alone;
  });
  return idle / (F * windows);
}

/**
 * s_l^t: what would be unused if the tokens chose their neurons independently, in each layer and as the mean of the
 * layers' powers. The power of the mean is less, by Jensen's inequality.
 *
 * @param sparsities  s_l, of each layer
 * @param tokens      T, how far the curves go
 */
export const byChance = (sparsities: readonly number[], tokens: number): Curves =>
  together(
    sparsities.map((s) => {
      let power = 1;
      return Array.from({ length: tokens }, () => {
        power *= s;
        return power;
      });
    }),
  );

/**
 * A layer's own γ: the largest window that leaves the wanted share of its neurons unused; 0 when one token does not.
 *
 * A layer that keeps more unused may go on longer between two loads of its weights. The answer is no larger than the
 * curve is long: then every window measured is good enough.
 *
 * @param curve   the share unused, for windows of 1, 2, … tokens, as `unusedInWindow` gives it
 * @param wanted  the share that is to stay unused, in [0, 1]
 * @throws {RangeError} when `wanted` is outside [0, 1]
 */
export function largestWindow(curve: readonly number[], wanted: number): number {
  if (!(wanted >= 0 && wanted <= 1))
    throw new RangeError(`largestWindow: wanted is ${wanted}; expected a share in [0, 1]`);
  const short = curve.findIndex((share) => !(share >= wanted));
  return short < 0 ? curve.length : short;
}

/** The curves of the layers, and at each t their mean. */
const together = (layers: readonly (readonly number[])[]): Curves => ({
  layers,
  mean: (layers[0] ?? []).map((_, t) => sum(layers.length, (l) => layers[l]?.[t] ?? NaN) / layers.length),
});
