// Cases of whole feed-forward layers, plain and gated, dense and skipping: masks, lists of active neurons, thresholds.
import type { Activation } from "../../ops/contract.ts";
import type { Case, Input } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import { caseOf, coded, type Extra, type Maker, oneHot, powerOfTwo, withNumbers } from "./making.ts";

type Inputs = Readonly<Record<string, Input | undefined>>;

/** How a layer is written: by its gate, or plain. */
interface Kind {
  readonly op: "feedForward" | "gatedFeedForward";
  readonly skip: boolean;
}

const KINDS: readonly Kind[] = [
  { op: "feedForward", skip: false },
  { op: "feedForward", skip: true },
  { op: "gatedFeedForward", skip: false },
  { op: "gatedFeedForward", skip: true },
];

const relu = (shift: number): Activation => ({ kind: "relu", shift });

/** The tensors of a layer: what decides which neurons fire, what they read besides, and what they write. */
interface Layer {
  readonly x: Input;
  /** [D, F], before the activation */
  readonly first: Input;
  readonly firstBias?: Input;
  /** [F, D]; a plain layer has none */
  readonly up: Input;
  readonly down: Input;
  readonly downBias?: Input;
}

const tensors = ({ op }: Kind, { x, first, firstBias, up, down, downBias }: Layer): Inputs =>
  op === "feedForward"
    ? { x, up: first, upBias: firstBias, down, downBias }
    : { x, gate: first, gateBias: firstBias, up, down, downBias };

export const feedForwardCases = (dtype: FloatDtype): readonly Case[] =>
  KINDS.flatMap((kind) => {
    const named = kind.skip ? "skipping-" : "";
    const made = (
      tier: Case["tier"],
      name: string,
      f: Activation,
      layer: (make: Maker) => Layer,
      extra: Extra = {},
    ): Case =>
      caseOf(kind.op, dtype, tier, `${named}${name}`, (make) => tensors(kind, layer(make)), {
        attributes: { f, skip: kind.skip },
        ...extra,
      });
    return [...exact(made), ...bounded(made, dtype), ...special(made)];
  });

type Made = (
  tier: Case["tier"],
  name: string,
  f: Activation,
  layer: (make: Maker) => Layer,
  extra?: Extra,
) => Case;

/** Hidden numbers beyond what eight and sixteen bits hold; what they give is small again. */
const largeHidden = (make: Maker): Layer => ({
  x: oneHot(make, 4, 4),
  first: make.of([4, 9], (i) => (i % 9 <= Math.floor(i / 9) ? powerOfTwo(9 + Math.floor(i / 9)) : -1)),
  up: make.of([9, 4], () => 128),
  down: make.of([9, 4], (i) => ((i % 5) - 2) / 1024),
});

/** Small whole numbers, sparse enough for every sum to stay small. */
const whole =
  (T: number, D: number, F: number) =>
  (make: Maker): Layer => ({
    x: make.whole([T, D], 1),
    first: make.whole([D, F], 2, Math.min(1, 8 / D)),
    firstBias: make.whole([F], 2),
    up: make.whole([F, D], 1, Math.min(1, 6 / D)),
    down: make.whole([F, D], 1, Math.min(1, 12 / F)),
    downBias: make.whole([D], 3),
  });

/** Each neuron's row of down says which neuron it is, and each token lets other neurons through. */
const alone =
  (rows: number, F: number, firing: (t: number, f: number) => boolean) =>
  (make: Maker): Layer => ({
    x: oneHot(make, rows, rows),
    first: make.of([rows, F], (i) => (firing(Math.floor(i / F), i % F) ? 2 : -1)),
    up: make.of([F, rows], () => 1),
    down: coded(make, [F, rows], 113),
  });

const exact = (made: Made): readonly Case[] => [
  made("exact", "tails-5-93", relu(1), whole(5, 5, 93)),
  made("exact", "tails-7-67", relu(1), whole(4, 7, 67), { sequence: true }),
  made("exact", "tails-13-35", relu(1), whole(3, 13, 35)),
  made("exact", "tails-9-1", relu(0), whole(2, 9, 1)),
  made("exact", "tails-1-10", relu(0), whole(3, 1, 10)),
  made("exact", "no-neuron", relu(0), whole(2, 5, 0)),
  made("exact", "no-token", relu(0), whole(0, 5, 7)),
  made("exact", "none-active", relu(32), whole(3, 9, 21)),
  made("exact", "all-active", relu(-32), whole(2, 6, 40)),
  made(
    "exact",
    "each-neuron",
    relu(0),
    alone(11, 11, (t, f) => t === f),
  ),
  made(
    "exact",
    "last-neurons",
    relu(0),
    alone(5, 23, (t, f) => f >= 23 - t),
  ),
  made(
    "exact",
    "every-other",
    relu(0),
    alone(4, 18, (t, f) => (f + t) % 2 === 0),
  ),
  made(
    "exact",
    "other-each-token",
    relu(0),
    alone(6, 30, (t, f) => f % 6 === t),
  ),
  made("exact", "wide", relu(1), whole(2, 131, 7)),
  made("exact", "many-rows", relu(1), whole(37, 5, 6)),
  made("exact", "large-hidden", relu(0), largeHidden),
  made("exact", "squared", { kind: "relu-squared", shift: 1 }, whole(3, 7, 29)),
  made("exact", "ties", { kind: "fatrelu", threshold: 2, shift: 0 }, whole(4, 9, 31)),
  made("exact", "strict-ties", { kind: "fatrelu-strict", threshold: 2, shift: 0 }, whole(4, 9, 31)),
  made("exact", "unaligned", relu(1), whole(3, 11, 26), {
    layout: { x: { misaligned: 1, pitch: 13 }, down: { misaligned: 3 } },
  }),
];

