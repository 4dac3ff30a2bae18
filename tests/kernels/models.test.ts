// Whole models over the kernels: every operator within its bound on the way, and the laws of the contract to the bit.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { kernels } from "../../kernels/index.node.ts";
import { compare, type Judge } from "../../reference/interpret/compare.ts";
import { record, type Slopes } from "../../reference/interpret/record.ts";
import { skipZeros } from "../../reference/interpret/skip-zeros.ts";
import { type Cache, empty } from "../../reference/models/cache.ts";
import { forward, type Model } from "../../reference/models/model.ts";
import type { Activation, Differentiable, Ops, Rotation } from "../../reference/ops/contract.ts";
import { reference } from "../../reference/ops/reference.ts";
import { stream } from "../../reference/random.ts";
import { type Matrix, map, matrixOf, sum, type Tensor, type Vector } from "../../reference/tensor.ts";
import { isTensor, names, tensorsIn } from "../../reference/weights.ts";
import { sameBits, sameEverything } from "../assertions.ts";
import { silu, tinyFalcon, tinyLlama, tinyModels, tinyOpt, tokens } from "../reference/models/tiny.ts";
import { forwardBound } from "./attention-bounds.ts";
import {
  type Bound,
  lossBound,
  normBound,
  onceRounded,
  productBound,
  rotaryBound,
  type Smooth,
  valueBound,
} from "./bounds.ts";
import { u, within } from "./float32.ts";

const machine = await kernels({ mebibytes: 64 });
const two = await kernels({ mebibytes: 64, threads: 2, shareFrom: 0 });
after(() => two.close());

/** The model with its weights in the memory, which float32 rounded: the numbers that both sides then compute with. */
const inMemory = <M extends Model>(model: M): M => ({ ...model, weights: machine.load(model.weights) });

const gelus: readonly Activation[] = [
  silu,
  { kind: "gelu", shift: 0 },
  { kind: "swish", beta: 8, shift: 0.5 },
];
const smooth = gelus.flatMap((activation) =>
  [tinyOpt, tinyLlama, tinyFalcon].map(
    (model): Model => ({ ...model, config: { ...model.config, activation } }) as Model,
  ),
);
const everyModel: readonly Model[] = [...tinyModels, ...smooth].map(inMemory);
const title = ({ family, config }: Model): string => `${family} with ${config.activation.kind}`;

const T = tokens.length - 1;
const [inputs, targets] = [tokens.slice(0, T), tokens.slice(1)];
const losses = (ops: Ops, model: Model): Vector<"T"> =>
  ops.crossEntropy(forward(ops, model, inputs, empty).logits, targets);

// Every operator within its bound.

const absolute = <X extends Tensor | undefined>(x: X): X => (x ? map(x, Math.abs) : x) as X;
const exact: Bound = () => 0;
const isSmooth = (f: Activation): f is Smooth => ["silu", "swish", "gelu", "gelu-tanh"].includes(f.kind);

type Args<O extends keyof Ops> = Parameters<Ops[O]>;
/** What each operator may be off, by its arguments; the two that models do not use are left out. */
const bounds: {
  readonly [O in Exclude<keyof Ops, "scope" | "softmax" | "mul">]: (
    wanted: Tensor,
    ...args: Args<O>
  ) => Bound;
} = {
  embed: () => exact,
  append: () => exact,
  linear: (_, x, w, b) =>
    productBound(reference.linear(absolute(x), absolute(w), absolute(b)), w.shape[0] + 1),
  activeLinear: (wanted, x, w, b) => bounds.linear(wanted, x, w, b),
  gatedLinear: (_, x, w, g) =>
    productBound(reference.gatedLinear(absolute(x), absolute(w), absolute(g)), w.shape[1] + 1),
  activeGatedLinear: (wanted, x, w, g) => bounds.gatedLinear(wanted, x, w, g),
  unembed: (_, x, table) => productBound(reference.unembed(absolute(x), absolute(table)), table.shape[1]),
  add: onceRounded,
  activate: (wanted, x, f) =>
    isSmooth(f) ? (i) => valueBound(f, (x.data[i] ?? 0) - f.shift) : onceRounded(wanted),
  layerNorm: (wanted, x, gain, bias, epsilon) =>
    normBound(
      wanted as Matrix<"T", "D">,
      x as Matrix<"T", "D">,
      epsilon,
      gain as Vector<"D">,
      bias as Vector<"D">,
    ),
  rmsNorm: (wanted, x, gain, epsilon) =>
    normBound(wanted as Matrix<"T", "D">, x as Matrix<"T", "D">, epsilon, gain as Vector<"D">),
  rotary: (_, x, rotation: Rotation) => rotaryBound(x, rotation),
  attend: (_, q, k, v, K) => {
    const bound = forwardBound({ q, k, v, dy: q, K });
    return (i) => bound.data[i] ?? 0;
  },
  crossEntropy: (wanted, z) => lossBound(wanted as Vector, z),
};

