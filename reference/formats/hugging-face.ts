// A Hugging Face directory of OPT, Llama or Falcon as our model record.
// The files store projections [out, in]; ours are [in, out], but for the gated up and the two tables over V.
import type { Sizes } from "../models/config.ts";
import type { FalconWeights } from "../models/falcon.ts";
import type { LlamaWeights } from "../models/llama.ts";
import type { Model } from "../models/model.ts";
import type { Affine, Norm, OptWeights } from "../models/opt.ts";
import { type Matrix, type Numbers, type Vector, vector } from "../tensor.ts";
import { type Checkpoint, type Intake, intake, type LoadOptions, type StoredNumbers } from "./checkpoint.ts";
import { FormatError } from "./format-error.ts";
import { type Architecture, architectureOf } from "./hugging-face-config.ts";
import { type Group, groups, joinedRows } from "./hugging-face-groups.ts";
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
interface From extends Architecture {
  readonly stored: StoredTensors;
  readonly made: Intake;
}

function modelOf({ family, config }: Architecture, from: From): Model {
  switch (family) {
    case "opt":
    case "opt-post-norm": {
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
  const { made, stored, embedded: E } = from;
  const { V, D, F, L, N, K, P } = from.config.sizes;
  const root = stored.has("decoder.embed_tokens.weight") ? "decoder" : "model.decoder";
  const tokens = made.table<"V", "D">(stored.read(`${root}.embed_tokens.weight`, [V, E]), V, E);
  const places = stored.read(`${root}.embed_positions.weight`, [P + 2, D]);
  return {
    tokens,
    positions: made.table(rowsOf(places, [{ first: 2, count: P }], P + 2), P, D), // rows 0 and 1 are for padding
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
    ...(from.lastNorm && { norm: norm(from, `${root}.final_layer_norm`) }),
    unembedding: unembedding(from, tokens),
    ...(E !== D && {
      projectIn: projection(from, `${root}.project_in`, D, E),
      projectOut: projection(from, `${root}.project_out`, E, D),
    }),
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
      const { attentionBiased, hiddenBiased } = from;
      if (hiddenBiased) mustBeZero(from, `${at}.mlp.up_proj`, F);
      return {
        attentionNorm: made.vector(stored.read(`${at}.input_layernorm.weight`, [D])),
        query: projection(from, `${at}.self_attn.q_proj`, N * K, D),
        ...bias(from, attentionBiased, "queryBias", `${at}.self_attn.q_proj`, N * K),
        key: projection(from, `${at}.self_attn.k_proj`, G * K, D),
        ...bias(from, attentionBiased, "keyBias", `${at}.self_attn.k_proj`, G * K),
        value: projection(from, `${at}.self_attn.v_proj`, G * K, D),
        ...bias(from, attentionBiased, "valueBias", `${at}.self_attn.v_proj`, G * K),
        output: projection(from, `${at}.self_attn.o_proj`, D, N * K),
        ...bias(from, attentionBiased, "outputBias", `${at}.self_attn.o_proj`, D),
        hiddenNorm: made.vector(stored.read(`${at}.post_attention_layernorm.weight`, [D])),
        gate: projection(from, `${at}.mlp.gate_proj`, F, D),
        ...bias(from, hiddenBiased, "gateBias", `${at}.mlp.gate_proj`, F),
        up: made.table(stored.read(`${at}.mlp.up_proj.weight`, [F, D]), F, D), // gated: stays [out, in]
        down: projection(from, `${at}.mlp.down_proj`, D, F),
        ...bias(from, hiddenBiased, "downBias", `${at}.mlp.down_proj`, D),
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
      const two = from.norms === 2;
      const { attentionBiased, hiddenBiased } = from;
      return {
        norm: norm(from, `${at}.${two ? "ln_attn" : "input_layernorm"}`),
        ...(two && { hiddenNorm: norm(from, `${at}.ln_mlp`) }),
        ...fused(from, `${at}.self_attention.query_key_value`),
        output: projection(from, `${at}.self_attention.dense`, D, N * K),
        ...bias(from, attentionBiased, "outputBias", `${at}.self_attention.dense`, D),
        up: projection(from, `${at}.mlp.dense_h_to_4h`, F, D),
        ...bias(from, hiddenBiased, "upBias", `${at}.mlp.dense_h_to_4h`, F),
        down: projection(from, `${at}.mlp.dense_4h_to_h`, D, F),
        ...bias(from, hiddenBiased, "downBias", `${at}.mlp.dense_4h_to_h`, D),
      };
    }),
    norm: norm(from, `${root}ln_f`),
    unembedding: unembedding(from, tokens),
  };
}

/** Falcon stores a group's query heads, its key head and its value head one below the other, group after group. */
function fused({ made, stored, config: { sizes }, attentionBiased }: From, name: string) {
  const { D, N, G, K } = sizes;
  const all = (N + 2 * G) * K;
  const weight = stored.read(`${name}.weight`, [all, D]); // first: it says whether so many heads are there at all
  const { query, key, value } = groups(sizes);
  const bias = attentionBiased ? stored.read(`${name}.bias`, [all]) : undefined;
  const part = (rows: readonly Group[]) => bias && made.nonzero<never>(rowsOf(bias, rows, all));
  const [queryBias, keyBias, valueBias] = [part(query), part(key), part(value)];
  return {
    query: made.projection<"D", "N·K">(rowsOf(weight, query, all), N * K, D),
    ...(queryBias && { queryBias }),
    key: made.projection<"D", "G·K">(rowsOf(weight, key, all), G * K, D),
    ...(keyBias && { keyBias }),
    value: made.projection<"D", "G·K">(rowsOf(weight, value, all), G * K, D),
    ...(valueBias && { valueBias }),
  };
}

/** Some rows of a stored matrix of `all` rows, group after group, and their share of its bytes. */
function rowsOf(stored: StoredNumbers, taken: readonly Group[], all: number): StoredNumbers {
  const { name, dtype, bytes, widened, rows } = stored;
  if (!rows) throw new TypeError(`rowsOf: ${name} has no rows`);
  const count = taken.reduce((total, group) => total + group.count, 0);
  const [one, ...more] = taken;
  return {
    ...{ name, dtype, widened, bytes: (bytes / all) * count },
    bits: () => joinedRows(taken.map((group) => rows(group.first, group.first + group.count))),
    ...(one && more.length === 0 && { rows: (from, to) => rows(one.first + from, one.first + to) }),
  };
}

const projection = <I, O>(
  { made, stored }: From,
  name: string,
  outputs: number,
  inputs: number,
): Matrix<I, O> => made.projection(stored.read(`${name}.weight`, [outputs, inputs]), outputs, inputs);

/** A projection and its bias: zeros where the file has none. */
const affine = <I, O>(from: From, name: string, outputs: number, inputs: number): Affine<I, O> => ({
  weight: projection(from, name, outputs, inputs),
  bias: from.hiddenBiased
    ? from.made.vector(from.stored.read(`${name}.bias`, [outputs]))
    : vector(outputs, () => 0),
});

/** The bias of a projection under its name in our record; nothing where there is none, or it is all zeros. */
function bias<Name extends string>(
  { made, stored }: From,
  biased: boolean,
  member: Name,
  projection: string,
  outputs: number,
): { readonly [M in Name]?: Vector<never> } {
  const found = biased ? made.nonzero<never>(stored.read(`${projection}.bias`, [outputs])) : undefined;
  return (found ? { [member]: found } : {}) as { readonly [M in Name]?: Vector<never> };
}

/** Refuses a bias where the model has no place for one. */
function mustBeZero({ stored }: From, projection: string, outputs: number): void {
  const bias = stored.read(`${projection}.bias`, [outputs]);
  const found = bias.widened(bias.bits()).find((value) => value !== 0);
  if (found === undefined) return;
  throw new FormatError(
    `tensor ${projection}.bias holds ${found}; expected zeros: a gated up projection with a bias is not supported`,
  );
}

const norm = ({ made, stored, config, affineNorms }: From, name: string): Norm<"D"> => {
  const { D } = config.sizes;
  if (!affineNorms) return { gain: vector(D, () => 1), bias: vector(D, () => 0) };
  return {
    gain: made.vector(stored.read(`${name}.weight`, [D])),
    bias: made.vector(stored.read(`${name}.bias`, [D])),
  };
};

/** The file's head unless it is tied: said to be, and absent or equal to `tokens`, as in transformers 5. */
function unembedding(
  { made, stored, config, tied, embedded: E }: From,
  tokens: Matrix<"V", "D">,
): Matrix<"V", "D"> {
  const { V }: Sizes = config.sizes;
  if (tied && !stored.has("lm_head.weight")) return tokens;
  const head = stored.read("lm_head.weight", [V, E]);
  return tied && equal(head.widened(head.bits()), tokens.data) ? tokens : made.table(head, V, E);
}

/** Whether two tables of one size hold the same numbers: a NaN is the same as a NaN. */
function equal(x: Numbers, y: Numbers): boolean {
  return x.every((v, i) => v === y[i] || (Number.isNaN(v) && Number.isNaN(y[i])));
}
