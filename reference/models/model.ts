// A model of any of the families, as one plain value, and the forward pass that its family asks for.
import type { Ops } from "../ops/contract.ts";
import type { Matrix, Tokens } from "../tensor.ts";
import type { Cache } from "./cache.ts";
import type { Config, RotaryConfig } from "./config.ts";
import { type FalconWeights, falcon } from "./falcon.ts";
import { type LlamaWeights, llama } from "./llama.ts";
import { type OptWeights, opt } from "./opt.ts";
import { optPostNorm } from "./opt-post-norm.ts";

/** A model as one plain value: its weights, its configuration, and the family whose forward pass they are for. */
export type Model =
  | { readonly family: "opt" | "opt-post-norm"; readonly config: Config; readonly weights: OptWeights }
  | { readonly family: "llama"; readonly config: RotaryConfig; readonly weights: LlamaWeights }
  | { readonly family: "falcon"; readonly config: RotaryConfig; readonly weights: FalconWeights };

/** What every family's page returns of a run; a page itself returns more. `hidden` is what the down projection reads. */
export interface Run {
  readonly logits: Matrix<"T", "V">;
  readonly cache: Cache;
  readonly layers: readonly {
    readonly hidden: { readonly preactivation: Matrix<"T", "F">; readonly hidden: Matrix<"T", "F"> };
  }[];
}

/**
 * The logits of T tokens that follow what `cache` remembers.
 *
 * @param ops     the interpretation: what running the model means
 * @param tokens  T ids; with what the cache remembers, P positions at most
 * @throws {RangeError} when the positions do not fit the model's context
 */
export function forward(ops: Ops, model: Model, tokens: Tokens, cache: Cache): Run {
  const { P } = model.config.sizes;
  const end = (cache[0]?.keys.shape[0] ?? 0) + tokens.length;
  if (end > P)
    throw new RangeError(
      `forward: the tokens end at position ${end}; expected P = ${P} at most, the context`,
    );
  switch (model.family) {
    case "opt":
      return opt(ops, model.config, model.weights, tokens, cache);
    case "opt-post-norm":
      return optPostNorm(ops, model.config, model.weights, tokens, cache);
    case "llama":
      return llama(ops, model.config, model.weights, tokens, cache);
    case "falcon":
      return falcon(ops, model.config, model.weights, tokens, cache);
  }
}
