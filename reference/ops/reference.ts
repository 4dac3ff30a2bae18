// The truth: every operator of the contract in float64, as loops that look like the equations, its gradient, and what
// training changes in place.
import { activate } from "./activation.ts";
import { activateGradient } from "./activation-gradient.ts";
import { attend } from "./attention.ts";
import { attendGradient } from "./attention-gradient.ts";
import type { Gradients, Trainable } from "./contract.ts";
import { add, mul, mulGradient } from "./elementwise.ts";
import { append, appendGradient, embed, embedGradient, unembed, unembedGradient } from "./embedding.ts";
import { inPlace } from "./in-place.ts";
import {
  activeGatedLinear,
  activeLinear,
  gatedLinear,
  gatedLinearGradient,
  linear,
  linearGradient,
} from "./linear.ts";
import { layerNorm, layerNormGradient, rmsNorm, rmsNormGradient } from "./norm.ts";
import { rotary, rotaryGradient } from "./rotary.ts";
import { crossEntropy, crossEntropyGradient, softmax, softmaxGradient } from "./softmax.ts";

const gradient: Gradients = {
  embed: embedGradient,
  linear: linearGradient,
  gatedLinear: gatedLinearGradient,
  unembed: unembedGradient,
  mul: mulGradient,
  activate: activateGradient,
  softmax: softmaxGradient,
  layerNorm: layerNormGradient,
  rmsNorm: rmsNormGradient,
  rotary: rotaryGradient,
  append: appendGradient,
  attend: attendGradient,
  crossEntropy: crossEntropyGradient,
};

/**
 * Every operator of the contract in float64, as loops that look like the equations, with its gradient and what training
 * changes in place.
 *
 * Its `scope` runs the body and takes nothing back.
 */
export const reference: Trainable = {
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
  gradient,
  inPlace,
};