/** Fails where an operator of the kernels leaves its bound around the reference's; notes which it has seen. */
function judging(seen: Set<string>): Judge {
  return (operator, got, wanted, args) => {
    seen.add(operator);
    const bound = (
      bounds as Readonly<Record<string, (wanted: Tensor, ...args: readonly unknown[]) => Bound>>
    )[operator];
    if (!bound) assert.fail(`no bound is stated for ${operator}`);
    within(got, wanted, bound(wanted, ...args));
  };
}

for (const model of everyModel)
  test(`each operator of ${title(model)} is within its bound of the reference on the kernels' own numbers`, () => {
    const seen = new Set<string>();
    const judged = compare(machine, reference, judging(seen));
    losses(judged, model);
    const { cache } = forward(skipZeros(judged), model, tokens.slice(0, 3), empty);
    forward(skipZeros(judged), model, tokens.slice(3), cache);
    const own = {
      opt: ["layerNorm"],
      llama: ["rmsNorm", "rotary", "gatedLinear", "activeGatedLinear"],
      falcon: ["layerNorm", "rotary"],
    };
    for (const operator of [
      "embed",
      "linear",
      "activeLinear",
      "activate",
      "add",
      "append",
      "attend",
      "unembed",
      "crossEntropy",
      ...own[model.family],
    ])
      assert.ok(seen.has(operator), `${operator} was not seen`);
  });

// The laws, to the bit.

const logitsOf = (ops: Ops, model: Model, ids: readonly number[], past: Cache = empty): Matrix =>
  forward(ops, model, ids, past).logits;

for (const model of everyModel) {
  test(`${title(model)}: token by token through a cache gives the bits of one pass, in scopes and without`, () => {
    const whole = logitsOf(machine, model, tokens);
    const V = whole.shape[1];
    const row = (t: number): Matrix => matrixOf(whole.data.slice(t * V, t * V + V), 1, V);
    for (const scope of [machine.scope, <R>(body: () => R): R => body()]) {
      let cache = empty;
      for (const [t, token] of tokens.entries()) {
        const run = scope(() => forward(machine, model, [token], cache));
        cache = run.cache;
        sameBits(run.logits, row(t), `row ${t}`);
      }
    }
  });

  test(`${title(model)}: skipZeros(kernels), two threads and one scope around all change no bit`, () => {
    const dense = forward(machine, model, tokens, empty);
    sameEverything(forward(skipZeros(machine), model, tokens, empty), dense);
    sameEverything(
      machine.scope(() => forward(machine, model, tokens, empty)),
      dense,
    );
    sameEverything(forward(two, model, tokens, empty), dense);
    sameEverything(
      two.scope(() => forward(skipZeros(two), model, tokens, empty)),
      dense,
    );
  });
}

test("a cache whose last rows are dropped goes on with the bits of one that never had them", () => {
  for (const model of everyModel) {
    const { cache } = forward(machine, model, tokens.slice(0, 4), empty);
    const drafted = forward(machine, model, [7, 7, 7], cache).cache;
    const kept: Cache = drafted.map(({ keys, values }) => ({
      keys: first(keys, 5),
      values: first(values, 5),
    }));
    const never = forward(machine, model, [...tokens.slice(0, 4), 7], empty).cache;
    sameEverything(kept, never);
    sameBits(logitsOf(machine, model, [2, 3], kept), logitsOf(machine, model, [2, 3], never));
    sameEverything(forward(machine, model, [7, 7, 7], cache).cache, drafted);
  }
});

const first = <H>(x: Matrix<"S", H>, S: number): Matrix<"S", H> =>
  matrixOf(x.data.subarray(0, S * x.shape[1]), S, x.shape[1]);

// Learning.

const slopesOf = (ops: Differentiable, model: Model): Slopes => {
  const tape = record(ops);
  return tape.slopes(losses(tape, model), 1 / T);
};

const length = (x: Tensor): number => Math.sqrt(sum(x.size, (i) => (x.data[i] ?? 0) ** 2));
function difference(x: Tensor, y: Tensor): Tensor {
  let i = 0;
  return map(x, (value) => value - (y.data[i++] ?? Number.NaN));
}

/** Roundings of one element, at most, on its way through an operator: the widest sum, of F = 20 terms, and what follows. */
const ROUNDINGS = 24;

