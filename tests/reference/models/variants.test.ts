// Variants of the families: pages beside a second spelling, cached and skipping passes, slopes beside differences.
import assert from "node:assert/strict";
import { test } from "node:test";
import { record } from "../../../reference/interpret/record.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import type { OptWeights } from "../../../reference/models/opt.ts";
import type { Ops } from "../../../reference/ops/contract.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { stream } from "../../../reference/random.ts";
import {
  type Matrix,
  map,
  matrix,
  sum,
  type Tensor,
  type Vector,
  vector,
} from "../../../reference/tensor.ts";
import { mapTensors, names } from "../../../reference/weights.ts";
import { sameBits } from "../../assertions.ts";
import { none, relu, tinyFalcon, tinyLlama, tinyOpt, tokens } from "./tiny.ts";

/** Every number drawn: gains around 1, biases too. */
function drawn<M extends Model>(model: M): M {
  const fresh = (x: Tensor, path: string): Tensor => {
    const draws = stream(5, path);
    const center = /gain$|[nN]orm$/.test(path) ? 1 : 0;
    return map(x, () => center + 0.5 * draws.normal());
  };
  return { ...model, weights: mapTensors(model.weights, fresh) };
}

const zeros = <R, C>(rows: number, columns: number): Matrix<R, C> => matrix(rows, columns, () => 0);
const bias = <A>(size: number): Vector<A> => vector(size, () => 0);
const { V, D, F } = tinyOpt.config.sizes;
const { norm: _, ...withoutNorm } = tinyOpt.weights;
const narrow = zeros<"V", "D">(V, 5);
const projected: OptWeights = {
  ...withoutNorm,
  ...{ tokens: narrow, unembedding: narrow, projectIn: zeros(5, D), projectOut: zeros(D, 5) },
};
const plainConfig = { ...tinyOpt.config, afterNorm: none };
const postNorm = drawn({ family: "opt-post-norm", config: plainConfig, weights: projected } as const);
const grouped = drawn({
  ...tinyFalcon,
  config: { ...tinyFalcon.config, sizes: { ...tinyFalcon.config.sizes, G: 3 } },
  weights: {
    ...tinyFalcon.weights,
    layers: tinyFalcon.weights.layers.map((layer) => ({
      ...layer,
      ...{ hiddenNorm: { gain: bias<"D">(D), bias: bias<"D">(D) }, key: zeros<"D", "G·K">(D, 12) },
      ...{ value: zeros<"D", "G·K">(D, 12), queryBias: bias<"N·K">(12), keyBias: bias<"G·K">(12) },
      ...{
        valueBias: bias<"G·K">(12),
        outputBias: bias<"D">(D),
        upBias: bias<"F">(F),
        downBias: bias<"D">(D),
      },
    })),
  },
});
const biased = drawn({
  ...tinyLlama,
  config: {
    ...tinyLlama.config,
    rotary: {
      ...{ base: 100, pairing: "half-split" as const },
      scaling: { kind: "llama3", factor: 8, lowFactor: 1, highFactor: 4, positions: 16 } as const,
    },
  },
  weights: {
    ...tinyLlama.weights,
    layers: tinyLlama.weights.layers.map((layer) => ({
      ...layer,
      ...{ queryBias: bias<"N·K">(16), keyBias: bias<"G·K">(8), valueBias: bias<"G·K">(8) },
      ...{ outputBias: bias<"D">(D), gateBias: bias<"F">(F), downBias: bias<"D">(D) },
    })),
  },
});
const variants: readonly Model[] = [postNorm, grouped, biased];
const logits = (model: Model, ops: Ops = reference) => forward(ops, model, tokens, empty).logits;

