// Bugs of precision: fewer bits than declared, somewhere.

import type { Arithmetic, Row } from "../arithmetic/arithmetic.ts";
import { FORMATS, roundedTo, truncatedTo } from "../float-formats.ts";
import { altered, type Mutant, secretly } from "./mutant.ts";

/** Sums that overflow where F16 does. */
const overflowing = (a: Arithmetic<number>): Arithmetic<number> => ({
  ...a,
  dot: (n: number, x: Row<number>, y: Row<number>, last?: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      sum += x(i) * y(i);
      if (Math.abs(sum) > FORMATS.F16.max) sum = Math.sign(sum) * Infinity;
    }
    return Number.isFinite(sum) ? a.dot(n, x, y, last) : sum + (last ?? 0);
  },
});

const SHORT = { ...FORMATS.F32, precision: 11, u: FORMATS.F16.u };

/** Factors of products with fewer bits. */
const shortened =
  (cut: (x: number) => number) =>
  (a: Arithmetic<number>): Arithmetic<number> => ({
    ...a,
    dot: (n, x, y, last) =>
      a.dot(
        n,
        (i) => cut(x(i)),
        (i) => cut(y(i)),
        last,
      ),
  });

export const precisionMutants: readonly Mutant[] = [
  {
    id: "M29/f16",
    bug: "sums are kept in F16",
    witness: "webnn 948, onnxruntime 29611, oneDNN 3332",
    kernel: secretly({ accumulator: "f16" }),
  },
  {
    id: "M29/bf16",
    bug: "sums are kept in BF16",
    witness: "as M29/f16",
    kernel: secretly({ accumulator: "bf16" }),
  },
  {
    id: "M30",
    bug: "partial sums overflow as F16 does",
    witness: "onnxruntime 29611 (73,728 became infinite)",
    kernel: altered({ arithmetic: overflowing }),
  },
  {
    id: "M31/tf32",
    bug: "factors are cut to 11 bits (TF32)",
    witness: "a comment in Liger-Kernel's Mixtral test",
    kernel: altered({ arithmetic: shortened((x) => truncatedTo(SHORT, x)) }),
  },
  {
    id: "M31/bf16",
    bug: "factors are rounded to BF16",
    witness: "as M31/tf32",
    kernel: altered({ arithmetic: shortened((x) => roundedTo(FORMATS.BF16, x)) }),
  },
  {
    id: "M32/f16",
    bug: "intermediates are stored in F16",
    witness: "sglang 28226, onnxruntime 29599",
    kernel: secretly({ intermediate: "F16" }),
  },
  {
    id: "M32/bf16",
    bug: "intermediates are stored in BF16",
    witness: "as M32/f16",
    kernel: secretly({ intermediate: "BF16" }),
  },
  {
    id: "M43",
    bug: "subnormal numbers are taken for zero",
    witness: "flags that flush, undeclared",
    kernel: altered({
      call: (given) => ({
        ...given,
        inputs: Object.fromEntries(
          Object.entries(given.inputs).map(([name, input]) => [
            name,
            {
              ...input,
              numbers: Float64Array.from(input.numbers, (x) =>
                Math.abs(x) < FORMATS[given.dtype].tiny ? 0 * x : x,
              ),
            },
          ]),
        ),
      }),
    }),
  },
];
