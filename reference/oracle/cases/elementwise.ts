// Cases of what works element by element, and of what only copies.
import type { Activation } from "../../ops/contract.ts";
import type { Case, Input } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import { caseOf, coded, type Maker } from "./making.ts";
import { extremes } from "./products.ts";

const ACTIVATIONS: readonly (readonly [name: string, f: Activation])[] = [
  ["relu", { kind: "relu", shift: 0 }],
  ["shifted-relu", { kind: "relu", shift: 0.25 }],
  ["relu-shifted-down", { kind: "relu", shift: -0.5 }],
  ["relu-squared", { kind: "relu-squared", shift: 0.25 }],
  ["fatrelu", { kind: "fatrelu", threshold: 0.5, shift: 0 }],
  ["fatrelu-strict", { kind: "fatrelu-strict", threshold: 0.5, shift: 0 }],
  ["silu", { kind: "silu", shift: 0 }],
  ["shifted-silu", { kind: "silu", shift: 0.5 }],
  ["swish", { kind: "swish", beta: 1.75, shift: 0 }],
  ["gelu", { kind: "gelu", shift: 0 }],
  ["gelu-tanh", { kind: "gelu-tanh", shift: 0 }],
];

/** From −8 to 8 in sixteenths: exact in every type, with every tie of a threshold among them. */
const steps = (make: Maker): Input => make.of([1, 257], (i) => (i - 128) / 16);

/** Far below zero, where the smooth ones fade, in steps that every type has. */
const tail = (make: Maker): Input => make.of([2, 65], (i) => -1 - i / 16);

const specials = (make: Maker, rows: number): Input => {
  const { smallest, largest } = extremes(make.dtype);
  const values = [
    Number.NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    smallest,
    -smallest,
    3 * smallest,
    largest,
    -largest,
    1,
    -1,
  ];
  return make.of([rows, values.length], (i) => values[i % values.length] ?? 0);
};

export const elementwiseCases = (dtype: FloatDtype): readonly Case[] => [
  ...ACTIVATIONS.flatMap(([name, f]) => activationCases(dtype, name, f)),
  ...pairCases("add", dtype),
  ...pairCases("mul", dtype),
  ...mulGradientCases(dtype),
  ...copyCases(dtype),
];

function activationCases(dtype: FloatDtype, name: string, f: Activation): readonly Case[] {
  const attributes = { f };
  const smooth = ["silu", "swish", "gelu", "gelu-tanh"].includes(f.kind);
  const tier = smooth ? "bounded" : "exact";
  const op = (gradient: boolean): string => (gradient ? "activate.gradient" : "activate");
  const beside = (gradient: boolean, make: Maker, x: Input) =>
    gradient ? { dy: make.of(x.shape, (i) => ((i % 7) - 3) / 2 || 1), x } : { x };
  return [false, true].flatMap((gradient) => [
    caseOf(op(gradient), dtype, tier, `${name}-steps`, (make) => beside(gradient, make, steps(make)), {
      attributes,
    }),
    caseOf(
      op(gradient),
      dtype,
      "bounded",
      `${name}-random`,
      (make) => beside(gradient, make, make.normal([3, 37], 2)),
      { attributes, sequence: true, layout: { x: { pitch: 40, misaligned: 1 } } },
    ),
    caseOf(
      op(gradient),
      dtype,
      tier,
      `${name}-rows`,
      (make) =>
        beside(
          gradient,
          make,
          make.of([19, 13], (i) => ((i * 7) % 65) / 8 - 4),
        ),
      { attributes },
    ),
    caseOf(
      op(gradient),
      dtype,
      "special",
      `${name}-special`,
      (make) => beside(gradient, make, specials(make, 1)),
      {
        attributes,
      },
    ),
    ...(smooth
      ? [
          caseOf(
            op(gradient),
            dtype,
            "bounded",
            `${name}-tail`,
            (make) => beside(gradient, make, tail(make)),
            {
              attributes,
            },
          ),
        ]
      : []),
  ]);
}

function pairCases(op: "add" | "mul", dtype: FloatDtype): readonly Case[] {
  return [
    caseOf(op, dtype, "exact", "whole", (make) => ({ x: make.whole([3, 21], 9), y: make.whole([3, 21], 9) })),
    caseOf(
      op,
      dtype,
      "exact",
      "one-row-apart",
      (make) => ({ x: make.whole([2, 5], 9), y: make.whole([2, 5], 9) }),
      {
        layout: { x: { pitch: 7 }, y: { pitch: 8, misaligned: 3 } },
      },
    ),
    caseOf(op, dtype, "exact", "long", (make) => ({
      x: make.whole([1, 1099], 9),
      y: make.whole([1, 1099], 9),
    })),
    caseOf(op, dtype, "exact", "no-row", (make) => ({ x: make.whole([0, 5], 9), y: make.whole([0, 5], 9) })),
    caseOf(op, dtype, "bounded", "random", (make) => ({ x: make.normal([5, 33]), y: make.normal([5, 33]) }), {
      random: true,
      sequence: true,
    }),
    caseOf(op, dtype, "bounded", "exponents", (make) => ({
      x: make.spread([2, 47], -6, 5),
      y: make.spread([2, 47], -6, 5),
    })),
    caseOf(op, dtype, "special", "special", (make) => {
      const x = specials(make, 13);
      const columns = x.shape[1] ?? 1;
      return { x, y: make.of(x.shape, (i) => x.numbers[Math.floor(i / columns)] ?? 0) };
    }),
  ];
}

