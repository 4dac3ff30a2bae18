// A slice of fixtures/results/aggregated.json, made again: one window of each model, and the reuse of one gamma on it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readingOf, summary } from "../../../bin/aggregate-reading.ts";
import { reuseOf } from "../../../bin/aggregate-reuse.ts";
import { type AggregatedResult, GAMMAS, MODELS } from "../../../bin/experiments/aggregated.ts";
import { result } from "../../../bin/figures/figure.ts";
import { load } from "../../../bin/load.ts";
import { modelPath } from "../../../bin/model-options.ts";
import { books } from "../../../bin/texts.ts";
import { kernels } from "../../../kernels/index.node.ts";
import { contexts } from "../../../reference/decoding/contexts.ts";
import { byChance, largestWindow } from "../../../reference/measure/aggregated.ts";
import type { Model } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { split } from "../../../reference/training/corpus.ts";
import { tinyOpt } from "../../reference/models/tiny.ts";

const committed = result<AggregatedResult>("aggregated");
const machine = await kernels({ mebibytes: 128 });
const silent = { out: () => undefined, err: () => undefined, live: false };
const six = (value: number): number => Number(value.toPrecision(6));
const validation = split(books().map(({ text }) => text)).validation;

for (const name of MODELS) {
  const found = committed.models[name];
  const { model: loaded, tokenizer } = load({ model: modelPath(name) }, silent);
  const model = { ...loaded, weights: machine.load(loaded.weights) } as Model;
  const { P } = model.config.sizes;
  const [window] = contexts(tokenizer.encode(validation.slice(0, 2000)), P);
  if (!window) throw new Error("the held-out text has no window");

  test(`${name}: the first window of the held-out text gives the committed curves, to six digits`, () => {
    assert.deepEqual(found.firstWindow.tokens, [...window.tokens, ...window.targets.slice(-1)]);
    const { curves } = readingOf(machine, model, window.tokens);
    assert.deepEqual(
      found.firstWindow.layers,
      curves.layers.map((layer) => layer.map(six)),
    );
  });

  test(`${name}: reuse with gamma 8 on that window costs what is committed, to six digits`, () => {
    const row = found.reuse.find(({ gamma }) => gamma === 8);
    const { nats } = reuseOf(machine, model, [window], 8);
    assert.deepEqual(row?.firstWindow, {
      all: six(nats.all),
      loaded: six(nats.loaded),
      random: six(nats.random),
    });
  });

  test(`${name}: the committed document agrees with itself`, () => {
    const { layers, T, F, windows, chance, byUse } = found;
    assert.deepEqual([T, found.reuse.map(({ gamma }) => gamma)], [128, [...GAMMAS]]);
    const again = byChance(
      layers.map(({ sparsity }) => sparsity),
      T,
    );
    for (const [t, share] of again.mean.entries())
      assert.ok(
        Math.abs(share - (chance[t] ?? Number.NaN)) <= 1e-5 * share * (t + 1),
        `chance after ${t + 1}`,
      );
    for (const { sparsity, windowed, largestWindow: largest, use } of layers) {
      const firings = use.ranked.reduce((total, tokens) => total + tokens, 0);
      assert.equal(use.ranked.length, F);
      assert.equal(six(1 - firings / (windows * T * F)), sparsity);
      assert.equal(windowed[0], sparsity);
      for (const { wanted, gamma } of largest) assert.equal(largestWindow(windowed, wanted), gamma);
    }
    assert.equal(six(byUse[0] ?? Number.NaN), six(chance[0] ?? Number.NaN));
  });
}

test("the loaded neurons are better to reuse than random ones, for every gamma and both models", () => {
  for (const name of MODELS)
    for (const { gamma, nats } of committed.models[name].reuse)
      assert.ok(nats.all < nats.loaded && nats.loaded < nats.random, `${name}, gamma ${gamma}`);
});

test("summary(readings) is the mean over the windows, and their standard deviation", () => {
  const readings = [
    [3, 1, 4, 1],
    [5, 9, 2, 6],
  ].map((tokens) => readingOf(reference, tinyOpt, tokens));
  const { windows, T, F, layers, mean, byUse, chance } = summary(readings);
  assert.deepEqual([windows, T, F, layers.length, mean.length], [2, 4, 20, 2, 4]);
  const [a = Number.NaN, b = Number.NaN] = readings.map(({ curves }) => curves.layers[0]?.[3]);
  assert.equal(layers[0]?.unused[3], (a + b) / 2);
  const off = Math.abs((layers[0]?.deviation[3] ?? Number.NaN) - Math.abs(a - b) / Math.sqrt(2));
  assert.ok(off < 1e-12);
  for (const [t, own] of byUse.entries())
    assert.ok(own >= (chance[t] ?? 2) - 1e-12, "Jensen, neuron by neuron");
});

test("summary of no window is refused", () => {
  assert.throws(() => summary([]), {
    name: "RangeError",
    message: "summary: there is no window; expected a text of P + 1 tokens at least",
  });
});
