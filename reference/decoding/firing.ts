// Which neurons fire while a model reads, and which rows of its weights are theirs.
// Paper: section 5.1. A neuron fires where what the down projection reads is not zero.
import { fired } from "../measure/aggregated.ts";
import type { Cache } from "../models/cache.ts";
import { forward, type Model, type Run } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import type { Matrix, Tensor, Tokens } from "../tensor.ts";

/** A run over T tokens, and which neurons fired in it. */
export interface Firing {
  readonly run: Run;
  /** what fired in each layer: 1 or 0, [T, F] */
  readonly masks: readonly Matrix<"T", "F">[];
}

/** Reads T tokens that follow what `cache` remembers. */
export function firing(ops: Ops, model: Model, tokens: Tokens, cache: Cache): Firing {
  const run = forward(ops, model, tokens, cache);
  return { run, masks: run.layers.map(({ hidden }) => fired(hidden.hidden)) };
}

/** Layer by layer, the weight tensors of whose rows one is neuron f's: down, and a gated up. */
export function neuronRows(model: Model): readonly (readonly Tensor[])[] {
  switch (model.family) {
    case "opt":
    case "opt-post-norm":
      return model.weights.layers.map(({ down }) => [down.weight]);
    case "llama":
      return model.weights.layers.map(({ up, down }) => [up, down]);
    case "falcon":
      return model.weights.layers.map(({ down }) => [down]);
  }
}