const mulGradientCases = (dtype: FloatDtype): readonly Case[] => [
  caseOf("mul.gradient", dtype, "exact", "rows", (make) => ({
    dz: make.whole([23, 71], 3),
    x: make.whole([23, 71], 3),
    y: make.whole([23, 71], 3),
  })),
  caseOf("mul.gradient", dtype, "exact", "whole", (make) => ({
    dz: make.whole([3, 11], 5),
    x: make.whole([3, 11], 5),
    y: make.whole([3, 11], 5),
  })),
  caseOf(
    "mul.gradient",
    dtype,
    "bounded",
    "random",
    (make) => ({ dz: make.normal([4, 19]), x: make.normal([4, 19]), y: make.normal([4, 19]) }),
    { random: true, sequence: true },
  ),
];

/** Rows that only move: any bit that changes is wrong. */
const copyCases = (dtype: FloatDtype): readonly Case[] => [
  caseOf(
    "embed",
    dtype,
    "exact",
    "rows",
    (make) => ({ tokens: make.ids(9, 12), table: make.normal([12, 13]) }),
    { sequence: true },
  ),
  caseOf("embed", dtype, "exact", "first-and-last", (make) => ({
    tokens: { shape: [4], numbers: Float64Array.from([6, 0, 0, 6]) },
    table: coded(make, [7, 5]),
  })),
  // ids and places beyond 127, 255 and 32,767
  caseOf("embed", dtype, "exact", "far-rows", (make) => {
    const D = dtype === "F16" ? 120 : 5;
    return {
      tokens: { shape: [5], numbers: Float64Array.from([299, 127, 128, 256, 0]) },
      table: make.of([300, D], (i) => (Math.floor(i / D) % 241) + (i % D === 0 ? 0 : 1)),
    };
  }),
  caseOf("embed", dtype, "exact", "no-token", (make) => ({
    tokens: make.ids(0, 3),
    table: coded(make, [3, 5]),
  })),
  caseOf("embed", dtype, "special", "special", (make) => ({
    tokens: { shape: [3], numbers: Float64Array.from([1, 0, 1]) },
    table: specials(make, 2),
  })),
  caseOf("embed.gradient", dtype, "exact", "repeated", (make) => ({
    dx: make.whole([8, 7], 3),
    tokens: { shape: [8], numbers: Float64Array.from([2, 2, 0, 4, 2, 4, 0, 2]) },
    table: make.of([6, 7], () => 0),
  })),
  caseOf(
    "embed.gradient",
    dtype,
    "bounded",
    "random",
    (make) => ({ dx: make.normal([40, 9]), tokens: make.ids(40, 3), table: make.of([3, 9], () => 0) }),
    { random: true, sequence: true },
  ),
  caseOf(
    "append",
    dtype,
    "exact",
    "rows",
    (make) => ({ past: make.normal([5, 9]), next: make.normal([3, 9]) }),
    {
      sequence: true,
    },
  ),
  caseOf("append", dtype, "exact", "no-past", (make) => ({
    past: make.normal([0, 9]),
    next: make.normal([2, 9]),
  })),
  caseOf("append", dtype, "exact", "wide", (make) => ({
    past: make.whole([19, 67], 9),
    next: make.whole([17, 67], 9),
  })),
  caseOf("append.gradient", dtype, "exact", "wide", (make) => ({
    dy: make.whole([36, 67], 9),
    past: make.of([19, 67], () => 0),
    next: make.of([17, 67], () => 0),
  })),
  caseOf("embed", dtype, "exact", "wide", (make) => ({
    tokens: make.ids(37, 9),
    table: make.whole([9, 131], 99),
  })),
  caseOf("embed.gradient", dtype, "exact", "wide", (make) => ({
    dx: make.whole([21, 71], 2),
    tokens: make.ids(21, 19),
    table: make.of([19, 71], () => 0),
  })),
  ...[1, 13].map((P) =>
    caseOf("append", dtype, "exact", `past-${P}`, (make) => ({
      past: make.normal([P, 6]),
      next: make.normal([2, 6]),
    })),
  ),
  caseOf("append", dtype, "special", "special", (make) => ({
    past: specials(make, 1),
    next: specials(make, 2),
  })),
  caseOf(
    "append.gradient",
    dtype,
    "exact",
    "sequence",
    (make) => ({
      dy: make.normal([7, 6]),
      past: make.of([4, 6], () => 0),
      next: make.of([3, 6], () => 0),
    }),
    { sequence: true },
  ),
];
