// FATReLU: x where x ≥ t, else 0. What survives keeps its height, where a shifted ReLU would lower it.
// The operators, with x ≥ t and with x > t, are in reference/ops/activation.ts; here t is chosen from a text.
import type { Model } from "../models/model.ts";
import { scalar } from "../ops/activation.ts";
import type { Ops } from "../ops/contract.ts";
import { type Matrix, map } from "../tensor.ts";
import { type Truncation, truncation } from "./cett.ts";
import { quantile } from "./quantile.ts";

/**
 * The model with FATReLU in place of its activation, the weights untouched: h = z where z ≥ t, else 0.
 *
 * @param strict  x > t in place of x ≥ t: other code computes that, and the two differ at z = t alone
 * @see Song et al. 2024, arXiv:2402.13516
 */
export const withFatRelu = <M extends Model>(model: M, threshold: number, strict = false): M => ({
  ...model,
  config: {
    ...model.config,
    activation: { kind: strict ? "fatrelu-strict" : "fatrelu", threshold, shift: 0 },
  },
});

/**
 * The threshold that leaves the wanted share of pre-activations at zero, 0 where ReLU leaves as many already.
 *
 * @param preactivations  what the activations read over a text, of all layers that share the threshold
 * @param target          the sparsity wanted, in [0, 1]
 * @throws {RangeError} when the target is outside, or there are no pre-activations
 */
export const thresholdBySparsity = (preactivations: readonly Matrix[], target: number): number => {
  const all = new Float64Array(preactivations.reduce((size, z) => size + z.size, 0));
  let at = 0;
  for (const z of preactivations) {
    all.set(z.data, at);
    at += z.size;
  }
  return Math.max(0, quantile(all, target));
};

/**
 * The threshold of one layer by what it costs: the largest found with CETT ≤ limit, where neurons are compared by h
 * alone, since that is all FATReLU sees.
 *
 * A model has one threshold: the smallest of its layers keeps the limit in all.
 *
 * @param z  pre-activations of a plain layer, [T, F]; in a gated one FATReLU sits on the gate, and its h is not relu(z)
 * @see Zhang et al. 2024, arXiv:2402.03804, for CETT
 */
export function thresholdByCett(
  z: Matrix<"T", "F">,
  down: Matrix<"F", "D">,
  limit: number,
  ops?: Ops,
): Truncation {
  const hidden = map(z, scalar({ kind: "relu", shift: 0 }));
  return truncation(hidden, down, hidden, limit, ops);
}
