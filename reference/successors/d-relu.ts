// dReLU: relu on both branches of a gated layer. An interpretation that has gradients, so it can be finetuned with.
import { type Activation, type Ops, override } from "../ops/contract.ts";

const relu: Activation = { kind: "relu", shift: 0 };

/**
 * h[t, f] = relu(gate)[t, f] · relu(up)[t, f] = relu(g[t, f] · up[t, f]), because g = relu(gate) ≥ 0.
 *
 * So dReLU is `gatedLinear` and then a ReLU, bit for bit: behind a negative up the product is negative or −0, and both
 * become +0. For a model whose gate is a ReLU; behind a gate that may be negative, such as SiLU, it is another function.
 *
 * The gradient is that of the two operators. Stands outside of the tape: `dRelu(record(machine))`.
 * @see Song et al. 2024, arXiv:2406.05955
 */
export const dRelu = <O extends Ops>(ops: O): O =>
  override(ops, {
    gatedLinear: (x, w, g) => ops.activate(ops.gatedLinear(x, w, g), relu),
    activeGatedLinear: (x, w, g) => ops.activate(ops.activeGatedLinear(x, w, g), relu),
  });
