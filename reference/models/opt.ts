// OPT: layer norm first, learned positions, biases everywhere, a plain feed-forward, tied embeddings.
// Paper: trained with ReLU, the model whose sparsity started it all (3.1); G = N, every query head has its own keys.
import type { Ops } from "../ops/contract.ts";
import type { Matrix, Tokens, Vector } from "../tensor.ts";
import { type Cache, type Memory, positions, remember } from "./cache.ts";
import type { Config } from "./config.ts";

export interface OptWeights {
  readonly tokens: Matrix<"V", "D">;
  readonly positions: Matrix<"P", "D">;
  readonly layers: readonly OptLayer[];
  readonly norm: Norm<"D">;
  readonly unembedding: Matrix<"V", "D">; // the same tensor as `tokens` when tied
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
  let x = ops.add(ops.embed(tokens, weights.tokens), ops.embed(places, weights.positions));

  const layers = [];
  for (const [l, layer] of weights.layers.entries()) {
    const attention = attentionBlock(ops, config, layer, x, cache[l]);
    const middle = ops.add(x, attention.y);
    const hidden = feedForward(ops, config, layer, middle);
    x = ops.add(middle, hidden.y);
    layers.push({ attention, hidden });
  }

  const logits = ops.unembed(normed(ops, config, x, weights.norm), weights.unembedding);
  return { logits, layers, cache: layers.map(({ attention }) => attention.memory) };
}

function attentionBlock(ops: Ops, config: Config, layer: OptLayer, x: Matrix<"T", "D">, past?: Memory) {
  const input = ops.activate(normed(ops, config, x, layer.attentionNorm), config.afterNorm);
  const query = affine(ops, input, layer.query);
  const key = affine(ops, input, layer.key);
  const value = affine(ops, input, layer.value);
  const memory = remember(ops, past, { key, value });
  const mixed = ops.attend(query, memory.keys, memory.values, config.sizes.K);
  return { input, query, memory, mixed, y: affine(ops, mixed, layer.output) };
}

/** down · f(up · x): where f gives zero, a row of down goes unread. */
function feedForward(ops: Ops, config: Config, layer: OptLayer, x: Matrix<"T", "D">) {
  const input = ops.activate(normed(ops, config, x, layer.hiddenNorm), config.afterNorm);
  const preactivation = affine(ops, input, layer.up);
  const hidden = ops.activate(preactivation, config.activation);
  return { input, preactivation, hidden, y: affine(ops, hidden, layer.down) };
}

const affine = <I, O>(ops: Ops, x: Matrix<"T", I>, { weight, bias }: Affine<I, O>) =>
  ops.linear(x, weight, bias);

const normed = (ops: Ops, { epsilon }: Config, x: Matrix<"T", "D">, { gain, bias }: Norm<"D">) =>
  ops.layerNorm(x, gain, bias, epsilon);
