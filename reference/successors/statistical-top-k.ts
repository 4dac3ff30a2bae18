// Statistical top-k: about k of F neurons by a threshold from their mean and deviation, with no sorting.
// From the Spark Transformer, which trains with it. It counts on a normal distribution, which can be checked.
import { erfc } from "../elementary.ts";
import { type Ops, override } from "../ops/contract.ts";
import { type Matrix, matrix, sum, type Tensor } from "../tensor.ts";

/**
 * Q(p), the x with Φ(x) = p, Φ(x) = erfc(−x/√2) / 2 the normal distribution: bisection until no number lies between.
 *
 * Found on the side where Φ is small, so that far tails are as exact as the middle. Q(0) = −Infinity, Q(1) = Infinity.
 *
 * @param p  in [0, 1]
 * @throws {RangeError} when p is outside
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1))
    throw new RangeError(`normalQuantile: p is ${p}; expected a probability in [0, 1]`);
  const tail = Math.min(p, 1 - p); // exact from 1/2 on
  const sign = p < 0.5 ? -1 : 1;
  if (tail === 0 || tail === 0.5) return tail === 0 ? sign * Infinity : 0;
  let [low, high] = [0, 39]; // Φ(−39) is 0 in doubles
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return sign * low;
    if (erfc(middle * Math.SQRT1_2) / 2 < tail) high = middle;
    else low = middle;
  }
}

/**
 * θ[t] = mean_f z[t, f] + Q(1 − k/F) · deviation_f z[t, f]: were the row normal, k of its F values would lie above.
 *
 * @param z  pre-activations, [T, F], F ≥ 2; the deviation divides by F − 1
 * @param k  above 0 and below F
 * @throws {RangeError} when k is outside
 * @see You et al. 2025, arXiv:2506.06644
 */
export function statisticalThresholds(z: Matrix<"T">, k: number): readonly number[] {
  const [T, F] = z.shape;
  if (!(k > 0 && k < F)) throw new RangeError(`statisticalThresholds: k is ${k}; expected 0 < k < F = ${F}`);
  const score = normalQuantile(1 - k / F);
  return Array.from({ length: T }, (_, t) => {
    const mean = sum(F, (f) => z.get(t, f)) / F;
    const variance = sum(F, (f) => (z.get(t, f) - mean) * (z.get(t, f) - mean)) / (F - 1);
    return mean + score * Math.sqrt(variance);
  });
}

/** How many values of each row reach its threshold: k, if the rows were normal. */
export function keptPerRow(z: Matrix<"T">, k: number): readonly number[] {
  const F = z.shape[1];
  return statisticalThresholds(z, k).map((least, t) => sum(F, (f) => (z.get(t, f) >= least ? 1 : 0)));
}

/**
 * `ops`, in whose given projections only what reaches its row's threshold is kept: z where z ≥ θ[t], else 0.
 *
 * The model's own activation follows. The authors keep z − θ, a model that learned with it; this one did not, so
 * survivors keep their height. Right for activations with f(0) = 0.
 *
 * @param chosen  the weights of the projections that activations read
 */
export function statisticalTopK(ops: Ops, chosen: ReadonlySet<Tensor>, k: number): Ops {
  const top = <O>(w: Tensor, z: Matrix<"T", O>): Matrix<"T", O> => {
    if (!chosen.has(w)) return z;
    const least = statisticalThresholds(z, k);
    const [T, F] = z.shape;
    return matrix(T, F, (t, f) => (z.get(t, f) < (least[t] ?? 0) ? 0 : z.get(t, f)));
  };
  return override(ops, {
    linear: (x, w, b) => top(w, ops.linear(x, w, b)),
    activeLinear: (x, w, b) => top(w, ops.activeLinear(x, w, b)),
  });
}
