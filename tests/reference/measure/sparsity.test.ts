import assert from "node:assert/strict";
import { test } from "node:test";
import { nearSparsity, noZeros, sparsity, together, zeros } from "../../../reference/measure/sparsity.ts";
import { of, ofVector } from "../../assertions.ts";

test("zeros(x, ε) counts zeros of both signs as exact, and what is below ε in magnitude as near", () => {
  assert.deepEqual(zeros(of([0, -0, 1e-4], [-1e-4, 0.5, -2]), 1e-3), { elements: 6, exact: 2, near: 4 });
});

test("zeros(x, ε): |x| = ε is not near, NaN and infinities are no zeros", () => {
  assert.deepEqual(zeros(ofVector(0.1, Number.NaN, Infinity), 0.1), { elements: 3, exact: 0, near: 0 });
});

test("zeros(x, 0) counts exact zeros as near: near is never below exact", () => {
  assert.deepEqual(zeros(ofVector(0, 1), 0), { elements: 2, exact: 1, near: 1 });
});

test("together(a, b) counts two tensors as one, and noZeros is nothing", () => {
  const [a, b] = [zeros(ofVector(0, 1), 1), zeros(ofVector(0, 0, 5), 1)];
  assert.deepEqual(together(a, b), zeros(ofVector(0, 1, 0, 0, 5), 1));
  assert.deepEqual(together(noZeros, a), a);
});

test("sparsity and nearSparsity are fractions in [0, 1], NaN of nothing", () => {
  const found = zeros(ofVector(0, 0.01, 1, 2), 0.1);
  assert.deepEqual([sparsity(found), nearSparsity(found), sparsity(noZeros)], [0.25, 0.5, Number.NaN]);
});