/** The reference, each operator and gradient of which sees every number moved, up or down by ROUNDINGS · u of itself. */
function moved(seed: number): Differentiable {
  const signs = stream(seed, "signs");
  const move = (value: number): number => value * (1 + (signs.normal() > 0 ? ROUNDINGS : -ROUNDINGS) * u);
  const all = <F extends object>(functions: F): F =>
    Object.fromEntries(
      Object.entries(functions).map(([name, f]) => [
        name,
        (...args: readonly unknown[]) => f(...args.map((arg) => (isTensor(arg) ? map(arg, move) : arg))),
      ]),
    ) as F;
  const { gradient, inPlace: _, scope, ...operators } = reference;
  return { ...all(operators), scope, gradient: all(gradient) };
}

/**
 * How far the slope of each weight may be off, as a length. Backward errors: what rounds computes exactly, from arguments
 * moved by ROUNDINGS · u at most. How far such moves reach, through all operators together, is measured in float64, over
 * five draws of their signs, of which the longest counts.
 */
function tapeBounds(model: Model, slopes: Slopes): ReadonlyMap<Tensor, number> {
  const reach = new Map<Tensor, number>();
  for (let seed = 1; seed <= 5; seed++)
    for (const [x, slope] of slopesOf(moved(seed), model)) {
      const before = slopes.get(x);
      if (before) reach.set(x, Math.max(reach.get(x) ?? 0, length(difference(slope, before))));
    }
  return reach;
}

const pairs = (a: Model, b: Model): readonly (readonly [Tensor, Tensor])[] => {
  const others = [...tensorsIn(b.weights)];
  return [...tensorsIn(a.weights)].map((w, i) => [w, others[i] ?? w]);
};

for (const model of everyModel)
  test(`the tape over the kernels has the slopes of the tape over the reference: ${title(model)}`, () => {
    const wanted = slopesOf(reference, model);
    const bound = tapeBounds(model, wanted);
    const got = slopesOf(machine, model);
    for (const [w, path] of names(model.weights)) {
      const [a, b] = [got.get(w), wanted.get(w)];
      assert.equal(a === undefined, b === undefined, path);
      if (!a || !b) continue;
      const [off, most] = [length(difference(a, b)), bound.get(w) ?? 0];
      assert.ok(off <= most, `${path} is ${off} off, of ${length(b)}; expected ${most} at most`);
    }
  });

test("slopes are the same bits in a scope, on two threads, and for the kernels that skip zeros", () => {
  for (const model of everyModel) {
    const ofWeights = (slopes: Slopes) => [...tensorsIn(model.weights)].map((w) => slopes.get(w));
    const wanted = ofWeights(slopesOf(machine, model));
    sameEverything(
      machine.scope(() => ofWeights(slopesOf(machine, model))),
      wanted,
    );
    sameEverything(
      machine.scope(() => ofWeights(slopesOf(skipZeros(machine), model))),
      wanted,
    );
    sameEverything(
      two.scope(() => ofWeights(slopesOf(two, model))),
      wanted,
    );
  }
});

// Weights in the memory.

test("load(weights) rounds to float32, keeps tied tensors tied, and costs no copy: every weight lives in one buffer", () => {
  const own = machine.load(tinyOpt.weights);
  assert.equal(own.tokens, own.unembedding);
  const buffers = new Set([...tensorsIn(own)].map((w) => w.data.buffer));
  assert.equal(buffers.size, 1);
  for (const [w, kept] of pairs(tinyOpt, { ...tinyOpt, weights: own })) sameBits(kept, map(w, Math.fround));
  for (const w of tensorsIn(own)) assert.equal(machine.machine.place(w), w.data.byteOffset);
  machine.unload(own);
});

test("unload(weights) gives the place back: loading and unloading again and again never fills the memory", async () => {
  const small = await kernels({ mebibytes: 32 });
  const big = {
    a: matrixOf(new Float32Array(2 ** 20), 1024, 1024),
    b: matrixOf(new Float32Array(2 ** 20), 1024, 1024),
  };
  const places = Array.from({ length: 20 }, () => {
    const own = small.load(big);
    const at = own.a.data.byteOffset;
    small.unload(own);
    assert.throws(() => small.add(own.a, own.a), { name: "TypeError" });
    return at;
  });
  assert.equal(new Set(places).size, 1);
});

test("load(weights) that do not fit leaves nothing behind", async () => {
  const small = await kernels({ mebibytes: 32 });
  const part = matrixOf(new Float32Array(2 ** 20), 1024, 1024); // 4 MiB
  const many = Array.from({ length: 9 }, () => map(part, () => 1));
  const first = small.load(part).data.byteOffset;
  assert.throws(() => small.load(many), { name: "RangeError" });
  assert.equal(small.load(part).data.byteOffset, first + part.data.byteLength);
});
