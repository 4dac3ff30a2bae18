// config.json of a Hugging Face directory as our configuration, for the architectures that we have, and only those.
import type { RotaryConfig, Sizes } from "../models/config.ts";
import type { Model } from "../models/model.ts";
import type { LoadOptions } from "./checkpoint.ts";
import { activationNamed, activationOf } from "./hugging-face-activation.ts";
import { positionsOf } from "./hugging-face-rotary.ts";
import type { JsonField } from "./json-field.ts";

/** What config.json says of a model: its configuration, and which tensors there are. */
export interface Architecture {
  readonly family: Model["family"];
  /** Of OPT, whose positions are learned, `rotary` says nothing. */
  readonly config: RotaryConfig;
  /** Whether the unembedding is said to be the embedding table. */
  readonly tied: boolean;
  /** Whether attention's projections have biases, and the feed-forward's. */
  readonly attentionBiased: boolean;
  readonly hiddenBiased: boolean;
  /** The width of the embeddings: D, but for OPT 350M. */
  readonly embedded: number;
  /** Whether norms have gains and biases, and the last norm is there; of OPT. */
  readonly affineNorms: boolean;
  readonly lastNorm: boolean;
  /** How many norms a layer has, of Falcon. */
  readonly norms: 1 | 2;
}

const LIMIT = 0x80000000; // 2^31: sizes in files are 32 bits wide
const MOST_LAYERS = 65536;
/** ε of OPT's norms: its config.json has no field for it. */
const EPSILON = 1e-5;

/**
 * What config.json says.
 *
 * Our own `relukit` member, which `writeHuggingFace` adds where the format has no words, holds the exact activations.
 *
 * @throws {FormatError} when a field is missing or wrong, or asks for something that is not supported
 */
export function architectureOf(root: JsonField, options: LoadOptions): Architecture {
  const quantized = root.get("quantization_config");
  if (!quantized.absent)
    quantized.refuse("none: quantized checkpoints are not read; save it in F16, BF16 or F32");
  const type = root.get("model_type");
  switch (type.value) {
    case "opt":
      return opt(root, options);
    case "llama":
      return llama(root, options);
    case "falcon":
    case "RefinedWebModel": // what Falcon was called at first: 7B and 1B,
    case "RefinedWeb": // and 40B
      return falcon(root, options, type.value === "RefinedWeb");
    default:
      return type.refuse('"opt", "llama" or "falcon"');
  }
}

function opt(root: JsonField, options: LoadOptions): Architecture {
  const D = size(root, "hidden_size");
  const N = size(root, "num_attention_heads");
  const sizes = sizesOf(root, { D, N, G: N, K: headWidth(root, D, N), F: size(root, "ffn_dim"), P: 0 });
  const biased = root.get("enable_bias").flag(true);
  const before = root.get("do_layer_norm_before").flag(true);
  const config = configOf(root, options, {
    sizes,
    epsilon: ["layer_norm_eps", EPSILON],
    activation: ["activation_function", "relu"],
  });
  if (config.epsilon !== EPSILON)
    root.get("layer_norm_eps").refuse(`${EPSILON}: OPT has no other, and engines that read it take no other`);
  if (!before && config.afterNorm.kind !== "identity")
    root
      .get("do_layer_norm_before")
      .refuse("true, for a ReLU after norms: where norms come after each block, it has no place");
  return {
    ...{ family: before ? "opt" : "opt-post-norm", config, tied: root.get("tie_word_embeddings").flag(true) },
    ...{ attentionBiased: biased, hiddenBiased: biased, norms: 2 },
    embedded: root.get("word_embed_proj_dim").whole(1, LIMIT, D),
    affineNorms: root.get("layer_norm_elementwise_affine").flag(true),
    lastNorm: before && !root.get("_remove_final_layer_norm").flag(false),
  };
}

function llama(root: JsonField, options: LoadOptions): Architecture {
  const D = size(root, "hidden_size");
  const N = size(root, "num_attention_heads");
  const G = root.get("num_key_value_heads").whole(1, LIMIT, N);
  if (N % G !== 0) root.get("num_key_value_heads").refuse(`a divisor of num_attention_heads = ${N}`);
  const K = turningWidth(root, D, N);
  const sizes = sizesOf(root, { D, N, G, K, F: size(root, "intermediate_size"), P: 0 });
  const config = configOf(root, options, {
    sizes,
    epsilon: ["rms_norm_eps", 1e-6],
    activation: ["hidden_act", "silu"],
  });
  return {
    ...{ family: "llama", config, tied: root.get("tie_word_embeddings").flag(false) },
    attentionBiased: root.get("attention_bias").flag(false),
    hiddenBiased: root.get("mlp_bias").flag(false),
    ...{ embedded: D, affineNorms: true, lastNorm: true, norms: 2 },
  };
}

