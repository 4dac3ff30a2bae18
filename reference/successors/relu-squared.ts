// ReLU², relu(x)²: as many zeros as ReLU, and a longer tail, of which more can be cut for the same error.
// The operator is in reference/ops/activation.ts; here is what its tail is worth.
import type { Model } from "../models/model.ts";
import { scalar } from "../ops/activation.ts";
import type { Activation, Ops } from "../ops/contract.ts";
import { type Matrix, map } from "../tensor.ts";
import { outputSizes, type Truncation, truncation } from "./cett.ts";

/** The model with relu(x)² in place of its activation, the weights untouched: to finetune from. */
export const withReluSquared = <M extends Model>(model: M): M => ({
  ...model,
  config: { ...model.config, activation: { kind: "relu-squared", shift: 0 } },
});

/**
 * What can be cut of f(z) for the same error: the neurons with the smallest outputs, up to CETT = limit.
 *
 * Put to several activations over the same pre-activations, it compares the shapes of their tails and nothing else: a
 * model that was trained with another activation has other pre-activations.
 *
 * @param z      pre-activations of a plain layer, [T, F]
 * @param limit  in [0, 1]
 * @see Zhang et al. 2024, arXiv:2402.03804
 */
export function cutTail(
  z: Matrix<"T", "F">,
  down: Matrix<"F", "D">,
  activation: Activation,
  limit: number,
  ops?: Ops,
): Truncation {
  const hidden = map(z, scalar(activation));
  return truncation(hidden, down, outputSizes(hidden, down), limit, ops);
}
