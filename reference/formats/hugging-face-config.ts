// config.json of a Hugging Face directory as our configuration, for the architectures that we have, and only those.
import type { RotaryConfig, Sizes } from "../models/config.ts";
import type { LoadOptions } from "./checkpoint.ts";
import { activationNamed, activationOf } from "./hugging-face-activation.ts";
import { isObject } from "./json.ts";
import type { JsonField } from "./json-field.ts";

export interface Architecture {
  readonly family: "opt" | "llama" | "falcon";
  /** Of OPT, whose positions are learned, `rotary` says nothing. */
  readonly config: RotaryConfig;
  /** Whether the unembedding is said to be the embedding table. */
  readonly tied: boolean;
  /** Whether the feed-forward has biases; in Llama and Falcon all but that of the gate, or of up, have to be zero. */
  readonly biased: boolean;
}

const LIMIT = 0x80000000; // 2^31: sizes in files are 32 bits wide

/**
 * What config.json says.
 *
 * Our own `relukit` member, which `writeHuggingFace` adds where the format has no words, holds the exact activations.
 *
 * @throws {FormatError} when a field is missing or wrong, or asks for something that is not supported
 */
export function architectureOf(root: JsonField, options: LoadOptions): Architecture {
  const type = root.get("model_type");
  switch (type.value) {
    case "opt":
      return opt(root, options);
    case "llama":
      return llama(root, options);
    case "falcon":
    case "RefinedWebModel": // what Falcon was called at first
      return falcon(root, options);
    default:
      return type.refuse('"opt", "llama" or "falcon"');
  }
}

function opt(root: JsonField, options: LoadOptions): Architecture {
  must(root, "do_layer_norm_before", true, "norms after each block, as in opt-350m, are not supported");
  must(root, "enable_bias", true, "OPT without biases is not supported");
  must(root, "layer_norm_elementwise_affine", true, "norms without gains are not supported");
  must(root, "_remove_final_layer_norm", false, "OPT without its final norm is not supported");
  const D = size(root, "hidden_size");
  const projected = root.get("word_embed_proj_dim");
  if (projected.whole(1, LIMIT, D) !== D)
    projected.refuse(`hidden_size = ${D}: projected embeddings are not supported`);
  const N = size(root, "num_attention_heads");
  const sizes = sizesOf(root, { D, N, G: N, K: headWidth(root, D, N), F: size(root, "ffn_dim"), P: 0 });
  const config = configOf(root, options, {
    sizes,
    epsilon: ["layer_norm_eps", 1e-5],
    activation: ["activation_function", "relu"],
  });
  return { family: "opt", config, tied: root.get("tie_word_embeddings").flag(true), biased: true };
}

function llama(root: JsonField, options: LoadOptions): Architecture {
  must(root, "attention_bias", false, "biases in Llama's attention are not supported");
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
    biased: root.get("mlp_bias").flag(false),
  };
}

function falcon(root: JsonField, options: LoadOptions): Architecture {
  must(root, "new_decoder_architecture", false, "the decoder of Falcon 40B and 180B is not supported");
  must(root, "alibi", false, "ALiBi positions are not supported");
  must(root, "multi_query", true, "Falcon with a key and value head for each query head is not supported");
  must(root, "parallel_attn", true, "Falcon with one block after the other is not supported");
  const D = size(root, "hidden_size");
  const heads = root.get("num_attention_heads").absent ? "n_head" : "num_attention_heads";
  const N = size(root, heads);
  const F = root.get("ffn_hidden_size").whole(1, LIMIT, 4 * D);
  const sizes = sizesOf(root, { D, N, G: 1, K: turningWidth(root, D, N), F, P: 2048 });
  const config = configOf(root, options, {
    sizes,
    epsilon: ["layer_norm_epsilon", 1e-5],
    activation: ["activation", "gelu"],
  });
  return {
    ...{ family: "falcon", config, tied: root.get("tie_word_embeddings").flag(true) },
    biased: root.get("bias").flag(false),
  };
}

const size = (root: JsonField, name: string): number => root.get(name).whole(1, LIMIT);

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
  const layers = root.get("num_hidden_layers").absent ? root.get("n_layer") : root.get("num_hidden_layers");
  const positions = root.get("max_position_embeddings");
  const P = some.P > 0 ? positions.whole(1, LIMIT, some.P) : positions.whole(1, LIMIT);
  return { ...some, V: size(root, "vocab_size"), L: layers.whole(1, LIMIT), P };
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
  const named = root.get(activation[0]);
  const exact = own.get("activation");
  const after = own.get("after_norm");
  const small = root.get(epsilon[0]);
  return {
    sizes,
    epsilon: small.real(epsilon[1]) >= 0 ? small.real(epsilon[1]) : small.refuse("a number of 0 or more"),
    rotary: { base: baseOf(root), pairing: "half-split" },
    activation:
      options.activation ?? (exact.absent ? activationNamed(named, activation[1]) : activationOf(exact)),
    afterNorm: options.afterNorm ?? (after.absent ? { kind: "identity" } : activationOf(after)),
  };
}

/** θ of the rotary positions; newer files keep it in `rope_parameters`. */
function baseOf(root: JsonField): number {
  for (const name of ["rope_scaling", "rope_parameters"]) {
    const scaling = root.get(name);
    const type = scaling.get(scaling.get("rope_type").absent ? "type" : "rope_type");
    const unsaid = name === "rope_parameters" ? "default" : undefined;
    if (!scaling.absent && type.text(unsaid) !== "default")
      type.refuse('"default": scaled positions are not supported');
  }
  const parameters = root.get("rope_parameters");
  for (const [, field] of parameters.absent ? [] : parameters.members()) {
    if (isObject(field.value))
      field.refuse("no object: positions that differ from layer to layer are not supported");
  }
  const partial = root.get("partial_rotary_factor");
  if (partial.real(1) !== 1) partial.refuse("1: positions on a part of each head are not supported");
  const inner = parameters.get("rope_theta");
  const theta = inner.absent ? root.get("rope_theta") : inner;
  return theta.real(10000) > 0 ? theta.real(10000) : theta.refuse("a number above 0");
}
