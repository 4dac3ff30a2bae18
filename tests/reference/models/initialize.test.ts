import assert from "node:assert/strict";
import { test } from "node:test";
import { initialLlama } from "../../../reference/models/initialize.ts";
import { names } from "../../../reference/weights.ts";
import { sameEverything } from "../../assertions.ts";
import { tinyLlama, tinyModels } from "./tiny.ts";

const { config } = tinyLlama;

test("initialLlama(config, seed) gives the same weights for the same seed, others for another", () => {
  sameEverything(initialLlama(config, 5).weights, initialLlama(config, 5).weights);
  assert.notEqual(
    initialLlama(config, 5).weights.tokens.get(0, 0),
    initialLlama(config, 6).weights.tokens.get(0, 0),
  );
});

test("initialLlama draws each tensor from a stream of its own: one more layer changes no number of the others", () => {
  const deeper = initialLlama({ ...config, sizes: { ...config.sizes, L: 3 } }, 5);
  const shallow = initialLlama(config, 5);
  assert.deepEqual(deeper.weights.layers[1]?.up.data, shallow.weights.layers[1]?.up.data);
});

test("initialLlama draws with deviation 0.02, and 0.02/√(2L) where a branch joins the residual stream", () => {
  const wide = initialLlama({ ...config, sizes: { ...config.sizes, D: 64, F: 128, L: 8 } }, 7);
  const deviation = (data: ArrayLike<number>) =>
    Math.sqrt(Array.from(data).reduce((total, w) => total + w * w, 0) / data.length);
  const layer = wide.weights.layers[0];
  assert.ok(layer);
  assert.ok(Math.abs(deviation(layer.up.data) / 0.02 - 1) < 0.05);
  assert.ok(Math.abs(deviation(layer.down.data) / 0.005 - 1) < 0.05);
});

test("every initial weight tensor has a name of its own, tied tables one name with two paths", () => {
  for (const { weights } of tinyModels) {
    const paths = [...names(weights).values()];
    assert.ok(paths.includes("tokens = unembedding"));
    assert.equal(new Set(paths).size, paths.length);
  }
});
