// Every operator of the contract, its gradient, and what training changes in place, over one machine.
import type { Ops, Trainable } from "../../reference/ops/contract.ts";
import { expect, like, storedOf } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";
import { activate, activateGradient } from "./activation.ts";
import { accumulate, adamw, clear, squares } from "./adamw.ts";
import { attend, attendGradient } from "./attention.ts";
import { add, copied, mul, mulGradient } from "./elementwise.ts";
import { appendGradient, embed, embedGradient } from "./embedding.ts";
import { crossEntropy, crossEntropyGradient } from "./loss.ts";
import { layerNorm, layerNormGradient, rmsNorm, rmsNormGradient } from "./norm.ts";
import { activeGatedLinear, activeLinear, gatedLinear, linear, unembed } from "./product.ts";
import { gatedLinearGradient, linearGradient, unembedGradient } from "./product-gradient.ts";
import { rotary, rotaryGradient } from "./rotary.ts";
import { softmax, softmaxGradient } from "./softmax.ts";

/** All but `scope`, which is the memory's own. */
export const operators = (machine: Machine): Omit<Trainable, "scope"> => ({
  embed: embed(machine),
  linear: linear(machine),
  activeLinear: activeLinear(machine),
  gatedLinear: gatedLinear(machine),
  activeGatedLinear: activeGatedLinear(machine),
  unembed: unembed(machine),
  add: add(machine),
  mul: mul(machine),
  activate: activate(machine),
  softmax: softmax(machine),
  layerNorm: layerNorm(machine),
  rmsNorm: rmsNorm(machine),
  rotary: rotary(machine),
  append: append(machine),
  attend: attend(machine),
  crossEntropy: crossEntropy(machine),
  gradient: {
    embed: embedGradient(machine),
    linear: linearGradient(machine),
    gatedLinear: gatedLinearGradient(machine),
    unembed: unembedGradient(machine),
    mul: mulGradient(machine),
    activate: activateGradient(machine),
    softmax: softmaxGradient(machine),
    layerNorm: layerNormGradient(machine),
    rmsNorm: rmsNormGradient(machine),
    rotary: rotaryGradient(machine),
    append: appendGradient(machine),
    attend: attendGradient(machine),
    crossEntropy: crossEntropyGradient(machine),
  },
  inPlace: {
    own: (x) => machine.pin(storedOf(x) ? like(x, x.data) : x), // to be changed, so float32
    disown: (x) => machine.unpin(x),
    accumulate: accumulate(machine),
    squares: squares(machine),
    adamw: adamw(machine),
    clear: clear(machine),
  },
});

/** The rows of `past`, if any, then the rows of `next`. */
const append =
  (machine: Machine): Ops["append"] =>
  (past, next) => {
    if (!past) return machine.operator(() => copied(machine, next)) as never; // rows of next are now rows of a cache
    expect(
      next,
      [next.shape[0], past.shape[1]],
      "append: next is @; expected [T, H], with H the columns of past",
    );
    return machine.extend(past, next);
  };
