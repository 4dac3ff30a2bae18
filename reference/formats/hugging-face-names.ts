// A model's tensors under their names in a Hugging Face file, laid out as it has them: [out, in].
import type { RotaryConfig } from "../models/config.ts";
import type { FalconWeights } from "../models/falcon.ts";
import type { LlamaWeights } from "../models/llama.ts";
import type { Model } from "../models/model.ts";
import type { Affine, Norm, OptWeights } from "../models/opt.ts";
import { like, type Matrix, matrixOf, type Numbers, type Tensor, type Vector, vectorOf } from "../tensor.ts";
import { transposed } from "./checkpoint.ts";
import { joinedNumbers as joinedRows } from "./hugging-face-groups.ts";

/** A tensor as the file has it: [out, in]. */
export interface Named {
  readonly name: string;
  readonly shape: readonly number[];
  readonly numbers: Numbers;
}

/** Every tensor of the file; interleaved rotary pairs become half-split. */
export function namedTensors(model: Model): readonly Named[] {
  const { weights } = model;
  const head = weights.unembedding === weights.tokens ? [] : [whole("lm_head.weight", weights.unembedding)];
  switch (model.family) {
    case "opt":
    case "opt-post-norm":
      return [...optTensors(model.weights), ...head];
    case "llama":
      return [...llamaTensors(model.weights, turner(model.config)), ...head];
    case "falcon":
      return [...falconTensors(model.weights, model.config), ...head];
  }
}

function optTensors(weights: OptWeights): readonly Named[] {
  const { tokens, positions, layers, norm, projectIn, projectOut } = weights;
  const [P, D] = positions.shape;
  const places = matrixOf(joinedRows([new Float32Array(2 * D), positions.data]), P + 2, D); // as OPT: two rows more
  return [
    whole("model.decoder.embed_tokens.weight", tokens),
    whole("model.decoder.embed_positions.weight", places),
    ...(projectIn ? [projection("model.decoder.project_in.weight", projectIn)] : []),
    ...layers.flatMap((layer, l) => {
      const at = `model.decoder.layers.${l}`;
      return [
        ...normed(`${at}.self_attn_layer_norm`, layer.attentionNorm),
        ...affine(`${at}.self_attn.q_proj`, layer.query),
        ...affine(`${at}.self_attn.k_proj`, layer.key),
        ...affine(`${at}.self_attn.v_proj`, layer.value),
        ...affine(`${at}.self_attn.out_proj`, layer.output),
        ...normed(`${at}.final_layer_norm`, layer.hiddenNorm),
        ...affine(`${at}.fc1`, layer.up),
        ...affine(`${at}.fc2`, layer.down),
      ];
    }),
    ...(norm ? normed("model.decoder.final_layer_norm", norm) : []),
    ...(projectOut ? [projection("model.decoder.project_out.weight", projectOut)] : []),
  ];
}

function llamaTensors({ tokens, layers, norm }: LlamaWeights, turned: Turn): readonly Named[] {
  const { attention, hidden } = biasesOf(layers);
  return [
    whole("model.embed_tokens.weight", tokens),
    ...layers.flatMap((layer, l) => {
      const at = `model.layers.${l}`;
      const self = `${at}.self_attn`;
      return [
        whole(`${at}.input_layernorm.weight`, layer.attentionNorm),
        projection(`${self}.q_proj.weight`, turned(layer.query)),
        ...bias(attention, `${self}.q_proj`, layer.query, layer.queryBias && turned(layer.queryBias)),
        projection(`${self}.k_proj.weight`, turned(layer.key)),
        ...bias(attention, `${self}.k_proj`, layer.key, layer.keyBias && turned(layer.keyBias)),
        projection(`${self}.v_proj.weight`, layer.value),
        ...bias(attention, `${self}.v_proj`, layer.value, layer.valueBias),
        projection(`${self}.o_proj.weight`, layer.output),
        ...bias(attention, `${self}.o_proj`, layer.output, layer.outputBias),
        whole(`${at}.post_attention_layernorm.weight`, layer.hiddenNorm),
        projection(`${at}.mlp.gate_proj.weight`, layer.gate),
        ...bias(hidden, `${at}.mlp.gate_proj`, layer.gate, layer.gateBias),
        whole(`${at}.mlp.up_proj.weight`, layer.up),
        ...bias(hidden, `${at}.mlp.up_proj`, layer.gate, undefined),
        projection(`${at}.mlp.down_proj.weight`, layer.down),
        ...bias(hidden, `${at}.mlp.down_proj`, layer.down, layer.downBias),
      ];
    }),
    whole("model.norm.weight", norm),
  ];
}

