// Cases of the norms: rows on which a wrong epsilon, divisor, order of passes or root shows, where random ones hide it.
import type { Case, Input } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import { caseOf, type Extra, type Maker, withNumbers } from "./making.ts";

const EPSILON = 1 / 131072; // 2^-17, near the usual 1e-5, exact in every type

type Rows = (make: Maker) => Input;

const normal =
  (T: number, D: number, scale: number, mean = 0): Rows =>
  (make) =>
    make.of([T, D], () => mean + scale * make.draw.normal());

/** An odd number so large that its neighbours by two are exact in the type. */
const base = (dtype: FloatDtype): number => (dtype === "BF16" ? 249 : dtype === "F16" ? 1001 : 4001);

export const normCases = (dtype: FloatDtype): readonly Case[] => {
  const wide = dtype === "F32" || dtype === "F64";
  const rows: readonly (readonly [name: string, x: Rows, extra?: Extra])[] = [
    ["random", normal(3, 67, 1), { random: true, sequence: true }],
    ["small-variance", normal(2, 33, 1 / 256)],
    ["tiny-variance", normal(2, 33, dtype === "F16" ? 1 / 4096 : 1 / 1048576)],
    ["big-mean", normal(2, 259, 1, wide ? 1000 : 30)],
    ["bigger-mean", normal(2, 31, wide ? 1 : 0.5, wide ? 4000 : 60)],
    // odd squares are 1 more than a multiple of 8: a sum of them that rounds to such multiples loses 1 each time
    [
      "odd-squares",
      (make) => make.of([1, dtype === "BF16" ? 1031 : 131], () => base(dtype) + 2 * make.draw.integer(3)),
    ],
    ["constant", (make) => make.of([2, 19], () => 2.5)],
    ["zeros", (make) => make.of([2, 9], () => 0)],
    ["outlier", (make) => make.of([2, 131], (i) => (i % 131 === 130 ? 300 : 0.125 * make.draw.normal()))],
    ["first-half-larger", (make) => make.of([2, 64], (i) => (i % 64 < 32 ? 4 : 0.5) * make.draw.normal())],
    ["exponents", (make) => make.spread([2, 45], -5, 4)],
    ["square", normal(7, 7, 1)],
    ["rows", normal(37, 9, 1)],
    ["one-column", normal(4, 1, 1)],
    ["two-columns", normal(4, 2, 1)],
    ["three-columns", normal(2, 3, 1)],
    ["seventeen", normal(2, 17, 1)],
    ["unaligned", normal(3, 21, 1), { layout: { x: { pitch: 24, misaligned: 1 }, gain: { misaligned: 3 } } }],
    ["no-row", normal(0, 8, 1)],
  ];
  const gain = (make: Maker, D: number): Input => make.of([D], () => 1 + 0.25 * make.draw.normal());
  const bias = (make: Maker, D: number): Input => make.of([D], () => 0.25 * make.draw.normal());
  const weights = (op: string, make: Maker, D: number) =>
    op.startsWith("layer") ? { gain: gain(make, D), bias: bias(make, D) } : { gain: gain(make, D) };
  const attributes = { epsilon: EPSILON };
  const forward = ["layerNorm", "rmsNorm"].flatMap((op) => [
    ...rows.map(([name, x, extra]) =>
      caseOf(
        op,
        dtype,
        "bounded",
        name,
        (make) => {
          const input = x(make);
          return { x: input, ...weights(op, make, input.shape[1] ?? 0) };
        },
        { attributes, ...extra },
      ),
    ),
    caseOf(
      op,
      dtype,
      "special",
      "nan-row",
      (make) => ({ x: withNumbers(normal(3, 9, 1)(make), { 12: Number.NaN }), ...weights(op, make, 9) }),
      { attributes },
    ),
  ]);
  const backward = ["layerNorm", "rmsNorm"].flatMap((op) =>
    rows
      .filter(([name]) =>
        ["random", "small-variance", "big-mean", "two-columns", "seventeen", "square", "rows"].includes(name),
      )
      .map(([name, x, extra]) =>
        caseOf(
          `${op}.gradient`,
          dtype,
          "bounded",
          name,
          (make) => {
            const input = x(make);
            return { dy: make.normal(input.shape), x: input, ...weights(op, make, input.shape[1] ?? 0) };
          },
          { attributes, ...extra },
        ),
      ),
  );
  return [...forward, ...backward];
};
