// OPT: layer norm first, learned positions, biases everywhere, a plain feed-forward, tied embeddings.
// The one whose norms come after is on a page of its own, opt-post-norm.ts.
// Paper: trained with ReLU, the model whose sparsity started it all (3.1); G = N, every query head has its own keys.
import type { Ops } from "../ops/contract.ts";
import type { Matrix, Tokens, Vector } from "../tensor.ts";
import { type Cache, type Memory, positions, remember } from "./cache.ts";
import type { Config } from "./config.ts";

export interface OptWeights {
  readonly tokens: Matrix<"V", "D">;
  readonly positions: Matrix<"P", "D">;
  readonly layers: readonly OptLayer[];
  readonly norm?: Norm<"D">; // all but a few early ones have it
  readonly unembedding: Matrix<"V", "D">; // the same tensor as `tokens` when tied
  /** Where the embeddings are narrower than the model, as in 350M: the way in, and the way out. */
  readonly projectIn?: Matrix<"D", "D">;
  readonly projectOut?: Matrix<"D", "D">;
}

export interface OptLayer {
  readonly attentionNorm: Norm<"D">;
  readonly query: Affine<"D", "N·K">;
  readonly key: Affine<"D", "G·K">;
  readonly value: Affine<"D", "G·K">;
  readonly output: Affine<"N·K", "D">;
  readonly hiddenNorm: Norm<"D">;
  readonly up: Affine<"D", "F">;
  readonly down: Affine<"F", "D">;
}

export interface Affine<I, O> {
  readonly weight: Matrix<I, O>;
  readonly bias: Vector<O>;
}

export interface Norm<D> {
  readonly gain: Vector<D>;
  readonly bias: Vector<D>;
}

/**
 * Logits [T, V] for T tokens that follow what `cache` remembers, with every layer's activations and the longer cache.
 *
 * @see Zhang et al. 2022, arXiv:2205.01068
 */
export function opt(ops: Ops, config: Config, weights: OptWeights, tokens: Tokens, cache: Cache) {
  const start = positions(cache[0]);
  const places = tokens.map((_, t) => start + t);
  const embedded = projected(ops, ops.embed(tokens, weights.tokens), weights.projectIn);
  let x = ops.add(embedded, ops.embed(places, weights.positions));

  const layers = [];
  for (const [l, layer] of weights.layers.entries()) {
    const input = ops.activate(normed(ops, config, x, layer.attentionNorm), config.afterNorm);
    const attention = attentionBlock(ops, config, layer, input, cache[l]);
    const middle = ops.add(x, attention.y);
    const hiddenInput = ops.activate(normed(ops, config, middle, layer.hiddenNorm), config.afterNorm);
    const hidden = feedForward(ops, config, layer, hiddenInput);
    x = ops.add(middle, hidden.y);
    layers.push({ attention, hidden });
  }

  const last = projected(ops, normed(ops, config, x, weights.norm), weights.projectOut);
  const logits = ops.unembed(last, weights.unembedding);
  return { logits, layers, cache: layers.map(({ attention }) => attention.memory) };
}

export function attentionBlock(
  ops: Ops,
  config: Config,
  layer: OptLayer,
  input: Matrix<"T", "D">,
  past?: Memory,
) {
  const query = affine(ops, input, layer.query);
  const key = affine(ops, input, layer.key);
  const value = affine(ops, input, layer.value);
  const memory = remember(ops, past, { key, value });
  const mixed = ops.attend(query, memory.keys, memory.values, config.sizes.K);
  return { input, query, memory, mixed, y: affine(ops, mixed, layer.output) };
}

/** down · f(up · x): where f gives zero, a row of down goes unread. */
export function feedForward(ops: Ops, config: Config, layer: OptLayer, input: Matrix<"T", "D">) {
  const preactivation = affine(ops, input, layer.up);
  const hidden = ops.activate(preactivation, config.activation);
  return { input, preactivation, hidden, y: affine(ops, hidden, layer.down) };
}

const affine = <I, O>(ops: Ops, x: Matrix<"T", I>, { weight, bias }: Affine<I, O>) =>
  ops.linear(x, weight, bias);

/** The norm of x; x where there is none. */
export const normed = (ops: Ops, { epsilon }: Config, x: Matrix<"T", "D">, norm?: Norm<"D">) =>
  norm ? ops.layerNorm(x, norm.gain, norm.bias, epsilon) : x;

/** x in another width; x where there is no projection. */
export const projected = (ops: Ops, x: Matrix<"T", "D">, w?: Matrix<"D", "D">) => (w ? ops.linear(x, w) : x);
