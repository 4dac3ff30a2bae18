// A model's tensors under their names in a Hugging Face file, laid out as it has them: [out, in].
import type { RotaryConfig } from "../models/config.ts";
import type { FalconWeights } from "../models/falcon.ts";
import type { LlamaWeights } from "../models/llama.ts";
import type { Model } from "../models/model.ts";
import type { Affine, Norm, OptWeights } from "../models/opt.ts";
import { type Matrix, matrixOf, type Numbers, type Tensor, vector } from "../tensor.ts";
import { transposed } from "./checkpoint.ts";

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
      return [...optTensors(model.weights), ...head];
    case "llama":
      return [...llamaTensors(model.weights, turner(model.config)), ...head];
    case "falcon":
      return [...falconTensors(model.weights, turner(model.config)), ...head];
  }
}

function optTensors({ tokens, positions, layers, norm }: OptWeights): readonly Named[] {
  const [P, D] = positions.shape;
  const places = matrixOf(joinedRows([new Float32Array(2 * D), positions.data]), P + 2, D); // as OPT: two rows more
  return [
    whole("model.decoder.embed_tokens.weight", tokens),
    whole("model.decoder.embed_positions.weight", places),
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
    ...normed("model.decoder.final_layer_norm", norm),
  ];
}

function llamaTensors({ tokens, layers, norm }: LlamaWeights, turned: Turn): readonly Named[] {
  return [
    whole("model.embed_tokens.weight", tokens),
    ...layers.flatMap((layer, l) => {
      const at = `model.layers.${l}`;
      return [
        whole(`${at}.input_layernorm.weight`, layer.attentionNorm),
        projection(`${at}.self_attn.q_proj.weight`, turned(layer.query)),
        projection(`${at}.self_attn.k_proj.weight`, turned(layer.key)),
        projection(`${at}.self_attn.v_proj.weight`, layer.value),
        projection(`${at}.self_attn.o_proj.weight`, layer.output),
        whole(`${at}.post_attention_layernorm.weight`, layer.hiddenNorm),
        projection(`${at}.mlp.gate_proj.weight`, layer.gate),
        ...biases(layer.gateBias, `${at}.mlp.gate_proj`, {
          [`${at}.mlp.up_proj`]: layer.up.shape[0],
          [`${at}.mlp.down_proj`]: layer.down.shape[1],
        }),
        whole(`${at}.mlp.up_proj.weight`, layer.up),
        projection(`${at}.mlp.down_proj.weight`, layer.down),
      ];
    }),
    whole("model.norm.weight", norm),
  ];
}

function falconTensors({ tokens, layers, norm }: FalconWeights, turned: Turn): readonly Named[] {
  const D = tokens.shape[1];
  return [
    whole("transformer.word_embeddings.weight", tokens),
    ...layers.flatMap((layer, l) => {
      const at = `transformer.h.${l}`;
      const heads = [turned(layer.query), turned(layer.key), layer.value].map(outIn);
      const rows = joinedRows(heads);
      return [
        ...normed(`${at}.input_layernorm`, layer.norm),
        whole(`${at}.self_attention.query_key_value.weight`, matrixOf(rows, rows.length / D, D)),
        projection(`${at}.self_attention.dense.weight`, layer.output),
        projection(`${at}.mlp.dense_h_to_4h.weight`, layer.up),
        ...biases(layer.upBias, `${at}.mlp.dense_h_to_4h`, {
          [`${at}.self_attention.query_key_value`]: rows.length / D,
          [`${at}.self_attention.dense`]: D,
          [`${at}.mlp.dense_4h_to_h`]: D,
        }),
        projection(`${at}.mlp.dense_4h_to_h.weight`, layer.down),
      ];
    }),
    ...normed("transformer.ln_f", norm),
  ];
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

/** A bias, and the zero biases that the format wants beside it; none where there is none. */
const biases = (
  bias: Tensor | undefined,
  name: string,
  beside: Readonly<Record<string, number>>,
): readonly Named[] =>
  bias === undefined
    ? []
    : [
        whole(`${name}.bias`, bias),
        ...Object.entries(beside).map(([other, size]) =>
          whole(
            `${other}.bias`,
            vector(size, () => 0),
          ),
        ),
      ];

/** Matrices of the same width, one below the other: float64 when any is. */
function joinedRows(parts: readonly Numbers[]): Numbers {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const narrow = parts.every((part) => part instanceof Float32Array);
  const rows = narrow ? new Float32Array(length) : new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows;
}

type Turn = (w: Matrix) => Matrix;

/** How the columns of a query or key projection become half-split: those of pair i move to i and i + K/2. */
function turner({ rotary, sizes: { K } }: RotaryConfig): Turn {
  if (rotary.pairing === "half-split") return (w) => w;
  return (w) => {
    const [D, H] = w.shape;
    const from = (h: number): number =>
      h - (h % K) + (h % K < K / 2 ? 2 * (h % K) : 2 * ((h % K) - K / 2) + 1);
    const data = w.data.map((_, i) => w.data[i - (i % H) + from(i % H)] ?? Number.NaN);
    return matrixOf(data, D, H);
  };
}
