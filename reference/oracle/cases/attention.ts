// Cases of attention, rotary positions, softmax and the loss: logits that overflow, masks that are off by one, heads that
// read each other's keys.
import type { Rotation } from "../../ops/contract.ts";
import type { Case, Input } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import { caseOf, coded, type Extra, type Maker, withNumbers } from "./making.ts";

export const attentionCases = (dtype: FloatDtype): readonly Case[] => [
  ...softmaxCases(dtype),
  ...attendCases(dtype),
  ...rotaryCases(dtype),
  ...lossCases(dtype),
];

function softmaxCases(dtype: FloatDtype): readonly Case[] {
  const rows: readonly (readonly [name: string, x: (make: Maker) => Input, extra?: Extra])[] = [
    ["random", (make) => make.normal([4, 33], 2), { random: true, sequence: true }],
    [
      "far-apart",
      (make) => make.of([2, 21], (i) => (i % 3 === 0 ? 80 : i % 3 === 1 ? -80 : make.draw.normal())),
    ],
    // the first is by far the smallest, or the largest: whoever takes another than the greatest off overflows
    ["climbing", (make) => make.of([2, 13], (i) => (i < 13 ? 1 : -1) * (15 * (i % 13) - 90))],
    ["all-far-up", (make) => make.of([2, 17], () => 200 + make.draw.normal())],
    ["all-far-down", (make) => make.of([2, 17], () => -200 + make.draw.normal())],
    ["below-masks", (make) => make.of([2, 9], (i) => -30000 - 32 * (i % 3))],
    ["late-maximum", (make) => make.of([2, 41], (i) => (i % 41 === 40 ? 120 : make.draw.normal()))],
    ["square", (make) => make.normal([9, 9], 2)],
    ["rows", (make) => make.normal([37, 5], 2)],
    ["equal", (make) => make.of([2, 8], () => 3)],
    ["one-column", (make) => make.normal([3, 1])],
    ["tails", (make) => make.normal([2, 131], 3)],
    ["unaligned", (make) => make.normal([3, 11]), { layout: { x: { pitch: 13, misaligned: 1 } } }],
  ];
  return [
    ...rows.map(([name, x, extra]) =>
      caseOf("softmax", dtype, "bounded", name, (make) => ({ x: x(make) }), extra),
    ),
    caseOf("softmax", dtype, "special", "masked", (make) => ({
      x: make.of([3, 7], (i) => (i % 7 > 3 ? -Infinity : make.draw.normal())),
    })),
    caseOf("softmax", dtype, "special", "nan-row", (make) => ({
      x: withNumbers(make.normal([3, 7]), { 9: Number.NaN }),
    })),
    ...rows
      .filter(([name]) =>
        ["random", "far-apart", "tails", "square", "rows", "climbing", "all-far-up"].includes(name),
      )
      .map(([name, x, extra]) =>
        caseOf(
          "softmax.gradient",
          dtype,
          "bounded",
          name,
          (make) => {
            const input = x(make);
            return { dp: make.normal(input.shape), x: input };
          },
          extra,
        ),
      ),
  ];
}

/** Sizes of attention: T queries, S keys, N heads over G shared ones, each K wide. */
interface Heads {
  readonly T: number;
  readonly S: number;
  readonly N: number;
  readonly G: number;
  readonly K: number;
}

