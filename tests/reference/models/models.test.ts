import assert from "node:assert/strict";
import { test } from "node:test";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { falcon } from "../../../reference/models/falcon.ts";
import { llama } from "../../../reference/models/llama.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { opt } from "../../../reference/models/opt.ts";
import type { Activation } from "../../../reference/ops/contract.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { map, matrix, type Tokens } from "../../../reference/tensor.ts";
import { mapTensors } from "../../../reference/weights.ts";
import { sameBits, sameEverything } from "../../assertions.ts";
import { none, relu, silu, tinyFalcon, tinyLlama, tinyModels, tinyOpt, tokens } from "./tiny.ts";

const configured = (model: Model, change: Partial<Model["config"]>): Model =>
  ({ ...model, config: { ...model.config, ...change } }) as Model;

for (const model of tinyModels) {
  const { family, config } = model;
  const run = (tokens: Tokens, cache = empty, ops = reference) => forward(ops, model, tokens, cache);

  test(`${family}: a token at a time through the cache gives the logits and the cache of one pass, bit for bit`, () => {
    const whole = run(tokens);
    let cache = empty;
    for (const [t, token] of tokens.entries()) {
      const step = run([token], cache);
      sameBits(
        step.logits,
        matrix(1, config.sizes.V, (_, v) => whole.logits.get(t, v)),
      );
      cache = step.cache;
    }
    sameEverything(cache, whole.cache);
  });

  test(`${family}: any split of the text into calls gives the same bits`, () => {
    const whole = run(tokens).logits;
    for (const cut of [1, 3, 7]) {
      const rest = run(tokens.slice(cut), run(tokens.slice(0, cut)).cache).logits;
      sameBits(
        rest,
        matrix(tokens.length - cut, config.sizes.V, (t, v) => whole.get(t + cut, v)),
      );
    }
  });

  test(`${family}: a later token changes no earlier logit`, () => {
    const [a, b] = [run(tokens).logits, run([...tokens.slice(0, -1), 0]).logits];
    const all = (x: typeof a) => matrix(tokens.length - 1, config.sizes.V, (t, v) => x.get(t, v));
    sameBits(all(a), all(b));
    assert.notEqual(a.get(tokens.length - 1, 0), b.get(tokens.length - 1, 0));
  });

  test(`${family}: a cache stays true: two continuations of one past do not meet`, () => {
    const past = run(tokens.slice(0, 4)).cache;
    const first = run([5], past).logits;
    run([6], past);
    sameBits(run([5], past).logits, first);
  });

  test(`${family}: skipping zeros gives every activation bit for bit`, () => {
    sameEverything(run(tokens, empty, skipZeros(reference)), run(tokens));
  });

  test(`${family}: every activation of the contract, shifted and after the norms too, runs sparse and dense alike`, () => {
    const activations: readonly Activation[] = [
      none,
      relu,
      silu,
      { kind: "relu", shift: 0.3 },
      { kind: "relu-squared", shift: 0 },
      { kind: "fatrelu", threshold: 0.1, shift: 0 },
      { kind: "fatrelu-strict", threshold: 0.1, shift: 0 },
      { kind: "swish", beta: 8, shift: 0 },
      { kind: "gelu", shift: 0 },
      { kind: "gelu-tanh", shift: 0 },
    ];
    const seen = activations.flatMap((activation) =>
      [none, relu, { kind: "relu", shift: 0.2 } as const].map((afterNorm) => {
        const changed = configured(model, { activation, afterNorm });
        const dense = forward(reference, changed, tokens, empty).logits;
        sameBits(forward(skipZeros(reference), changed, tokens, empty).logits, dense);
        return dense.get(tokens.length - 1, 0);
      }),
    );
    // Each is a function of its own, but for the two FATReLUs: they differ at the threshold alone, and nothing sits on it.
    assert.equal(new Set(seen).size, seen.length - 3);
  });

  test(`${family}: a text longer than the context is refused, naming both`, () => {
    const message = "forward: the tokens end at position 17; expected P = 16 at most, the context";
    const long = Array.from({ length: 17 }, () => 1);
    assert.throws(() => run(long), { name: "RangeError", message });
    assert.throws(() => run(long.slice(0, 2), run(long.slice(0, 15)).cache), { name: "RangeError", message });
  });
}

test("opt, llama and falcon return what they computed: the zeros of hidden are those of the closed gate", () => {
  const { layers } = llama(reference, tinyLlama.config, tinyLlama.weights, tokens, empty);
  for (const { hidden } of layers) {
    for (const [i, g] of hidden.gate.data.entries()) assert.equal(g === 0, hidden.hidden.data[i] === 0);
  }
  const shapes = opt(reference, tinyOpt.config, tinyOpt.weights, tokens, empty).layers.map(
    ({ hidden }) => hidden.hidden.shape,
  );
  assert.deepEqual(shapes, [
    [8, 20],
    [8, 20],
  ]);
});

test("falcon: attention and feed-forward read the same tensor, so their sparsity is equal", () => {
  const { layers } = falcon(reference, tinyFalcon.config, tinyFalcon.weights, tokens, empty);
  for (const { attention, hidden } of layers) assert.equal(attention.input, hidden.input);
});

test("llama: one more query head that shares its keys changes nothing when its output rows are zero", () => {
  const { N, G, K, D } = tinyLlama.config.sizes;
  const wider = mapTensors(tinyLlama.weights, (w, path) => {
    if (path.endsWith("query"))
      return matrix(D, 2 * N * K, (d, c) => w.get(d, Math.floor(c / (2 * K)) * K + (c % K)));
    if (path.endsWith("output")) {
      return matrix(2 * N * K, D, (c, d) =>
        Math.floor(c / K) % 2 === 0 ? w.get(Math.floor(c / (2 * K)) * K + (c % K), d) : 0,
      );
    }
    return w;
  });
  const config = { ...tinyLlama.config, sizes: { ...tinyLlama.config.sizes, N: 2 * N } };
  assert.equal(G, 2);
  sameBits(
    llama(reference, config, wider, tokens, empty).logits,
    llama(reference, tinyLlama.config, tinyLlama.weights, tokens, empty).logits,
  );
});

test("opt: a shift b of the ReLU equals a bias lowered by b, which is how it folds away", () => {
  const shifted = configured(tinyOpt, { activation: { kind: "relu", shift: 0.25 } });
  const biased = mapTensors(tinyOpt.weights, (w, path) =>
    path.endsWith("up.bias") ? map(w, (b) => b - 0.25) : w,
  );
  sameBits(
    forward(reference, shifted, tokens, empty).logits,
    opt(reference, tinyOpt.config, biased, tokens, empty).logits,
  );
});
