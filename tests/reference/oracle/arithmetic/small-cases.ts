// Small cases of every operator for the tests of the arithmetics, and how far an answer is from the truth.
import type { Activation } from "../../../../reference/ops/contract.ts";
import type { Arithmetic } from "../../../../reference/oracle/arithmetic/arithmetic.ts";
import { closely } from "../../../../reference/oracle/arithmetic/closely.ts";
import { type Gauged, gauges } from "../../../../reference/oracle/arithmetic/gauge.ts";
import type { Case, Input } from "../../../../reference/oracle/case.ts";
import { evaluate, type Outputs } from "../../../../reference/oracle/evaluate.ts";
import { type FloatDtype, FORMATS, roundedTo } from "../../../../reference/oracle/float-formats.ts";
import type { Model } from "../../../../reference/oracle/model.ts";
import { type Stream, stream } from "../../../../reference/random.ts";

export const ACTIVATIONS: readonly Activation[] = [
  { kind: "identity" },
  { kind: "relu", shift: 0.25 },
  { kind: "relu-squared", shift: 0 },
  { kind: "fatrelu", threshold: 0.5, shift: 0.125 },
  { kind: "fatrelu-strict", threshold: 0.5, shift: 0 },
  { kind: "silu", shift: 0.25 },
  { kind: "swish", beta: 1.75, shift: 0 },
  { kind: "gelu", shift: 0.5 },
  { kind: "gelu-tanh", shift: 0 },
];

/** A tensor whose numbers are rounded to the type they are stored in. */
export const tensor = (dtype: FloatDtype, shape: readonly number[], f: (i: number) => number): Input => ({
  shape,
  numbers: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
    roundedTo(FORMATS[dtype], f(i)),
  ),
});

export const caseOf = (
  op: string,
  dtype: FloatDtype,
  inputs: Readonly<Record<string, Input>>,
  attributes: Case["attributes"] = {},
): Case => ({ id: op, op, dtype, tier: "bounded", attributes, inputs });

/** A case of each operator. `make` gives the numbers. */
export function smallCases(
  dtype: FloatDtype,
  seed: number,
  make = (draw: Stream) => draw.normal(),
): readonly Case[] {
  const draw = stream(seed, "small cases");
  const t = (...shape: readonly number[]): Input => tensor(dtype, shape, () => make(draw));
  const wide = (...shape: readonly number[]): Input => tensor(dtype, shape, () => 4 * make(draw));
  const ids = (n: number, below: number): Input => ({
    shape: [n],
    numbers: Float64Array.from({ length: n }, () => draw.integer(below)),
  });
  const sparse = tensor(dtype, [2, 7], () => Math.max(0, make(draw)));
  const one = (
    op: string,
    inputs: Readonly<Record<string, Input>>,
    attributes: Case["attributes"] = {},
  ): Case => caseOf(op, dtype, inputs, attributes);
  const [x, y, gain, bias] = [t(2, 7), t(2, 7), t(7), t(7)];
  const [w, b, row] = [t(7, 5), t(5), t(5, 7)];
  const epsilon = { epsilon: 1 / 0x20000 };
  const turn = { K: 4, start: 9, base: 10000, pairing: "interleaved" };
  const heads = { q: t(3, 8), k: t(5, 4), v: t(5, 4) };
  const layer = { x, up: t(7, 9), upBias: t(9), down: t(9, 7), downBias: t(7) };
  const gated = { x, gate: t(7, 9), up: t(9, 7), down: t(9, 7) };
  return [
    one("embed", { tokens: ids(4, 3), table: t(3, 5) }),
    one("embed.gradient", { dx: t(9, 5), tokens: ids(9, 3), table: t(3, 5) }),
    one("linear", { x, w, b }),
    one("linear.gradient", { dy: t(2, 5), x, w, b }),
    one("activeLinear", { x: sparse, w, b }),
    one("gatedLinear", { x, w: row, g: t(2, 5) }),
    one("gatedLinear.gradient", { dh: t(2, 5), x, w: row, g: t(2, 5) }),
    one("activeGatedLinear", { x, w: row, g: tensor(dtype, [2, 5], () => Math.max(0, make(draw))) }),
    one("unembed", { x, table: row }),
    one("unembed.gradient", { dz: t(2, 5), x, table: row }),
    one("add", { x, y }),
    one("mul", { x, y }),
    one("mul.gradient", { dz: t(2, 7), x, y }),
    one("append", { past: x, next: y }),
    one("append.gradient", { dy: t(4, 7), past: x, next: y }),
    ...ACTIVATIONS.flatMap((f) => [
      one("activate", { x: wide(1, 9) }, { f }),
      one("activate.gradient", { dy: t(1, 9), x: wide(1, 9) }, { f }),
    ]),
    one("softmax", { x: wide(2, 9) }),
    one("softmax.gradient", { dp: t(2, 9), x: wide(2, 9) }),
    one("layerNorm", { x, gain, bias }, epsilon),
    one("layerNorm.gradient", { dy: y, x, gain, bias }, epsilon),
    one("rmsNorm", { x, gain }, epsilon),
    one("rmsNorm.gradient", { dy: y, x, gain }, epsilon),
    one("rotary", { x: t(3, 8) }, turn),
    one("rotary.gradient", { dy: t(3, 8) }, { ...turn, pairing: "half-split" }),
    one("attend", heads, { K: 4 }),
    one("attend.gradient", { dy: t(3, 8), ...heads }, { K: 4 }),
    one("crossEntropy", { z: wide(3, 9), targets: ids(3, 9) }),
    one("crossEntropy.gradient", { dloss: t(3), z: wide(3, 9), targets: ids(3, 9) }),
    one("feedForward", layer, { f: { kind: "relu", shift: 0.25 }, skip: true }),
    one("gatedFeedForward", gated, { f: { kind: "silu", shift: 0 }, skip: false }),
    one("gatedFeedForward", gated, { f: { kind: "fatrelu", threshold: 0.5, shift: 0 }, skip: true }),
  ];
}

export interface Expected {
  readonly truth: ReturnType<typeof truthOf>;
  readonly gauge: Outputs<Gauged>;
}

const truthOf = (given: Case) => evaluate(given, closely);

/** The truth and the bounds of a case. */
export const expected = (given: Case, model: Model, of: Arithmetic<Gauged> = gauges(model)): Expected => ({
  truth: truthOf(given),
  gauge: evaluate(given, of),
});

/** The greatest share of its bound that an element is off, and where; Infinity where a bound of 0 is missed. */
export function farthest({ truth, gauge }: Expected, answer: Outputs<number>) {
  let worst = { share: 0, where: "nowhere" };
  for (const [name, numbers] of Object.entries(answer)) {
    for (const [i, got] of numbers.entries()) {
      const [pair, bound] = [truth[name]?.[i], gauge[name]?.[i]?.error ?? 0];
      const error = Math.abs(got - (pair?.hi ?? Number.NaN) - (pair?.lo ?? 0));
      const share = error === 0 || bound === Infinity ? 0 : error / bound;
      if (!(share <= worst.share))
        worst = { share, where: `${name}[${i}] is ${got}; expected ${pair?.hi} within ${bound}` };
    }
  }
  return worst;
}
