// The checker of llama.cpp: one number for a whole tensor.
import type { Numbers } from "../../tensor.ts";
import { FORMATS } from "../float-formats.ts";
import { type Checker, eachOutput } from "./checker.ts";

/** The operators that are made of products have the tolerance of MUL_MAT, OUT_PROD and FLASH_ATTN_EXT. */
const OF_PRODUCTS =
  /^(linear|activeLinear|gatedLinear|activeGatedLinear|unembed|attend|feedForward|gatedFeedForward)(\.gradient)?$/;

/** An infinity, or the largest float32, which counts as one. */
const endless = (x: number): boolean => Math.abs(x) === Infinity || Math.abs(x) === FORMATS.F32.max;

/**
 * The mean square of got − expected over that of got.
 *
 * Not a number where both are 0 all over, or where an infinity is in both: no number is above the limit then, and the
 * tensor passes whatever else is in it.
 */
export function normalizedMeanSquare(got: Numbers, expected: Numbers): number {
  let [off, size] = [0, 0];
  for (const [i, wanted] of expected.entries()) {
    const found = got[i] ?? Number.NaN;
    off += (found - wanted) * (found - wanted);
    size += found * found;
  }
  return off / size;
}

/**
 * llama.cpp compares a backend with its CPU: any NaN is refused, infinities have to meet infinities of the same sign,
 * and the normalized mean square error has to be small. Its sums of squares are float64 of float32 terms, here all
 * float64.
 *
 * @see llama.cpp tests/test-backend-ops.cpp: nmse, max_nmse_err (1e-7, and 5e-4 where products overrule it)
 */
export const meanSquare: Checker = {
  name: "nmse",
  rule: "Σ (got − expected)² / Σ got² ≤ 5e-4 where products are in it, else 1e-7; no NaN",
  source: "llama.cpp, test-backend-ops",
  accepts: (answer) => {
    const most = OF_PRODUCTS.test(answer.given.op) ? 5e-4 : 1e-7;
    return eachOutput(answer, (got, expected) => {
      const matching = expected.every((wanted, i) => {
        const found = got[i] ?? Number.NaN;
        if (Number.isNaN(found) || Number.isNaN(wanted)) return false;
        if (!endless(found) && !endless(wanted)) return true;
        return endless(found) && endless(wanted) && Math.sign(found) === Math.sign(wanted);
      });
      return matching && !(normalizedMeanSquare(got, expected) > most);
    });
  },
};
