// One tiny model of each family for the tests, with large enough weights that nothing is near a tie.
import type { RotaryConfig } from "../../../reference/models/config.ts";
import { initialFalcon, initialLlama, initialOpt } from "../../../reference/models/initialize.ts";
import type { Model } from "../../../reference/models/model.ts";
import type { Activation } from "../../../reference/ops/contract.ts";
import { map } from "../../../reference/tensor.ts";
import { mapTensors } from "../../../reference/weights.ts";

export const none: Activation = { kind: "identity" };
export const relu: Activation = { kind: "relu", shift: 0 };
export const silu: Activation = { kind: "silu", shift: 0 };

const sizes = { V: 11, D: 12, F: 20, L: 2, N: 3, G: 3, K: 4, P: 16 };
const config: RotaryConfig = {
  sizes,
  epsilon: 1e-5,
  activation: relu,
  afterNorm: relu,
  rotary: { base: 10000, pairing: "half-split" },
};

const louder = <M extends Model>(model: M): M => ({
  ...model,
  weights: mapTensors(model.weights, (tensor) =>
    tensor.shape.length === 2 ? map(tensor, (w) => 10 * w) : tensor,
  ),
});

/** Stage 2 models: ReLU in the feed-forward and after the norms. */
export const tinyOpt = louder(initialOpt(config, 1));
export const tinyLlama = louder(
  initialLlama(
    { ...config, sizes: { ...sizes, N: 4, G: 2 }, rotary: { base: 10000, pairing: "interleaved" } },
    2,
  ),
);
export const tinyFalcon = louder(initialFalcon({ ...config, sizes: { ...sizes, G: 1 } }, 3));

export const tinyModels: readonly Model[] = [tinyOpt, tinyLlama, tinyFalcon];
export const tokens = [3, 1, 4, 1, 5, 9, 2, 6];
