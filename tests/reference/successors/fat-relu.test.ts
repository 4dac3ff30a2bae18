import assert from "node:assert/strict";
import { test } from "node:test";
import { activate } from "../../../reference/ops/activation.ts";
import { outputSizes, truncation } from "../../../reference/successors/cett.ts";
import { thresholdByCett, thresholdBySparsity, withFatRelu } from "../../../reference/successors/fat-relu.ts";
import { of, rows } from "../../assertions.ts";
import { tinyOpt } from "../models/tiny.ts";

const z = of<"T", "F">([-2, -1, 0.5, 1], [2, 3, 4, 5]);

test("withFatRelu(model, t) changes the activation and nothing else", () => {
  const model = withFatRelu(tinyOpt, 0.5);
  assert.deepEqual(model.config.activation, { kind: "fatrelu", threshold: 0.5, shift: 0 });
  assert.equal(model.weights, tinyOpt.weights);
  assert.equal(withFatRelu(tinyOpt, 0.5, true).config.activation.kind, "fatrelu-strict");
});

test("the two operators differ at z = t alone: x ≥ t keeps it, x > t does not", () => {
  const kept = (strict: boolean) => rows(activate(z, withFatRelu(tinyOpt, 1, strict).config.activation));
  assert.deepEqual(kept(false), [
    [0, 0, 0, 1],
    [2, 3, 4, 5],
  ]);
  assert.deepEqual(kept(true), [
    [0, 0, 0, 0],
    [2, 3, 4, 5],
  ]);
});

test("thresholdBySparsity leaves the wanted share at zero, over all layers together", () => {
  assert.equal(thresholdBySparsity([z], 0.5), 2); // −2, −1, .5 and 1 lie below
  assert.equal(thresholdBySparsity([of([-2, -1, 0.5, 1]), of([2, 3, 4, 5])], 0.5), 2);
  assert.equal(thresholdBySparsity([z], 1), Infinity);
});

test("thresholdBySparsity is 0 where ReLU leaves more zeros than are wanted", () => {
  assert.equal(thresholdBySparsity([z], 0.1), 0);
});

test("thresholdByCett keeps the limit, and the activation with that threshold drops what it says", () => {
  const down = of<"F", "D">([1, 0], [0, 5], [1, 1], [0.1, 0]);
  const { threshold, cett, sparsity } = thresholdByCett(z, down, 0.3);
  assert.ok(cett <= 0.3);
  const left = activate(z, withFatRelu(tinyOpt, threshold).config.activation);
  assert.equal(sparsity, left.data.filter((h) => h === 0).length / left.size);
});

test("thresholdByCett can drop no more than neurons compared by their output: a height says less", () => {
  const down = of<"F", "D">([1, 0], [0, 5], [1, 1], [0.1, 0]);
  const hidden = activate(z, tinyOpt.config.activation);
  const byOutput = truncation(hidden, down, outputSizes(hidden, down), 0.3);
  assert.ok(thresholdByCett(z, down, 0.3).sparsity < byOutput.sparsity);
});

test("thresholdBySparsity refuses a target outside [0, 1]", () => {
  assert.throws(() => thresholdBySparsity([z], 90), {
    name: "RangeError",
    message: "quantile: share is 90; expected a share in [0, 1]",
  });
});
