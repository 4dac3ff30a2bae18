// The runs that this kit is shipped with: small models of the same texts and seed, and two for lessons and experiments.
// Paper: section 3 changes nothing but the activation; so do the four of OPT style here.
import type { Config, RotaryConfig } from "../models/config.ts";
import { initialFalcon, initialLlama, initialOpt } from "../models/initialize.ts";
import type { Model } from "../models/model.ts";
import type { Activation } from "../ops/contract.ts";
import type { Recipe } from "./train.ts";

export interface Preset {
  readonly summary: string;
  /** V, the tokens that its tokenizer learns */
  readonly vocabulary: number;
  readonly recipe: Recipe;
  /** for a vocabulary of V tokens */
  readonly config: (V: number) => Config;
  /** the model before its first step */
  readonly model: (V: number, seed: number) => Model;
}

const recipe: Recipe = {
  seed: 1,
  steps: 2800,
  batch: 8,
  context: 128,
  warmUp: 100,
  peak: 0.003,
  floor: 0.05,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  decay: 0.5,
  clip: 1,
};

/** A model that goes on learning: a seventh of the tokens, at a lower rate. */
export const finetuning: Recipe = { ...recipe, steps: 400, warmUp: 20, peak: 0.001 };

/** GPT-2's 0.02 at its width of 768, for a width of 96: the same sums. */
const DEVIATION = 0.06;

const relu: Activation = { kind: "relu", shift: 0 };
const silu: Activation = { kind: "silu", shift: 0 };
const gelu: Activation = { kind: "gelu", shift: 0 };
const none: Activation = { kind: "identity" };

const rotary = { base: 10000, pairing: "half-split" } as const;

const ofOpt = (config: (V: number) => Config) => ({
  config,
  model: (V: number, seed: number): Model => initialOpt(config(V), seed, DEVIATION),
});

const opt = (activation: Activation, summary: string): Preset => ({
  ...{ summary, vocabulary: 512, recipe },
  ...ofOpt((V) => {
    const sizes = { V, D: 96, F: 384, L: 4, N: 4, G: 4, K: 24, P: 128 };
    return { sizes, epsilon: 1e-5, activation, afterNorm: none };
  }),
});

const ofRotary = (
  initial: (config: RotaryConfig, seed: number, deviation: number) => Model,
  config: (V: number) => RotaryConfig,
) => ({ config, model: (V: number, seed: number): Model => initial(config(V), seed, DEVIATION) });

const llama = (activation: Activation, summary: string, D = 96, steps = recipe.steps): Preset => ({
  ...{ summary, vocabulary: 512, recipe: { ...recipe, steps } },
  ...ofRotary(initialLlama, (V) => {
    const sizes = { V, D, F: 3 * D, L: 4, N: 4, G: 2, K: D / 4, P: 128 };
    return { sizes, epsilon: 1e-5, activation, afterNorm: none, rotary };
  }),
});

const falcon = (activation: Activation, summary: string): Preset => ({
  ...{ summary, vocabulary: 512, recipe },
  ...ofRotary(initialFalcon, (V) => {
    const sizes = { V, D: 96, F: 384, L: 4, N: 4, G: 1, K: 24, P: 128 };
    return { sizes, epsilon: 1e-5, activation, afterNorm: none, rotary };
  }),
});

const small = (D: number, L: number, summary: string, own: Partial<Recipe>): Preset => ({
  ...{ summary, vocabulary: 512, recipe: { ...recipe, ...own } },
  ...ofOpt((V) => {
    const sizes = { V, D, F: 4 * D, L, N: 2, G: 2, K: D / 2, P: 128 };
    return { sizes, epsilon: 1e-5, activation: relu, afterNorm: none };
  }),
});

export const presets: Readonly<Record<string, Preset>> = {
  "opt-relu": opt(relu, "OPT style with ReLU"),
  "opt-gelu": opt(gelu, "OPT style with GELU"),
  "opt-silu": opt(silu, "OPT style with SiLU"),
  "opt-swish8": opt({ kind: "swish", beta: 8, shift: 0 }, "OPT style with x * sigmoid(8x)"),
  "llama-silu": llama(silu, "Llama style with SiLU on the gate"),
  "llama-relu": llama(relu, "Llama style with ReLU on the gate"),
  "llama-small": llama(silu, "llama-silu at half its size", 64),
  // as much work as llama-silu in all: after 2800 steps this one had learned its text by heart, and was worse on other text
  "llama-large": llama(silu, "llama-silu at nearly twice its size", 128, 1600),
  "falcon-gelu": falcon(gelu, "Falcon style with GELU"),
  draft: small(64, 2, "a draft model, OPT style with ReLU, for speculative decoding", {
    steps: 3900,
    decay: 0.2,
    peak: 0.005,
  }),
  lesson: small(32, 2, "a minute's run for lessons, OPT style with ReLU", {
    steps: 200,
    context: 64,
    batch: 4,
  }),
};

/** A preset by its name. @throws {RangeError} when there is none */
export function presetOf(name: string): Preset {
  const found = presets[name];
  if (found) return found;
  throw new RangeError(`presetOf: there is no ${name}; expected one of ${Object.keys(presets).join(", ")}`);
}
