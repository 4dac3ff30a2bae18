// Bugs of norms: epsilon, divisors, the order of passes, the root.

import type { Arithmetic } from "../arithmetic/arithmetic.ts";
import { FORMATS, truncatedTo } from "../float-formats.ts";
import { type Grid, grid, mapped } from "../operators/grid.ts";
import type { Single } from "../operators/operators.ts";
import { altered, type Mutant } from "./mutant.ts";

type Ops = Single<number>;

const otherEpsilon = (id: string, bug: string, change: (epsilon: number) => number): Mutant => ({
  id,
  bug,
  witness: "a default in place of the model's",
  kernel: altered({
    operators: (ops) => ({
      ...ops,
      layerNorm: (x, gain, bias, e) => ops.layerNorm(x, gain, bias, change(e)),
      rmsNorm: (x, gain, e) => ops.rmsNorm(x, gain, change(e)),
      layerNormGradient: (dy, x, gain, e) => ops.layerNormGradient(dy, x, gain, change(e)),
      rmsNormGradient: (dy, x, gain, e) => ops.rmsNormGradient(dy, x, gain, change(e)),
    }),
  }),
});

/** Norms whose statistics are another function of the row. */
const otherStatistics = (
  over: (row: readonly number[], mean: number, epsilon: number) => number,
  mean: (row: readonly number[]) => number = average,
) =>
  altered({
    operators: (ops: Ops): Ops => {
      const normed = (x: Grid<number>, gain: Grid<number>, epsilon: number, centred: boolean) => {
        const rows = Array.from({ length: x.rows }, (_, t) => {
          const row = Array.from({ length: x.columns }, (_, d) => x.at(t, d));
          const middle = centred ? mean(row) : 0;
          return { middle, factor: over(row, middle, epsilon) };
        });
        return grid(x.rows, x.columns, (t, d) => {
          const { middle = 0, factor = 0 } = rows[t] ?? {};
          return (x.at(t, d) - middle) * factor * gain.at(0, d);
        });
      };
      return {
        ...ops,
        layerNorm: (x, gain, bias, e) => mapped(normed(x, gain, e, true), (y, _, d) => y + bias.at(0, d)),
        rmsNorm: (x, gain, e) => normed(x, gain, e, false),
      };
    },
  });

const average = (row: readonly number[]): number => row.reduce((a, b) => a + b, 0) / row.length;
const spread = (row: readonly number[], mean: number): number =>
  average(row.map((x) => (x - mean) * (x - mean)));

const gainOf = (id: string, bug: string, change: (gain: number) => number): Mutant => ({
  id,
  bug,
  witness: "gains that are stored less 1 (Gemma), or are not",
  kernel: altered({
    operators: (ops) => {
      const changed = (gain: Grid<number>): Grid<number> => mapped(gain, change);
      return {
        ...ops,
        layerNorm: (x, gain, bias, e) => ops.layerNorm(x, changed(gain), bias, e),
        rmsNorm: (x, gain, e) => ops.rmsNorm(x, changed(gain), e),
      };
    },
  }),
});

const onePass = (a: Arithmetic<number>): Arithmetic<number> => ({
  ...a,
  moments: (n, x) => {
    const mean = a.divide(a.sum(n, x), n);
    const square = a.divide(a.dot(n, x, x), n);
    return { mean, variance: Math.max(0, a.subtract(square, a.multiply(mean, mean))) };
  },
});

const SHORT = { ...FORMATS.F32, precision: 12, u: FORMATS.F16.u / 2 };

export const normMutants: readonly Mutant[] = [
  otherEpsilon("M34/ten", "epsilon is ten times too large", (e) => 10 * e),
  otherEpsilon("M34/tenth", "epsilon is ten times too small", (e) => e / 10),
  otherEpsilon("M34/none", "epsilon is left out", () => 0),
  {
    id: "M34/outside",
    bug: "epsilon is added outside of the root",
    witness: "1 / (√v + ε)",
    kernel: otherStatistics((row, mean, e) => 1 / (Math.sqrt(spread(row, mean)) + e)),
  },
  {
    id: "M35/less-one",
    bug: "the variance is divided by D − 1",
    witness: "a library's default",
    kernel: otherStatistics((row, mean, e) => {
      const n = row.length;
      return 1 / Math.sqrt((spread(row, mean) * n) / Math.max(1, n - 1) + e);
    }),
  },
  {
    id: "M35/half",
    bug: "the statistics are those of half a row",
    witness: "passes vLLM's RMSNorm test from width 5,120 on",
    kernel: otherStatistics(
      (row, mean, e) => 1 / Math.sqrt(spread(row.slice(0, Math.ceil(row.length / 2)), mean) + e),
      (row) => average(row.slice(0, Math.ceil(row.length / 2))),
    ),
  },
  {
    id: "M35/tail",
    bug: "the last D mod 4 elements are left out of the statistics",
    witness: "as M01, in a norm",
    kernel: otherStatistics(
      (row, mean, e) =>
        1 / Math.sqrt((spread(row.slice(0, row.length & ~3), mean) * (row.length & ~3)) / row.length + e),
      (row) => row.slice(0, row.length & ~3).reduce((a, b) => a + b, 0) / row.length,
    ),
  },
  {
    id: "M36",
    bug: "the variance is worked out in one pass, mean(x²) − mean²",
    witness: "fused statistics",
    kernel: altered({ arithmetic: onePass }),
  },
  gainOf("M37/missing", "the gain is left out", () => 1),
  gainOf("M37/plus-one", "1 is added to the gain", (gain) => gain + 1),
  {
    id: "M38",
    bug: "1/√ is an approximation of 12 bits",
    witness: "rsqrtps without its Newton step",
    kernel: altered({
      arithmetic: (a) => ({ ...a, overRoot: (x) => truncatedTo(SHORT, a.overRoot(x)) }),
    }),
  },
];
