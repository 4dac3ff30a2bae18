// The checker of FlashAttention: an answer may be twice as wrong as that of a plain kernel of the same type.
import type { Numbers } from "../../tensor.ts";
import { type FloatDtype, FORMATS, roundedTo } from "../float-formats.ts";
import { type Checker, eachOutput } from "./checker.ts";

/** The greatest |x − y|, or NaN where one is. */
function farthest(x: Numbers, y: Numbers): number {
  let far = 0;
  for (const [i, value] of x.entries()) far = Math.max(far, Math.abs(value - (y[i] ?? Number.NaN)));
  return far;
}

/** Twice what adding 0.3 and taking it off again does to the expected numbers, in their type. */
function allowance(expected: Numbers, dtype: FloatDtype): number {
  const round = (x: number): number => roundedTo(FORMATS[dtype], x);
  const moved = expected.map((x) => round(round(x + 0.3) - 0.3));
  return 2 * farthest(moved, expected);
}

/**
 * FlashAttention's tests, over any operator: the greatest error of a tensor against twice the greatest one of the
 * low-precision reference, and an allowance. A reference that happens to be exact leaves the allowance alone
 * (flash-attention issue 1231); NaN and infinities are refused, as their differences are NaN.
 *
 * @see flash-attention tests/cute/test_flash_attn.py: rtol = 2 and fwd_atol; tests/test_flash_attn.py has no allowance,
 *   and three times for some gradients
 */
export const twiceReference: Checker = {
  name: "2x-reference",
  rule: "max |got − expected| ≤ 2 max |plain kernel − expected| + 2 max |(expected + 0.3 − 0.3) − expected|",
  source: "FlashAttention, its tests",
  accepts: (answer) =>
    eachOutput(answer, (got, expected, output) => {
      const reference = farthest(answer.lowPrecision[output] ?? expected, expected);
      return farthest(got, expected) <= 2 * reference + allowance(expected, answer.given.dtype);
    }),
};