/** @param grouped  whether it is of 40B's kind where it does not say */
function falcon(root: JsonField, options: LoadOptions, grouped: boolean): Architecture {
  must(root, "alibi", false, "ALiBi positions are not supported");
  const several = root.get("new_decoder_architecture").flag(grouped);
  must(root, "parallel_attn", true, "Falcon with one block after the other is not supported");
  const [D, N] = [size(root, "hidden_size", "n_embed"), size(root, "num_attention_heads", "n_head")];
  const heads = named(root, "num_kv_heads", "n_head_kv");
  const G = several ? heads.whole(1, LIMIT, N) : root.get("multi_query").flag(true) ? 1 : N;
  if (N % G !== 0) heads.refuse(`a divisor of num_attention_heads = ${N}`);
  const F = root.get("ffn_hidden_size").whole(1, LIMIT, 4 * D);
  const sizes = sizesOf(root, { D, N, G, K: turningWidth(root, D, N), F, P: 2048 });
  const config = configOf(root, options, {
    sizes,
    epsilon: ["layer_norm_epsilon", 1e-5],
    activation: ["activation", "gelu"],
  });
  const biased = root.get("bias").flag(false);
  return {
    ...{ family: "falcon", config, tied: root.get("tie_word_embeddings").flag(true) },
    ...{ attentionBiased: biased, hiddenBiased: biased },
    ...{ embedded: D, affineNorms: true, lastNorm: true },
    norms: several && root.get("num_ln_in_parallel_attn").whole(1, 3, 2) === 2 ? 2 : 1,
  };
}

/** A field, by its name or, where that is absent, by the one that it had at first. */
const named = (root: JsonField, name: string, once: string): JsonField =>
  root.get(name).absent && !root.get(once).absent ? root.get(once) : root.get(name);

const size = (root: JsonField, name: string, once = name): number => named(root, name, once).whole(1, LIMIT);

function headWidth(root: JsonField, D: number, N: number): number {
  return D % N === 0 ? D / N : root.get("hidden_size").refuse(`a multiple of ${N}, the attention heads`);
}

/** The width of a head whose pairs turn: D/N unless `head_dim` says otherwise. */
function turningWidth(root: JsonField, D: number, N: number): number {
  const field = root.get("head_dim");
  const K = field.absent ? headWidth(root, D, N) : size(root, "head_dim");
  const from = field.absent ? root.get("hidden_size") : field;
  return K % 2 === 0 ? K : from.refuse("heads of an even width, for pairs that turn");
}

/** The sizes that all families call the same; P is what to take when the file does not say, 0 for nothing. */
function sizesOf(root: JsonField, some: Omit<Sizes, "V" | "L">): Sizes {
  const layers = named(root, "num_hidden_layers", "n_layer");
  const positions = root.get("max_position_embeddings");
  const P = some.P > 0 ? positions.whole(1, LIMIT, some.P) : positions.whole(1, LIMIT);
  return { ...some, V: size(root, "vocab_size"), L: layers.whole(1, MOST_LAYERS + 1), P };
}

/** Refuses a flag that changes the architecture; an absent one has the value that is supported. */
function must(root: JsonField, name: string, wanted: boolean, reason: string): void {
  const field = root.get(name);
  if (field.flag(wanted) !== wanted) field.refuse(`${wanted}: ${reason}`);
}

/** A field, and what stands for it where the file has none. */
type Usual<V> = readonly [field: string, usual: V];

interface Terms {
  readonly sizes: Sizes;
  readonly epsilon: Usual<number>;
  readonly activation: Usual<string>;
}

function configOf(
  root: JsonField,
  options: LoadOptions,
  { sizes, epsilon, activation }: Terms,
): RotaryConfig {
  const own = root.get("relukit");
  const exact = own.get("activation");
  const after = own.get("after_norm");
  const small = root.get(epsilon[0]);
  return {
    sizes,
    epsilon: small.real(epsilon[1]) >= 0 ? small.real(epsilon[1]) : small.refuse("a number of 0 or more"),
    rotary: { ...positionsOf(root), pairing: "half-split" },
    activation:
      options.activation ??
      (exact.absent ? activationNamed(root, activation[0], activation[1]) : activationOf(exact)),
    afterNorm: options.afterNorm ?? (after.absent ? { kind: "identity" } : activationOf(after)),
  };
}
