// A model as a Hugging Face directory: config.json and model.safetensors, in the names and layout of its family.
import type { Sizes } from "../models/config.ts";
import type { Model } from "../models/model.ts";
import type { Numbers } from "../tensor.ts";
import { roundedTo } from "./dtype.ts";
import { FormatError } from "./format-error.ts";
import { fromBF16, fromF16, toBF16, toF16 } from "./half.ts";
import { activationFacts, activationName } from "./hugging-face-activation.ts";
import { biasesOf, namedTensors } from "./hugging-face-names.ts";
import { scalingJson } from "./hugging-face-rotary.ts";
import { type StoredTensor, writeSafetensors } from "./safetensors-writer.ts";

/** A file of the directory, in chunks. */
export interface Part {
  readonly file: string;
  readonly chunks: Iterable<Uint8Array>;
}

type Float = "F16" | "BF16" | "F32" | "F64";

/**
 * The parts that `loadHuggingFace` reads back.
 *
 * Interleaved rotary pairs become half-split ones, which changes the order of sums in attention and nothing else.
 * Activations that the format has no name for, and those after norms, are kept in a member `relukit` of config.json.
 *
 * @param dtype  what to round each weight to; without it, each stays as exact as it is, F32 or F64
 * @throws {FormatError} when the family's format has no place for the model's sizes
 */
export function writeHuggingFace(model: Model, dtype?: Float): readonly Part[] {
  const text = new TextEncoder().encode(`${JSON.stringify(configJson(model), undefined, 2)}\n`);
  return [
    { file: "config.json", chunks: [text] },
    { file: "model.safetensors", chunks: writeSafetensors(storedOf(model, dtype), { format: "pt" }) },
  ];
}

/**
 * The smallest of BF16, F16, F32 and F64 that keeps every weight as it is. Vectors alone ask for no more than F32: a bias
 * that a shift was folded into is rounded to that.
 */
export function exactFloat(model: Model): Float {
  const tensors = namedTensors(model);
  const keeps = (dtype: "BF16" | "F16" | "F32", some = tensors): boolean =>
    some.every(({ numbers }) => {
      const back = widened(dtype, numbers);
      return numbers.every((value, i) => Object.is(value, back[i]));
    });
  const matrices = tensors.filter(({ shape }) => shape.length > 1);
  return keeps("BF16") ? "BF16" : keeps("F16") ? "F16" : keeps("F32", matrices) ? "F32" : "F64";
}

function widened(dtype: "BF16" | "F16" | "F32", numbers: Numbers): Float32Array {
  if (dtype === "F32") return Float32Array.from(numbers);
  return dtype === "BF16" ? fromBF16(toBF16(numbers)) : fromF16(toF16(numbers));
}

function storedOf(model: Model, dtype: Float | undefined): readonly StoredTensor[] {
  return namedTensors(model).map(({ name, shape, numbers }) => {
    const as = dtype ?? (numbers instanceof Float32Array ? "F32" : "F64");
    return { name, dtype: as, shape, data: roundedTo(as, numbers) };
  });
}

/** What config.json says of a model. @throws {FormatError} when the family's format has no place for its sizes */
export function configJson({ family, config, weights }: Model): Readonly<Record<string, unknown>> {
  const { V, D, F, L, N, G, K, P } = config.sizes;
  const act = activationName(config.activation);
  const own = {
    ...(act.startsWith("relukit") ? { activation: config.activation } : {}),
    ...(config.afterNorm.kind === "identity" ? {} : { after_norm: config.afterNorm }),
  };
  const shared = {
    model_type: family === "opt-post-norm" ? "opt" : family,
    vocab_size: V,
    hidden_size: D,
    num_hidden_layers: L,
    num_attention_heads: N,
    max_position_embeddings: P,
    tie_word_embeddings: weights.unembedding === weights.tokens,
    ...(Object.keys(own).length > 0 ? { relukit: own } : {}),
  };
  const rotary =
    "rotary" in config ? { rope_theta: config.rotary.base, ...scalingJson(config.rotary.scaling) } : {};
  const { attention, hidden } = biasesOf(weights.layers);
  const facts = activationFacts(config.activation);
  switch (family) {
    case "opt":
    case "opt-post-norm":
      if (config.epsilon !== 1e-5)
        throw new FormatError(
          `writeHuggingFace: epsilon is ${config.epsilon}; expected 0.00001, since the opt format has no place for another`,
        );
      demand(G === N && N * K === D, family, `G = N and N · K = D, not ${G}, ${N} and ${N} · ${K}`);
      return {
        architectures: ["OPTForCausalLM"],
        ...shared,
        word_embed_proj_dim: weights.tokens.shape[1],
        ffn_dim: F,
        activation_function: act,
        ...facts,
        do_layer_norm_before: family === "opt",
        ...(family === "opt" && !("norm" in weights) ? { _remove_final_layer_norm: true } : {}),
        enable_bias: true,
        layer_norm_eps: config.epsilon,
      };
    case "llama":
      return {
        architectures: ["LlamaForCausalLM"],
        ...shared,
        ...rotary,
        intermediate_size: F,
        num_key_value_heads: G,
        head_dim: K,
        ...(attention ? { attention_bias: true } : {}),
        ...(hidden ? { mlp_bias: true } : {}),
        hidden_act: act,
        ...facts,
        rms_norm_eps: config.epsilon,
      };
    case "falcon":
      demand(N * K === D, family, `N · K = D, not ${N} · ${K}`);
      return {
        architectures: ["FalconForCausalLM"],
        ...shared,
        ...rotary,
        ffn_hidden_size: F,
        activation: act,
        ...facts,
        layer_norm_epsilon: config.epsilon,
        ...falconKind(weights.layers, config.sizes),
        alibi: false,
        bias: attention || hidden,
      };
  }
}

/** Which of Falcon's kinds has these heads and norms. */
function falconKind(layers: readonly object[], { N, G }: Sizes): Readonly<Record<string, unknown>> {
  const two = layers.some((layer) => "hiddenNorm" in layer);
  if (!two && (G === 1 || G === N))
    return { multi_query: G === 1, parallel_attn: true, new_decoder_architecture: false };
  return { new_decoder_architecture: true, num_kv_heads: G, num_ln_in_parallel_attn: two ? 2 : 1 };
}

function demand(fits: boolean, family: string, expected: string): void {
  if (!fits)
    throw new FormatError(
      `writeHuggingFace: the ${family} format has no place for these sizes; expected ${expected}`,
    );
}
