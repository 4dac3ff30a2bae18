// OPT 350M: as OPT, but each block is normed after it was added, and no norm comes last.
// So what Q, K, V and up read is the residual stream itself, and stage 2, a ReLU behind norms, has no place here.
import type { Ops } from "../ops/contract.ts";
import type { Tokens } from "../tensor.ts";
import { type Cache, positions } from "./cache.ts";
import type { Config } from "./config.ts";
import { attentionBlock, feedForward, normed, type OptWeights, projected } from "./opt.ts";

/**
 * Logits [T, V] for T tokens that follow what `cache` remembers, with every layer's activations and the longer cache.
 *
 * @throws {RangeError} when the configuration has a ReLU after norms
 * @see Zhang et al. 2022, arXiv:2205.01068
 */
export function optPostNorm(ops: Ops, config: Config, weights: OptWeights, tokens: Tokens, cache: Cache) {
  if (config.afterNorm.kind !== "identity")
    throw new RangeError(
      "optPostNorm: there is an activation after norms; expected none, in the residual stream",
    );
  const start = positions(cache[0]);
  const places = tokens.map((_, t) => start + t);
  const embedded = projected(ops, ops.embed(tokens, weights.tokens), weights.projectIn);
  let x = ops.add(embedded, ops.embed(places, weights.positions));

  const layers = [];
  for (const [l, layer] of weights.layers.entries()) {
    const attention = attentionBlock(ops, config, layer, x, cache[l]);
    const middle = normed(ops, config, ops.add(x, attention.y), layer.attentionNorm);
    const hidden = feedForward(ops, config, layer, middle);
    x = normed(ops, config, ops.add(middle, hidden.y), layer.hiddenNorm);
    layers.push({ attention, hidden });
  }

  const logits = ops.unembed(projected(ops, x, weights.projectOut), weights.unembedding);
  return { logits, layers, cache: layers.map(({ attention }) => attention.memory) };
}
