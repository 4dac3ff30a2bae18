// Relufication is a change of configuration: not one weight is touched.
// Paper: section 4, figure 3 (the two stages), and section 5.3 (the shift).
import type { Config } from "../models/config.ts";
import type { Activation } from "../ops/contract.ts";

/** relu(x − b) */
export const shiftedRelu = (b: number): Activation => ({ kind: "relu", shift: b });

/** Stage 1: ReLU in the feed-forward, on its one branch or on its gate. */
export const stage1 = <C extends Config>(config: C): C => ({ ...config, activation: shiftedRelu(0) });

/**
 * Stage 2: stage 1, and a ReLU after each norm of a layer, so that the inputs of
 * Q, K, V and of up and gate have zeros too.
 *
 * The norm before the head stays as it is, and so do the residual stream and what
 * the attention's output projection reads.
 */
export const stage2 = <C extends Config>(config: C): C => ({
  ...stage1(config),
  afterNorm: shiftedRelu(0),
});

/**
 * The feed-forward's ReLU moved to the right: relu(x − b).
 *
 * @throws {RangeError} when b is no finite number
 */
export function shifted<C extends Config>(config: C, b: number): C {
  if (!Number.isFinite(b)) throw new RangeError(`shifted: b is ${b}; expected a finite number`);
  return { ...config, activation: shiftedRelu(b) };
}
