import assert from "node:assert/strict";
import { test } from "node:test";
import { contexts } from "../../../reference/decoding/contexts.ts";
import { firing, neuronRows } from "../../../reference/decoding/firing.ts";
import { type Allowed, reuseTrial } from "../../../reference/decoding/reuse.ts";
import { reuse } from "../../../reference/interpret/reuse.ts";
import { fired, union } from "../../../reference/measure/aggregated.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import type { Tensor, Vector } from "../../../reference/tensor.ts";
import { sameBits } from "../../assertions.ts";
import { none, silu, tinyLlama, tinyModels, tinyOpt, tokens } from "../models/tiny.ts";

const text = [...tokens, 5, 3, 5, 8, 9, 7, 9, 3, 2]; // 17: 16 predictions, a context of P = 16
const trial = (model: Model, allowed: Allowed, gamma: number, seed = 1) =>
  reuseTrial(reference, model, contexts(text, 16), { gamma, allowed, seed });

for (const model of tinyModels) {
  const plain = [
    ...reference.crossEntropy(forward(reference, model, text.slice(0, 16), empty).logits, text.slice(1)).data,
  ];

  test(`${model.family}: firing(…) marks what the down projection reads`, () => {
    const { run, masks } = firing(reference, model, tokens, empty);
    assert.equal(masks.length, 2);
    for (const [l, mask] of masks.entries()) {
      const { hidden } = run.layers[l]?.hidden ?? assert.fail();
      sameBits(mask, fired(hidden));
    }
  });

  test(`${model.family}: with all allowed, the losses are those of one pass at the restricted positions, to the bit`, () => {
    assert.deepEqual(trial(model, "all", 4).losses, [...plain.slice(4, 8), ...plain.slice(12, 16)]);
    assert.deepEqual(
      trial(model, "all", 1).losses,
      plain.filter((_, t) => t % 2 === 1),
    );
  });

  test(`${model.family}: with the loaded neurons allowed, the first restricted stretch is reuse by hand`, () => {
    const first = firing(reference, model, text.slice(0, 4), empty);
    const loaded = new Map<Tensor, Vector>(
      neuronRows(model).flatMap((tensors, l) =>
        tensors.map((w) => [w, union(first.masks[l] ?? assert.fail())] as const),
      ),
    );
    const next = forward(reuse(reference, loaded), model, text.slice(4, 8), first.run.cache);
    const losses = [...reference.crossEntropy(next.logits, text.slice(5, 9)).data];
    const found = trial(model, "loaded", 4);
    assert.deepEqual(found.losses.slice(0, 4), losses);
    assert.notDeepEqual(found.losses.slice(0, 4), plain.slice(4, 8));
  });

  test(`${model.family}: the three kinds are judged on as many tokens, and load as much`, () => {
    const [all, loaded, random] = (["all", "loaded", "random"] as const).map((kind) => trial(model, kind, 2));
    assert.deepEqual(
      [all, loaded, random].map((found) => found?.losses.length),
      [8, 8, 8],
    );
    for (const share of random?.loaded ?? []) assert.ok(share > 0 && share < 1, `${share}`);
    assert.notDeepEqual(random?.losses, loaded?.losses);
  });
}

test("reuseTrial draws the same random sets for the same seed, and others for another", () => {
  assert.deepEqual(trial(tinyOpt, "random", 4, 7), trial(tinyOpt, "random", 4, 7));
  assert.notDeepEqual(trial(tinyOpt, "random", 4, 7).losses, trial(tinyOpt, "random", 4, 8).losses);
});

test("reuseTrial of a SiLU model loads everything, and nothing is lost by it", () => {
  const smooth = { ...tinyLlama, config: { ...tinyLlama.config, activation: silu, afterNorm: none } };
  assert.deepEqual(trial(smooth, "loaded", 4).loaded, [1, 1]);
  for (const kind of ["loaded", "random"] as const)
    assert.deepEqual(trial(smooth, kind, 4).losses, trial(smooth, "all", 4).losses);
});

test("reuseTrial reads full pairs of stretches alone: of 16 tokens with gamma 3, positions 3 to 5 and 9 to 11", () => {
  assert.equal(trial(tinyOpt, "all", 3).losses.length, 6);
});

test("reuseTrial tells its progress after each context", () => {
  const told: [number, number][] = [];
  const progress = (done: number, total: number) => told.push([done, total]);
  reuseTrial(reference, tinyOpt, contexts(text, 8), { gamma: 4, allowed: "all", seed: 1, progress });
  assert.deepEqual(told, [
    [1, 2],
    [2, 2],
  ]);
});

test("reuseTrial refuses a gamma below 1, and one that no context has room for", () => {
  for (const gamma of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => trial(tinyOpt, "all", gamma), {
      name: "RangeError",
      message: `reuseTrial: gamma is ${gamma}; expected a whole number, 1 or more`,
    });
  }
  assert.throws(() => trial(tinyOpt, "all", 9), {
    name: "RangeError",
    message: "reuseTrial: the longest context has 16 tokens; expected 2 · gamma = 18 at least",
  });
});