function attendCases(dtype: FloatDtype): readonly Case[] {
  const normal =
    ({ T, S, N, G, K }: Heads, scale: number) =>
    (make: Maker) => ({
      q: make.normal([T, N * K], scale),
      k: make.normal([S, G * K], scale),
      v: make.normal([S, G * K]),
    });
  const shapes: readonly (readonly [name: string, heads: Heads, scale?: number, extra?: Extra])[] = [
    ["random", { T: 5, S: 5, N: 2, G: 2, K: 8 }, 1, { random: true, sequence: true }],
    ["cached", { T: 2, S: 9, N: 2, G: 2, K: 4 }, 1, { random: true }],
    ["grouped", { T: 3, S: 6, N: 6, G: 2, K: 4 }, 1, { random: true }],
    ["multi-query", { T: 3, S: 4, N: 4, G: 1, K: 5 }, 1],
    ["one-key", { T: 1, S: 1, N: 2, G: 1, K: 4 }],
    ["far-apart", { T: 4, S: 7, N: 1, G: 1, K: 4 }, 8],
    ["wide-head", { T: 2, S: 3, N: 1, G: 1, K: 67 }, 0.5],
    ["many-keys", { T: 2, S: 70, N: 1, G: 1, K: 4 }, 1],
    ["rows", { T: 37, S: 41, N: 1, G: 1, K: 4 }, 1],
    ["heads", { T: 2, S: 3, N: 12, G: 4, K: 8 }, 1],
  ];
  const attend = shapes.map(([name, heads, scale = 1, extra = {}]) =>
    caseOf("attend", dtype, "bounded", name, normal(heads, scale), { attributes: { K: heads.K }, ...extra }),
  );
  const designed = [
    caseOf(
      "attend",
      dtype,
      "bounded",
      "equal-scores",
      (make) => ({
        q: make.of([4, 8], () => 0),
        k: make.normal([6, 4]),
        v: coded(make, [6, 4]),
      }),
      { attributes: { K: 4 } },
    ),
    caseOf(
      "attend",
      dtype,
      "bounded",
      "last-key-wins",
      (make) => ({
        q: make.of([4, 4], () => 1),
        // each query's last key has by far the greatest score, and the one after it a greater one still
        k: make.of([6, 4], (i) => 8 * Math.floor(i / 4)),
        v: coded(make, [6, 4]),
      }),
      { attributes: { K: 4 } },
    ),
    // each key to come scores 16,384 more than the one before: a mask of -10^4, added or put in its place, leaks
    caseOf(
      "attend",
      dtype,
      "bounded",
      "scores-below-masks",
      (make) => ({
        q: make.of([4, 4], () => 128),
        k: make.of([4, 4], (i) => 64 * Math.floor(i / 4) - 192),
        v: coded(make, [4, 4]),
      }),
      { attributes: { K: 4 } },
    ),
    caseOf(
      "attend",
      dtype,
      "bounded",
      "unlike-heads",
      (make) => ({ q: make.normal([3, 12], 2), k: make.normal([5, 6], 2), v: coded(make, [5, 6]) }),
      {
        attributes: { K: 3 },
        layout: { q: { misaligned: 1 }, k: { pitch: 7 }, v: { pitch: 9, misaligned: 3 } },
      },
    ),
    caseOf(
      "attend",
      dtype,
      "special",
      "nan-in-the-future",
      (make) => ({
        q: make.normal([4, 4]),
        k: withNumbers(make.normal([4, 4]), { 13: Number.NaN }),
        v: withNumbers(make.normal([4, 4]), { 15: Infinity }),
      }),
      { attributes: { K: 4 } },
    ),
  ];
  const backward = shapes
    .filter(([name]) =>
      ["random", "cached", "grouped", "one-key", "far-apart", "rows", "heads"].includes(name),
    )
    .map(([name, heads, scale = 1, extra = {}]) =>
      caseOf(
        "attend.gradient",
        dtype,
        "bounded",
        name,
        (make) => ({ dy: make.normal([heads.T, heads.N * heads.K]), ...normal(heads, scale)(make) }),
        { attributes: { K: heads.K }, ...extra },
      ),
    );
  return [...attend, ...designed, ...backward];
}

function rotaryCases(dtype: FloatDtype): readonly Case[] {
  const turns: readonly (readonly [name: string, T: number, heads: number, rotation: Rotation])[] = [
    ["interleaved", 5, 2, { K: 8, start: 0, base: 10000, pairing: "interleaved" }],
    ["half-split", 5, 2, { K: 8, start: 0, base: 10000, pairing: "half-split" }],
    ["later", 3, 3, { K: 6, start: 7, base: 10000, pairing: "interleaved" }],
    ["much-later", 2, 1, { K: 4, start: 1000, base: 10000, pairing: "half-split" }],
    ["other-base", 4, 1, { K: 16, start: 3, base: 500000, pairing: "half-split" }],
    ["far-on", 2, 1, { K: 4, start: 5000, base: 10000, pairing: "interleaved" }],
    ["rows", 19, 9, { K: 8, start: 2, base: 10000, pairing: "half-split" }],
    ["one-pair", 6, 1, { K: 2, start: 1, base: 10000, pairing: "interleaved" }],
  ];
  return ["rotary", "rotary.gradient"].flatMap((op) =>
    turns.map(([name, T, heads, rotation]) =>
      caseOf(
        op,
        dtype,
        "bounded",
        name,
        (make) => ({ [op === "rotary" ? "x" : "dy"]: make.normal([T, heads * rotation.K]) }),
        { attributes: { ...rotation }, ...(name === "later" && { sequence: true }) },
      ),
    ),
  );
}

function lossCases(dtype: FloatDtype): readonly Case[] {
  const rows: readonly (readonly [name: string, z: (make: Maker) => Input, extra?: Extra])[] = [
    ["random", (make) => make.normal([5, 29], 2), { random: true, sequence: true }],
    ["far-apart", (make) => make.of([4, 12], (i) => (i % 4 === 0 ? 80 : -80) + make.draw.normal())],
    ["climbing", (make) => make.of([2, 13], (i) => 15 * (i % 13) - 90)],
    ["far-up", (make) => make.of([3, 19], () => 200 + make.draw.normal())],
    ["rows", (make) => make.normal([37, 5], 2)],
    ["far-down", (make) => make.of([3, 19], () => -200 + make.draw.normal())],
    ["below-masks", (make) => make.of([2, 9], (i) => -30000 - 32 * (i % 3))],
    ["one-class", (make) => make.normal([3, 1])],
    ["many-classes", (make) => make.normal([2, 203], 2)],
  ];
  return ["crossEntropy", "crossEntropy.gradient"].flatMap((op) =>
    rows.map(([name, of, extra]) =>
      caseOf(
        op,
        dtype,
        "bounded",
        name,
        (make) => {
          const z = of(make);
          const [T = 0, V = 0] = z.shape;
          const targets = {
            shape: [T],
            numbers: Float64Array.from({ length: T }, (_, t) => (t === 1 ? 0 : (t * 5 + V - 1) % V)),
          };
          return op === "crossEntropy" ? { z, targets } : { dloss: make.normal([T]), z, targets };
        },
        extra,
      ),
    ),
  );
}
