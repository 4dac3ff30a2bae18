// Whole models over the kernels: every operator within its bound on the way, and the laws of the contract to the bit.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { kernels } from "../../kernels/index.node.ts";
import { compare, type Judge } from "../../reference/interpret/compare.ts";
import { record, type Slopes } from "../../reference/interpret/record.ts";
import { skipZeros } from "../../reference/interpret/skip-zeros.ts";
import { type Cache, empty } from "../../reference/models/cache.ts";
import { forward, type Model } from "../../reference/models/model.ts";
import type { Activation, Differentiable, Ops } from "../../reference/ops/contract.ts";
import { reference } from "../../reference/ops/reference.ts";
import { type Matrix, map, matrixOf, type Tensor, type Vector } from "../../reference/tensor.ts";
import { isTensor, names, tensorsIn } from "../../reference/weights.ts";
import { sameBits, sameEverything } from "../assertions.ts";
import { silu, tinyFalcon, tinyLlama, tinyModels, tinyOpt, tokens } from "../reference/models/tiny.ts";
import { type Inputs, judged, namedCall, type Outputs } from "./judged.ts";

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
/** Every family with ReLU, and each smooth activation in another: an operator does not know what model it is in. */
const judgedModels = everyModel.filter((_, i) => i < 3 || (i - 3) % 4 === 0);
const title = ({ family, config }: Model): string => `${family} with ${config.activation.kind}`;

const T = tokens.length - 1;
const [inputs, targets] = [tokens.slice(0, T), tokens.slice(1)];
const losses = (ops: Ops, model: Model): Vector<"T"> =>
  ops.crossEntropy(forward(ops, model, inputs, empty).logits, targets);

// Every operator judged by itself.

/** Fails where an answer of one of the operators leaves its bound around the truth; notes which it has seen. */
const judging =
  (seen: Set<string>, only?: ReadonlySet<string>): Judge =>
  (operator, answer, _, args) => {
    if (only && !only.has(operator)) return;
    seen.add(operator);
    const { inputs, attributes } = namedCall(operator, args);
    judged(operator, { ...inputs, ...withPast(operator, inputs) }, answer, attributes);
  };

/** What a pass that skips zeros, over a cache, does otherwise than one that does not. */
const ofSkipping: ReadonlySet<string> = new Set(["activeLinear", "activeGatedLinear", "append", "attend"]);

/** The first append of a cache has no past: one of no rows. */
const withPast = (operator: string, { next, past }: Inputs): Inputs =>
  operator === "append" && !past && isTensor(next)
    ? { past: matrixOf(new Float32Array(0), 0, next.shape[1] ?? 0) }
    : {};

for (const model of judgedModels)
  test(`each operator of ${title(model)} is within its bound of the truth on the kernels' own numbers`, () => {
    const seen = new Set<string>();
    losses(compare(machine, reference, judging(seen)), model);
    // row by row the others get the same numbers again
    const ops = compare(machine, reference, judging(seen, ofSkipping));
    const { cache } = forward(skipZeros(ops), model, tokens.slice(0, 3), empty);
    forward(skipZeros(ops), model, tokens.slice(3), cache);
    const own = {
      opt: ["layerNorm"],
      "opt-post-norm": ["layerNorm"],
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

type Operator = (...args: readonly unknown[]) => unknown;

/** f of copies of its tensors, and a copy of what it gives: it neither sees nor touches what is kept elsewhere. */
const apart =
  (f: Operator): Operator =>
  (...args) =>
    copied(f(...args.map(copied)));

const copied = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copied);
  return isTensor(value) ? map(value, (x) => x) : value;
};

/** The kernels, every call apart, and every gradient judged. */
function judgedApart(seen: Set<string>): Differentiable {
  const { gradient, inPlace: _, scope, ...operators } = machine;
  const each = (functions: object, f: (name: string, call: Operator) => Operator): object =>
    Object.fromEntries(Object.entries(functions).map(([name, call]) => [name, f(name, call)]));
  const gradients = each(gradient, (name, call) =>
    apart((...args) => {
      const slopes = call(...args);
      const op = `${name}.gradient`;
      seen.add(op);
      const { inputs, attributes } = namedCall(op, args);
      // of a cache that was empty it has one output, not two; and it only cuts
      if (op !== "append.gradient") judged(op, inputs, slopes as Outputs, attributes);
      return slopes;
    }),
  );
  return { ...each(operators, (_, call) => apart(call)), scope, gradient: gradients } as Differentiable;
}

const pairs = (a: Model, b: Model): readonly (readonly [Tensor, Tensor])[] => {
  const others = [...tensorsIn(b.weights)];
  return [...tensorsIn(a.weights)].map((w, i) => [w, others[i] ?? w]);
};

for (const model of judgedModels)
  test(`each gradient of ${title(model)} is within its bound of the truth, and the tape has the slopes that they make`, () => {
    const seen = new Set<string>();
    const wanted = slopesOf(judgedApart(seen), model);
    const got = slopesOf(machine, model);
    for (const [w, path] of names(model.weights)) {
      const [a, b] = [got.get(w), wanted.get(w)];
      assert.equal(a === undefined, b === undefined, path);
      if (a && b) sameBits(a, b, path);
    }
    for (const op of ["embed", "linear", "activate", "attend", "unembed", "crossEntropy"])
      assert.ok(seen.has(`${op}.gradient`), `${op}.gradient was not seen`);
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
