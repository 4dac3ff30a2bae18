// The truth: every operator of the contract in float64, as loops that look like the equations.
import { activate } from "./activation.ts";
import { attend } from "./attention.ts";
import type { Ops } from "./contract.ts";
import { add, mul } from "./elementwise.ts";
import { append, embed, unembed } from "./embedding.ts";
import { activeGatedLinear, activeLinear, gatedLinear, linear } from "./linear.ts";
import { layerNorm, rmsNorm } from "./norm.ts";
import { rotary } from "./rotary.ts";
import { crossEntropy, softmax } from "./softmax.ts";

export const reference: Ops = {
  embed,
  linear,
  activeLinear,
  gatedLinear,
  activeGatedLinear,
  unembed,
  add,
  mul,
  activate,
  softmax,
  layerNorm,
  rmsNorm,
  rotary,
  append,
  attend,
  crossEntropy,
  scope: (body) => body(),
};
