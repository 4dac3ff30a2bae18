// Cases of layers as large as models have them. Their inputs would fill gigabytes: they are recipes.
import type { Activation } from "../../ops/contract.ts";
import type { Case } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import type { Attributes } from "../picture.ts";
import { type MadeInput, madeInput, SEED, streamOf } from "../suite-recipe.ts";

/** A tensor's shape, and 2^reach, which no element reaches; of 128 elements, `alive` are not 0. */
type Made = readonly [shape: readonly number[], reach: number, alive?: number];

const BITS: Readonly<Record<FloatDtype, number>> = { F64: 24, F32: 24, F16: 11, BF16: 8 };

function recipeCase(
  op: string,
  dtype: FloatDtype,
  name: string,
  tensors: Readonly<Record<string, Made>>,
  attributes: Attributes = {},
): Case {
  const id = `${op}/${dtype.toLowerCase()}/${name}`;
  const bits = BITS[dtype];
  const inputs = Object.entries(tensors).map(([tensor, [shape, reach, alive]]): [string, MadeInput] => [
    tensor,
    madeInput(shape, {
      key: [SEED, 0],
      stream: streamOf(`${id}/in.${tensor}`),
      bits,
      exponent: reach - bits,
      ...(alive !== undefined && { alive }),
    }),
  ]);
  return { id, op, dtype, tier: "bounded", attributes, inputs: Object.fromEntries(inputs), random: true };
}

/** What makes 5 to 10 of 100 neurons fire: x · gate deviates from 0 by 2^reach √D / 3. */
const relu = (shift: number): Activation => ({ kind: "relu", shift });

/** Tensors of a plain layer; numbers of x below 1 in magnitude, so that a pre-activation deviates by 2/3 where D = 4096. */
const plain = (T: number, D: number, F: number): Readonly<Record<string, Made>> => ({
  x: [[T, D], 0],
  up: [[D, F], -5],
  upBias: [[F], -3],
  down: [[F, D], -4],
  downBias: [[D], -3],
});

const gated = (T: number, D: number, F: number): Readonly<Record<string, Made>> => ({
  x: [[T, D], 0],
  gate: [[D, F], -5],
  gateBias: [[F], -3],
  up: [[F, D], -5],
  down: [[F, D], -4],
  downBias: [[D], -3],
});

/** Sizes are those of Llama 2 7B (4096, 11008), TinyLlama (2048, 5632), OPT 1.3B (2048, 8192). */
export const recipeCases = (): readonly Case[] => [
  recipeCase("gatedFeedForward", "F32", "skipping-4096-11008", gated(1, 4096, 11008), {
    f: relu(1),
    skip: true,
  }),
  recipeCase("gatedFeedForward", "BF16", "4096-11008", gated(1, 4096, 11008), { f: relu(1), skip: false }),
  recipeCase("gatedFeedForward", "F32", "2048-5632", gated(2, 2048, 5632), { f: relu(0.6875), skip: false }),
  recipeCase("feedForward", "BF16", "skipping-2048-8192", plain(2, 2048, 8192), {
    f: relu(0.6875),
    skip: true,
  }),
  recipeCase("feedForward", "F32", "2048-8192", plain(1, 2048, 8192), { f: relu(0.6875), skip: false }),
  recipeCase("linear", "F32", "4096-4096", { x: [[2, 4096], 0], w: [[4096, 4096], -5], b: [[4096], -3] }),
  recipeCase("activeLinear", "BF16", "11008-4096", { x: [[2, 11008], 0, 8], w: [[11008, 4096], -4] }),
  recipeCase("unembed", "BF16", "2048-8192", { x: [[1, 2048], 0], table: [[8192, 2048], -4] }),
];