test("opt-post-norm: x = norm(x + attention(x)), then norm(x + feedForward(x)), and no norm comes last", () => {
  const { config, weights } = postNorm;
  const { add, append, attend, activate, embed, layerNorm, linear, unembed } = reference;
  const places = tokens.map((_, t) => t);
  const zero = zeros<"D", "D">(D, D);
  let x = add(
    linear(embed(tokens, weights.tokens), weights.projectIn ?? zero),
    embed(places, weights.positions),
  );
  for (const { query, key, value, output, up, down, attentionNorm, hiddenNorm } of weights.layers) {
    const [q, k] = [linear(x, query.weight, query.bias), linear(x, key.weight, key.bias)];
    const v = linear(x, value.weight, value.bias);
    const mixed = attend(q, append(undefined, k), append(undefined, v), config.sizes.K);
    x = add(x, linear(mixed, output.weight, output.bias));
    x = layerNorm(x, attentionNorm.gain, attentionNorm.bias, config.epsilon);
    x = add(x, linear(activate(linear(x, up.weight, up.bias), relu), down.weight, down.bias));
    x = layerNorm(x, hiddenNorm.gain, hiddenNorm.bias, config.epsilon);
  }
  const z = unembed(linear(x, weights.projectOut ?? zero), weights.unembedding);
  sameBits(logits(postNorm), z);
});

test("opt-post-norm refuses a ReLU after norms, and gives stage 1 as it is", () => {
  const cut = { ...postNorm, config: { ...postNorm.config, afterNorm: relu } };
  assert.throws(() => logits(cut), {
    name: "RangeError",
    message: "optPostNorm: there is an activation after norms; expected none, in the residual stream",
  });
});

test("falcon with a norm for each: the feed-forward reads its own, attention not", () => {
  const louder = (which: "norm" | "hiddenNorm"): Model => ({
    ...grouped,
    weights: mapTensors(grouped.weights, (x, path) =>
      path.endsWith(`0.${which}.gain`) ? map(x, (g) => 2 * g) : x,
    ),
  });
  const first = (model: Model) => {
    const [layer] = forward(reference, model, tokens, empty).layers;
    if (!layer || !("attention" in layer)) throw new Error("a layer");
    return layer as typeof layer & { readonly attention: { readonly input: Tensor } };
  };
  const [was, hidden, attention] = [first(grouped), first(louder("hiddenNorm")), first(louder("norm"))];
  sameBits(hidden.attention.input, was.attention.input);
  sameBits(attention.hidden.preactivation, was.hidden.preactivation);
  assert.notDeepEqual(hidden.hidden.preactivation.data, was.hidden.preactivation.data);
  assert.notDeepEqual(attention.attention.input.data, was.attention.input.data);
});

for (const model of variants) {
  test(`${model.family}, varied: a token at a time through the cache, and skipping zeros, give the same bits`, () => {
    const wanted = logits(model);
    sameBits(logits(model, skipZeros(reference)), wanted);
    let cache = empty;
    for (const [t, token] of tokens.entries()) {
      const run = forward(reference, model, [token], cache);
      cache = run.cache;
      for (let v = 0; v < V; v++) assert.equal(run.logits.get(0, v), wanted.get(t, v));
    }
  });

  test(`${model.family}, varied: every tensor's slope is that of a central difference`, () => {
    const targets = tokens.map((token) => (3 * token) % V);
    const loss = (ops: Ops, m: Model): Vector<"T"> => ops.crossEntropy(logits(m, ops), targets);
    const tape = record(reference);
    const slopes = tape.slopes(loss(tape, model), 1);
    const total = (path: string, at: number, by: number): number => {
      const weights = mapTensors(model.weights as object, (x, name) => {
        if (name !== path) return x;
        let i = 0;
        return map(x, (value) => (i++ === at ? value + by : value));
      });
      const losses = loss(reference, { ...model, weights } as Model);
      return sum(tokens.length, (t) => losses.get(t));
    };
    for (const [w, path] of names(model.weights)) {
      const at = path.includes("tokens") ? (tokens[0] ?? 0) * (w.shape[1] ?? 0) : w.size >> 2;
      const [h, slope] = [1e-6, slopes.get(w)?.data[at] ?? Number.NaN];
      const difference = (total(path, at, h) - total(path, at, -h)) / (2 * h);
      assert.ok(
        Math.abs(slope - difference) <= 1e-6 * Math.max(1, Math.abs(slope)),
        `${path}[${at}]: the slope is ${slope}; a difference says ${difference}`,
      );
    }
  });
}
