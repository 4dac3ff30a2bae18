// The core suite: every operator in float32, float16 and bfloat16, and what float64 adds.
import type { Case } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import { attentionCases } from "./attention.ts";
import { elementwiseCases } from "./elementwise.ts";
import { feedForwardCases } from "./feed-forward.ts";
import { gradientCases } from "./gradients.ts";
import { normCases } from "./norms.ts";
import { productCases } from "./products.ts";

const of = (dtype: FloatDtype): readonly Case[] => [
  ...elementwiseCases(dtype),
  ...productCases(dtype),
  ...gradientCases(dtype),
  ...feedForwardCases(dtype),
  ...normCases(dtype),
  ...attentionCases(dtype),
];

/** A float64 kernel has the bugs of others: of its cases, those that count digits, and one exact one an operator. */
const FLOAT64 = /\/(random|sequence|cancelling|big-mean|far-apart|tails-5-93|.*-random|.*-tail|later|rows)$/;

export const coreCases = (): readonly Case[] => [
  ...of("F32"),
  ...of("F16"),
  ...of("BF16"),
  ...of("F64").filter(({ id }) => FLOAT64.test(id)),
];