function falconTensors({ tokens, layers, norm }: FalconWeights, config: RotaryConfig): readonly Named[] {
  const D = tokens.shape[1];
  const turned = turner(config);
  const biased = Object.values(biasesOf(layers)).some((found) => found);
  return [
    whole("transformer.word_embeddings.weight", tokens),
    ...layers.flatMap((layer, l) => {
      const at = `transformer.h.${l}`;
      const { hiddenNorm, outputBias, upBias, downBias } = layer;
      const rows = fused(config, [turned(layer.query), turned(layer.key), layer.value].map(outIn), D);
      const all = rows.length / D;
      const biases = [layer.queryBias, layer.keyBias].map((b) => b && turned(b));
      return [
        ...normed(`${at}.${hiddenNorm ? "ln_attn" : "input_layernorm"}`, layer.norm),
        ...(hiddenNorm ? normed(`${at}.ln_mlp`, hiddenNorm) : []),
        whole(`${at}.self_attention.query_key_value.weight`, matrixOf(rows, all, D)),
        ...bias(
          biased,
          `${at}.self_attention.query_key_value`,
          { shape: [D, all] },
          fusedBias(config, [...biases, layer.valueBias]),
        ),
        projection(`${at}.self_attention.dense.weight`, layer.output),
        ...bias(biased, `${at}.self_attention.dense`, layer.output, outputBias),
        projection(`${at}.mlp.dense_h_to_4h.weight`, layer.up),
        ...bias(biased, `${at}.mlp.dense_h_to_4h`, layer.up, upBias),
        projection(`${at}.mlp.dense_4h_to_h.weight`, layer.down),
        ...bias(biased, `${at}.mlp.dense_4h_to_h`, layer.down, downBias),
      ];
    }),
    ...normed("transformer.ln_f", norm),
  ];
}

/** Query, key and value rows, `width` numbers each, put together group by group. */
function fused({ sizes }: RotaryConfig, parts: readonly Numbers[], width: number): Numbers {
  const { N, G, K } = sizes;
  const heads = [N / G, 1, 1];
  return joinedRows(
    Array.from({ length: G }, (_, g) =>
      parts.map((part, i) => {
        const size = (heads[i] ?? 0) * K * width;
        return part.subarray(g * size, (g + 1) * size);
      }),
    ).flat(),
  );
}

/** The same of biases, zeros for one that is not there; nothing where none is. */
function fusedBias(config: RotaryConfig, biases: readonly (Tensor | undefined)[]): Vector | undefined {
  if (biases.every((b) => b === undefined)) return undefined;
  const { N, G, K } = config.sizes;
  const parts = biases.map((b, i) => b?.data ?? new Float32Array((i === 0 ? N : G) * K));
  return vectorOf(fused(config, parts, 1));
}

type Biased = { readonly [name: string]: unknown };

/** Which bias flags of config.json a model's layers ask for: one bias of a block, and the format wants them all. */
export function biasesOf(layers: readonly object[]): {
  readonly attention: boolean;
  readonly hidden: boolean;
} {
  const any = (names: readonly string[]) =>
    layers.some((layer) => names.some((name) => (layer as Biased)[name] !== undefined));
  return {
    attention: any(["queryBias", "keyBias", "valueBias", "outputBias"]),
    hidden: any(["gateBias", "upBias", "downBias"]),
  };
}

const whole = (name: string, { shape, data }: Tensor): Named => ({ name, shape, numbers: data });

const outIn = (w: Matrix): Numbers => transposed(w.data, w.shape[0], w.shape[1]);

const projection = (name: string, w: Matrix): Named => ({
  name,
  shape: [w.shape[1], w.shape[0]],
  numbers: outIn(w),
});

const affine = (name: string, { weight, bias }: Affine<unknown, unknown>): readonly Named[] => [
  projection(`${name}.weight`, weight),
  whole(`${name}.bias`, bias),
];

const normed = (name: string, { gain, bias }: Norm<"D">): readonly Named[] => [
  whole(`${name}.weight`, gain),
  whole(`${name}.bias`, bias),
];

/** The bias of a projection, zeros where there is none but the format wants one. */
const bias = (
  biased: boolean,
  name: string,
  { shape: [, outputs] }: { readonly shape: readonly [number, number] },
  found: Tensor | undefined,
): readonly Named[] => (biased ? [whole(`${name}.bias`, found ?? vectorOf(new Float32Array(outputs)))] : []);

type Turn = <X extends Tensor>(w: X) => X;

/** How the columns of a query or key projection, or its bias, become half-split: those of pair i move to i and i + K/2. */
function turner({ rotary, sizes: { K } }: RotaryConfig): Turn {
  if (rotary.pairing === "half-split") return (w) => w;
  return (w) => {
    const H = w.shape.at(-1) ?? 0;
    const from = (h: number): number =>
      h - (h % K) + (h % K < K / 2 ? 2 * (h % K) : 2 * ((h % K) - K / 2) + 1);
    const data = w.data;
    return like(
      w,
      data.map((_, i) => data[i - (i % H) + from(i % H)] ?? Number.NaN),
    );
  };
}
