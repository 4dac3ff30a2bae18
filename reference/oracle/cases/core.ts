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
const FLOAT64 =
  /\/(random|sequence|cancelling|big-mean|far-apart|tails-5-93|[a-z-]+lu(-strict|-tanh)?-random|swish-random|.*-tail|later|past-1|first-and-last)$/;
const LARGE = /eedForward\/f64\/.*(cancelling|-random)$/;

const made: (readonly Case[])[] = [];

/** The same array each time: to make it takes a second. */
export const coreCases = (): readonly Case[] => {
  made[0] ??= [
    ...of("F32"),
    ...of("F16"),
    ...of("BF16"),
    ...of("F64").filter(({ id }) => FLOAT64.test(id) && !LARGE.test(id)),
  ];
  return made[0];
};
