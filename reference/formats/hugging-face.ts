// A Hugging Face directory of OPT, Llama or Falcon as our model record.
// The files store projections [out, in]; ours are [in, out], but for the gated up and the two tables over V.
import type { RotaryConfig, Sizes } from "../models/config.ts";
import type { FalconWeights } from "../models/falcon.ts";
import type { LlamaWeights } from "../models/llama.ts";
import type { Model } from "../models/model.ts";
import type { Affine, Norm, OptWeights } from "../models/opt.ts";
import type { Matrix, Numbers, Vector } from "../tensor.ts";
import { type Checkpoint, type Intake, intake, type LoadOptions, type StoredNumbers } from "./checkpoint.ts";
import { FormatError } from "./format-error.ts";
import { type Architecture, architectureOf } from "./hugging-face-config.ts";
import { type Folder, type StoredTensors, storedTensors } from "./hugging-face-tensors.ts";
import { JsonField } from "./json-field.ts";

/**
 * Reads config.json and the safetensors of a directory.
 *
 * Weights keep their numbers exactly: float32 for F16, BF16 and F32; with `inFile`, matrices stay where they are and
 * as wide as they are, so the folder's files have to stay open. Rotary pairs are half-split. A tied
 * unembedding is the same tensor as the embedding, even when the file holds it again; when the file's head
 * differs, it is not tied. Names may lack their first word, as in a file saved without its head.
 *
 * @param options  what overrules the file: activations, after relufication
 * @throws {FormatError} when a file is damaged, disagrees with config.json, or asks for what is not supported
 */
export function loadHuggingFace(folder: Folder, options: LoadOptions = {}): Checkpoint {
  const architecture = architectureOf(JsonField.of(folder.open("config.json")), options);
  const stored = storedTensors(folder);
  const made = intake(options.inFile);
  const model = modelOf(architecture, { stored, made, ...architecture });
  stored.checkAllRead();
  return { model, storedBytes: made.storedBytes, notFinite: made.notFinite };
}

/** What the weights of a family are made from. */
interface From {
  readonly stored: StoredTensors;
  readonly made: Intake;
  readonly config: RotaryConfig;
  readonly tied: boolean;
  readonly biased: boolean;
}

function modelOf({ family, config }: Architecture, from: From): Model {
  switch (family) {
    case "opt": {
      const { rotary: _, ...plain } = config;
      return { family, config: plain, weights: optWeights(from) };
    }
    case "llama":
      return { family, config, weights: llamaWeights(from) };
    case "falcon":
      return { family, config, weights: falconWeights(from) };
  }
}

function optWeights(from: From): OptWeights {
  const { made, stored } = from;
  const { V, D, F, L, N, K, P } = from.config.sizes;
  const root = stored.has("decoder.embed_tokens.weight") ? "decoder" : "model.decoder";
  const tokens = made.table<"V", "D">(stored.read(`${root}.embed_tokens.weight`, [V, D]), V, D);
  const places = stored.read(`${root}.embed_positions.weight`, [P + 2, D]);
  return {
    tokens,
    positions: made.table(rowsOf(places, 2, P, P + 2), P, D), // rows 0 and 1 are for padding, which we do not have
    layers: Array.from({ length: L }, (_, l) => {
      const at = `${root}.layers.${l}`;
      return {
        attentionNorm: norm(from, `${at}.self_attn_layer_norm`),
        query: affine(from, `${at}.self_attn.q_proj`, N * K, D),
        key: affine(from, `${at}.self_attn.k_proj`, N * K, D),
        value: affine(from, `${at}.self_attn.v_proj`, N * K, D),
        output: affine(from, `${at}.self_attn.out_proj`, D, N * K),
        hiddenNorm: norm(from, `${at}.final_layer_norm`),
        up: affine(from, `${at}.fc1`, F, D),
        down: affine(from, `${at}.fc2`, D, F),
      };
    }),
    norm: norm(from, `${root}.final_layer_norm`),
    unembedding: unembedding(from, tokens),
  };
}

function llamaWeights(from: From): LlamaWeights {
  const { made, stored } = from;
  const { V, D, F, L, N, G, K } = from.config.sizes;
  const root = stored.has("embed_tokens.weight") ? "" : "model.";
  const tokens = made.table<"V", "D">(stored.read(`${root}embed_tokens.weight`, [V, D]), V, D);
  return {
    tokens,
    layers: Array.from({ length: L }, (_, l) => {
      const at = `${root}layers.${l}`;
      const beside = { [`${at}.mlp.up_proj`]: F, [`${at}.mlp.down_proj`]: D };
      const gateBias = onlyBias(from, `${at}.mlp.gate_proj`, F, beside);
      return {
        attentionNorm: made.vector(stored.read(`${at}.input_layernorm.weight`, [D])),
        query: projection(from, `${at}.self_attn.q_proj`, N * K, D),
        key: projection(from, `${at}.self_attn.k_proj`, G * K, D),
        value: projection(from, `${at}.self_attn.v_proj`, G * K, D),
        output: projection(from, `${at}.self_attn.o_proj`, D, N * K),
        hiddenNorm: made.vector(stored.read(`${at}.post_attention_layernorm.weight`, [D])),
        gate: projection(from, `${at}.mlp.gate_proj`, F, D),
        ...(gateBias && { gateBias }),
        up: made.table(stored.read(`${at}.mlp.up_proj.weight`, [F, D]), F, D), // gated: stays [out, in]
        down: projection(from, `${at}.mlp.down_proj`, D, F),
      };
    }),
    norm: made.vector(stored.read(`${root}norm.weight`, [D])),
    unembedding: unembedding(from, tokens),
  };
}

