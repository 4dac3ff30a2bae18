import assert from "node:assert/strict";
import { test } from "node:test";
import { stream } from "../../../reference/random.ts";
import { cutTail, withReluSquared } from "../../../reference/successors/relu-squared.ts";
import { matrix } from "../../../reference/tensor.ts";
import { of } from "../../assertions.ts";
import { tinyLlama } from "../models/tiny.ts";

const random = stream(7, "pre-activations");
const z = matrix<"T", "F">(40, 60, () => random.normal());
const down = matrix<"F", "D">(60, 12, () => random.normal());

test("withReluSquared(model) changes the activation and nothing else", () => {
  const model = withReluSquared(tinyLlama);
  assert.deepEqual(model.config.activation, { kind: "relu-squared", shift: 0 });
  assert.equal(model.weights, tinyLlama.weights);
});

test("cutTail at limit 0 cuts the zeros, as many for ReLU² as for ReLU", () => {
  const zeros = z.data.filter((value) => value <= 0).length / z.size;
  for (const kind of ["relu", "relu-squared"] as const)
    assert.equal(cutTail(z, down, { kind, shift: 0 }, 0).sparsity, zeros);
});

test("cutTail cuts more of ReLU² than of ReLU for the same error: its tail is longer", () => {
  const [plain, squared] = (["relu", "relu-squared"] as const).map((kind) =>
    cutTail(z, down, { kind, shift: 0 }, 0.2),
  );
  assert.ok((squared?.sparsity ?? 0) > (plain?.sparsity ?? 1) + 0.05);
});

test("cutTail by hand: of 1, 2 and 3 nothing can go for an error of .2; of their squares the smallest can", () => {
  const eye = of<"F", "D">([1, 0, 0], [0, 1, 0], [0, 0, 1]);
  const row = of<"T", "F">([1, 2, 3]);
  // ReLU: dropping 1 loses 1/√14 = .267. ReLU²: dropping 1 loses 1/√98 = .101, 1 and 4 lose √17/√98 = .416.
  assert.equal(cutTail(row, eye, { kind: "relu", shift: 0 }, 0.2).sparsity, 0);
  assert.equal(cutTail(row, eye, { kind: "relu-squared", shift: 0 }, 0.2).sparsity, 1 / 3);
});