const normal =
  (T: number, D: number, F: number, lift = 0) =>
  (make: Maker): Layer => ({
    x: make.normal([T, D]),
    first: make.normal([D, F], 1 / Math.sqrt(D)),
    firstBias: make.of([F], () => lift + 0.125 * make.draw.normal()),
    up: make.normal([F, D], 1 / Math.sqrt(D)),
    down: make.normal([F, D], 1 / Math.sqrt(F)),
    downBias: make.normal([D], 0.125),
  });

const bounded = (made: Made, dtype: FloatDtype): readonly Case[] => {
  const at = (T: number, D: number, F: number, lift = 0) => normal(T, D, F, lift);
  return [
    made("bounded", "random", relu(0), at(4, 23, 97), { random: true, sequence: true }),
    made("bounded", "shifted", relu(0.125), at(5, 15, 61), { random: true }),
    made("bounded", "sparse", relu(0), at(6, 14, 120, -1.5), { random: true }),
    made("bounded", "squared-random", { kind: "relu-squared", shift: 0 }, at(3, 19, 61), { random: true }),
    made("bounded", "threshold", { kind: "fatrelu", threshold: 0.5, shift: 0 }, at(3, 19, 61)),
    made("bounded", "near-threshold", { kind: "fatrelu", threshold: 0.5, shift: 0 }, nearThreshold),
    made("bounded", "smooth", { kind: "silu", shift: 0 }, at(3, 23, 57), { random: true }),
    made("bounded", "smooth-gelu", { kind: "gelu", shift: 0 }, at(2, 23, 41), { random: true }),
    made("bounded", "tiny-activations", relu(0), tiny(dtype)),
    made("bounded", "cancelling", relu(0), cancelling),
  ];
};

/** A pre-activation that is the threshold but for what a sum may lose, in every third neuron. */
const nearThreshold = (make: Maker): Layer => {
  const layer = normal(2, 12, 30)(make);
  const F = 30;
  const first = make.of([12, F], (i) =>
    (i % F) % 3 === 0 ? cancel(Math.floor(i / F)) : (layer.first.numbers[i] ?? 0),
  );
  return {
    ...layer,
    x: make.of([2, 12], () => 1),
    first,
    firstBias: make.of([F], (f) => (f % 3 === 0 ? 0 : (layer.firstBias?.numbers[f] ?? 0))),
  };
};

/** Twelve numbers whose sum is ½ and whose partial sums are not exact in 24 bits. */
const cancel = (d: number): number =>
  d === 11 ? 0.5 : d === 10 ? 0 : (d % 2 === 0 ? 1 : -1) * (1 + 0.3 * (d >> 1));

/** One neuron a token, each far smaller than the one before. */
const tiny =
  (dtype: FloatDtype) =>
  (make: Maker): Layer => {
    const steps = dtype === "F16" ? [11, 13, 15, 17, 19, 21] : [14, 20, 30, 50, 80, 110];
    return {
      x: oneHot(make, 6, 6),
      first: make.of([6, 14], (i) => {
        const t = Math.floor(i / 14);
        return i % 14 === 2 * t ? powerOfTwo(-(steps[t] ?? 0)) : -1;
      }),
      up: make.of([14, 6], () => 1),
      down: make.normal([14, 6]),
    };
  };

/** Neurons in pairs that read alike and write against each other, but for a sixteenth in every fifth. */
const cancelling = (make: Maker): Layer => {
  const [D, half] = [13, 36];
  const { x, first, up, down } = normal(3, D, half)(make);
  const F = 2 * half;
  const twice = ({ numbers }: Input) =>
    make.of([D, F], (i) => numbers[Math.floor(i / F) * half + ((i % F) % half)] ?? 0);
  const rows = (input: Input, sign: (f: number) => number) =>
    make.of(
      [F, D],
      (i) => sign(Math.floor(i / D)) * (input.numbers[(Math.floor(i / D) % half) * D + (i % D)] ?? 0),
    );
  return {
    x,
    first: twice(first),
    up: rows(up, () => 1),
    down: rows(down, (f) => (f < half ? 1 : f % 5 === 0 ? -1.0625 : -1)),
  };
};

const special = (made: Made): readonly Case[] => {
  const plain = whole(3, 5, 9);
  const put =
    (name: keyof Layer, places: Readonly<Record<number, number>>) =>
    (make: Maker): Layer => {
      const layer = plain(make);
      const input = layer[name];
      return input ? { ...layer, [name]: withNumbers(input, places) } : layer;
    };
  // no token lets neuron 4 fire
  const silent =
    (name: "up" | "down", value: number) =>
    (make: Maker): Layer => {
      const layer = alone(5, 9, (t, f) => f % 5 === t && f !== 4)(make);
      return { ...layer, [name]: withNumbers(layer[name], { 20: value, 23: value }) };
    };
  return [
    made("special", "nan-token", relu(0), put("x", { 6: Number.NaN })),
    made("special", "infinite-input", relu(0), put("x", { 6: Infinity })),
    made("special", "infinity-behind-zeros", relu(0), silent("down", Infinity)),
    made("special", "nan-behind-zeros", relu(0), silent("down", Number.NaN)),
    made("special", "infinity-behind-gates", relu(0), silent("up", Infinity)),
  ];
};