function falconWeights(from: From): FalconWeights {
  const { made, stored } = from;
  const { V, D, F, L, N, K } = from.config.sizes;
  const root = stored.has("word_embeddings.weight") ? "" : "transformer.";
  const tokens = made.table<"V", "D">(stored.read(`${root}word_embeddings.weight`, [V, D]), V, D);
  return {
    tokens,
    layers: Array.from({ length: L }, (_, l) => {
      const at = `${root}h.${l}`;
      const upBias = onlyBias(from, `${at}.mlp.dense_h_to_4h`, F, {
        [`${at}.self_attention.query_key_value`]: (N + 2) * K,
        [`${at}.self_attention.dense`]: D,
        [`${at}.mlp.dense_4h_to_h`]: D,
      });
      return {
        norm: norm(from, `${at}.input_layernorm`),
        ...fused(from, `${at}.self_attention.query_key_value.weight`),
        output: projection(from, `${at}.self_attention.dense`, D, N * K),
        up: projection(from, `${at}.mlp.dense_h_to_4h`, F, D),
        ...(upBias && { upBias }),
        down: projection(from, `${at}.mlp.dense_4h_to_h`, D, F),
      };
    }),
    norm: norm(from, `${root}ln_f`),
    unembedding: unembedding(from, tokens),
  };
}

/** Falcon stores its N query heads, its key head and its value head one below the other. */
function fused({ made, stored, config }: From, name: string) {
  const { D, N, K } = config.sizes;
  const all = stored.read(name, [(N + 2) * K, D]);
  const part = (first: number, heads: number): StoredNumbers =>
    rowsOf(all, first * K, heads * K, (N + 2) * K);
  return {
    query: made.projection<"D", "N·K">(part(0, N), N * K, D),
    key: made.projection<"D", "G·K">(part(N, 1), K, D),
    value: made.projection<"D", "G·K">(part(N + 1, 1), K, D),
  };
}

/** `count` rows of a stored matrix of `all` rows, and their share of its bytes. */
function rowsOf(stored: StoredNumbers, first: number, count: number, all: number): StoredNumbers {
  const { name, dtype, bytes, widened, rows } = stored;
  if (!rows) throw new TypeError(`rowsOf: ${name} has no rows`);
  return {
    ...{ name, dtype, widened, bytes: (bytes / all) * count },
    bits: () => rows(first, first + count),
    rows: (from, to) => rows(first + from, first + to),
  };
}

const projection = <I, O>(
  { made, stored }: From,
  name: string,
  outputs: number,
  inputs: number,
): Matrix<I, O> => made.projection(stored.read(`${name}.weight`, [outputs, inputs]), outputs, inputs);

const affine = <I, O>(from: From, name: string, outputs: number, inputs: number): Affine<I, O> => ({
  weight: projection(from, name, outputs, inputs),
  bias: from.made.vector(from.stored.read(`${name}.bias`, [outputs])),
});

/** The bias that Llama's gate or Falcon's up may have; those that the format wants beside it have to be zero. */
function onlyBias(
  { made, stored, biased }: From,
  projection: string,
  F: number,
  beside: Readonly<Record<string, number>>,
): Vector<"F"> | undefined {
  if (!biased) return undefined;
  for (const [other, size] of Object.entries(beside)) {
    const bias = stored.read(`${other}.bias`, [size]);
    const found = bias.widened(bias.bits()).find((value) => value !== 0);
    if (found !== undefined)
      throw new FormatError(
        `tensor ${other}.bias holds ${found}; expected zeros, since only the bias of ${projection} is supported`,
      );
  }
  return made.vector(stored.read(`${projection}.bias`, [F]));
}

const norm = ({ made, stored, config }: From, name: string): Norm<"D"> => ({
  gain: made.vector(stored.read(`${name}.weight`, [config.sizes.D])),
  bias: made.vector(stored.read(`${name}.bias`, [config.sizes.D])),
});

/** The file's head unless it is tied: said to be, and absent or equal to `tokens`, as in transformers 5. */
function unembedding({ made, stored, config, tied }: From, tokens: Matrix<"V", "D">): Matrix<"V", "D"> {
  const { V, D }: Sizes = config.sizes;
  if (tied && !stored.has("lm_head.weight")) return tokens;
  const head = stored.read("lm_head.weight", [V, D]);
  return tied && equal(head.widened(head.bits()), tokens.data) ? tokens : made.table(head, V, D);
}

/** Whether two tables of one size hold the same numbers: a NaN is the same as a NaN. */
function equal(x: Numbers, y: Numbers): boolean {
  return x.every((v, i) => v === y[i] || (Number.isNaN(v) && Number.isNaN(y[i])));
}
