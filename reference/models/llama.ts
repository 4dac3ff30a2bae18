// Llama: root-mean-square norm, rotary positions, shared key and value heads, a gated feed-forward, as a rule no biases.
// Paper: relufied by putting ReLU on the gate (stage 1, section 4.1), then after the norms (stage 2, section 4.2).
import type { Ops } from "../ops/contract.ts";
import type { Matrix, Tokens, Vector } from "../tensor.ts";
import { type Cache, type Memory, positions, remember } from "./cache.ts";
import type { RotaryConfig } from "./config.ts";

export interface LlamaWeights {
  readonly tokens: Matrix<"V", "D">;
  readonly layers: readonly LlamaLayer[];
  readonly norm: Vector<"D">;
  readonly unembedding: Matrix<"V", "D">; // the same tensor as `tokens` when tied
}

export interface LlamaLayer {
  readonly attentionNorm: Vector<"D">;
  readonly query: Matrix<"D", "N·K">;
  readonly queryBias?: Vector<"N·K">; // these four in few of its kind
  readonly key: Matrix<"D", "G·K">;
  readonly keyBias?: Vector<"G·K">;
  readonly value: Matrix<"D", "G·K">;
  readonly valueBias?: Vector<"G·K">;
  readonly output: Matrix<"N·K", "D">;
  readonly outputBias?: Vector<"D">;
  readonly hiddenNorm: Vector<"D">;
  readonly gate: Matrix<"D", "F">;
  readonly gateBias?: Vector<"F">; // where a shift was folded in
  readonly up: Matrix<"F", "D">; // row f is what neuron f reads: a closed gate skips it
  readonly down: Matrix<"F", "D">;
  readonly downBias?: Vector<"D">;
}

/**
 * Logits [T, V] for T tokens that follow what `cache` remembers, with every layer's activations and the longer cache.
 *
 * @see Touvron et al. 2023, arXiv:2302.13971
 */
export function llama(ops: Ops, config: RotaryConfig, weights: LlamaWeights, tokens: Tokens, cache: Cache) {
  let x = ops.embed(tokens, weights.tokens);

  const layers = [];
  for (const [l, layer] of weights.layers.entries()) {
    const attention = attentionBlock(ops, config, layer, x, cache[l]);
    const middle = ops.add(x, attention.y);
    const hidden = feedForward(ops, config, layer, middle);
    x = ops.add(middle, hidden.y);
    layers.push({ attention, hidden });
  }

  const logits = ops.unembed(ops.rmsNorm(x, weights.norm, config.epsilon), weights.unembedding);
  return { logits, layers, cache: layers.map(({ attention }) => attention.memory) };
}

function attentionBlock(
  ops: Ops,
  config: RotaryConfig,
  layer: LlamaLayer,
  x: Matrix<"T", "D">,
  past?: Memory,
) {
  const { rmsNorm, activate, linear, rotary, attend } = ops;
  const { K } = config.sizes;
  const rotation = { ...config.rotary, K, start: positions(past) };

  const input = activate(rmsNorm(x, layer.attentionNorm, config.epsilon), config.afterNorm);
  const query = rotary(linear(input, layer.query, layer.queryBias), rotation);
  const key = rotary(linear(input, layer.key, layer.keyBias), rotation);
  const value = linear(input, layer.value, layer.valueBias);
  const memory = remember(ops, past, { key, value });
  const mixed = attend(query, memory.keys, memory.values, K);
  return { input, query, memory, mixed, y: linear(mixed, layer.output, layer.outputBias) };
}

/** down · (f(gate · x) ⊙ (up · x)): where f closes the gate, a row of up and a row of down go unread. */
function feedForward(ops: Ops, config: RotaryConfig, layer: LlamaLayer, x: Matrix<"T", "D">) {
  const { rmsNorm, activate, linear, gatedLinear } = ops;

  const input = activate(rmsNorm(x, layer.hiddenNorm, config.epsilon), config.afterNorm);
  const preactivation = linear(input, layer.gate, layer.gateBias);
  const gate = activate(preactivation, config.activation);
  const hidden = gatedLinear(input, layer.up, gate);
  return { input, preactivation, gate, hidden, y: linear(hidden, layer.down, layer.downBias) };
}
