// A shift is a bias: relu(W x + a − b) is relu(W x + a′) with a′ = a − b, which any engine can run.
// Paper: section 5.3 needs no operator of its own.
import type { Model } from "../models/model.ts";
import { map, type Vector, vector } from "../tensor.ts";
import { shiftedRelu } from "./surgery.ts";

/**
 * The model with its shift in the biases of up, or of the gate, and a plain ReLU.
 *
 * Where there was no bias, as in Llama and Falcon, the outputs are the same to the bit: a projection adds its bias last,
 * where the activation had subtracted b. Where there was one, as in OPT, a − b is rounded once, so outputs may differ in
 * the last bit. A dtype that cannot hold b, as when b = 0.1 is saved in BF16, moves b itself.
 *
 * @throws {RangeError} when the activation is not a ReLU
 */
export function folded(model: Model): Model {
  const { activation } = model.config;
  if (activation.kind !== "relu")
    throw new RangeError(`folded: the activation is ${activation.kind}; expected relu, with a shift to fold`);
  const b = activation.shift;
  const plain = { activation: shiftedRelu(0) };
  const lowered = (bias: Vector<"F">): Vector<"F"> => map(bias, (a) => a - b);
  const { F } = model.config.sizes;
  switch (model.family) {
    case "opt":
    case "opt-post-norm": {
      const layers = model.weights.layers.map((layer) => ({
        ...layer,
        up: { ...layer.up, bias: lowered(layer.up.bias) },
      }));
      return { ...model, config: { ...model.config, ...plain }, weights: { ...model.weights, layers } };
    }
    case "llama": {
      const layers = model.weights.layers.map((layer) => ({
        ...layer,
        gateBias: lowered(layer.gateBias ?? vector(F, () => 0)),
      }));
      return { ...model, config: { ...model.config, ...plain }, weights: { ...model.weights, layers } };
    }
    case "falcon": {
      const layers = model.weights.layers.map((layer) => ({
        ...layer,
        upBias: lowered(layer.upBias ?? vector(F, () => 0)),
      }));
      return { ...model, config: { ...model.config, ...plain }, weights: { ...model.weights, layers } };
    }
  }
}
