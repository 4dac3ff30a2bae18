// Falcon: attention and feed-forward side by side, few key and value heads, as a rule no biases. 7B has one norm for both
// and one head of keys and values; 40B and 180B have a norm for each and several heads.
// Paper: relufied like OPT; the one norm makes the inputs of Q, K, V and of up the same tensor, equally sparse (table 1).
import type { Ops } from "../ops/contract.ts";
import type { Matrix, Tokens, Vector } from "../tensor.ts";
import { type Cache, type Memory, positions, remember } from "./cache.ts";
import type { RotaryConfig } from "./config.ts";
import type { Norm } from "./opt.ts";

export interface FalconWeights {
  readonly tokens: Matrix<"V", "D">;
  readonly layers: readonly FalconLayer[];
  readonly norm: Norm<"D">;
  readonly unembedding: Matrix<"V", "D">; // the same tensor as `tokens` when tied
}

export interface FalconLayer {
  readonly norm: Norm<"D">;
  readonly hiddenNorm?: Norm<"D">; // of the feed-forward, where it does not read what attention reads
  readonly query: Matrix<"D", "N·K">;
  readonly queryBias?: Vector<"N·K">;
  readonly key: Matrix<"D", "G·K">;
  readonly keyBias?: Vector<"G·K">;
  readonly value: Matrix<"D", "G·K">;
  readonly valueBias?: Vector<"G·K">;
  readonly output: Matrix<"N·K", "D">;
  readonly outputBias?: Vector<"D">;
  readonly up: Matrix<"D", "F">;
  readonly upBias?: Vector<"F">; // where a shift was folded in
  readonly down: Matrix<"F", "D">;
  readonly downBias?: Vector<"D">;
}

/**
 * Logits [T, V] for T tokens that follow what `cache` remembers, with every layer's activations and the longer cache.
 *
 * @see Almazrouei et al. 2023, arXiv:2311.16867
 */
export function falcon(ops: Ops, config: RotaryConfig, weights: FalconWeights, tokens: Tokens, cache: Cache) {
  let x = ops.embed(tokens, weights.tokens);

  const layers = [];
  for (const [l, layer] of weights.layers.entries()) {
    const input = behindNorm(ops, config, x, layer.norm);
    const hiddenInput = layer.hiddenNorm ? behindNorm(ops, config, x, layer.hiddenNorm) : input;
    const attention = attentionBlock(ops, config, layer, input, cache[l]);
    const hidden = feedForward(ops, config, layer, hiddenInput);
    x = ops.add(x, ops.add(attention.y, hidden.y));
    layers.push({ attention, hidden });
  }

  const logits = ops.unembed(normed(ops, config, x, weights.norm), weights.unembedding);
  return { logits, layers, cache: layers.map(({ attention }) => attention.memory) };
}

function attentionBlock(
  ops: Ops,
  config: RotaryConfig,
  layer: FalconLayer,
  input: Matrix<"T", "D">,
  past?: Memory,
) {
  const { linear, rotary, attend } = ops;
  const { K } = config.sizes;
  const rotation = { ...config.rotary, K, start: positions(past) };

  const query = rotary(linear(input, layer.query, layer.queryBias), rotation);
  const key = rotary(linear(input, layer.key, layer.keyBias), rotation);
  const value = linear(input, layer.value, layer.valueBias);
  const memory = remember(ops, past, { key, value });
  const mixed = attend(query, memory.keys, memory.values, K);
  return { input, query, memory, mixed, y: linear(mixed, layer.output, layer.outputBias) };
}

/** down · f(up · x): where f gives zero, a row of down goes unread. */
function feedForward(ops: Ops, config: RotaryConfig, layer: FalconLayer, input: Matrix<"T", "D">) {
  const preactivation = ops.linear(input, layer.up, layer.upBias);
  const hidden = ops.activate(preactivation, config.activation);
  return { input, preactivation, hidden, y: ops.linear(hidden, layer.down, layer.downBias) };
}

const behindNorm = (ops: Ops, config: RotaryConfig, x: Matrix<"T", "D">, norm: Norm<"D">) =>
  ops.activate(normed(ops, config, x, norm), config.afterNorm);

const normed = (ops: Ops, { epsilon }: RotaryConfig, x: Matrix<"T", "D">, { gain, bias }: Norm<"D">) =>
  ops.layerNorm(x, gain, bias, epsilon);
