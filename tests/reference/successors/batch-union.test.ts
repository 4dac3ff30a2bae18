import assert from "node:assert/strict";
import { test } from "node:test";
import { stream } from "../../../reference/random.ts";
import {
  batches,
  unusedByAll,
  unusedByChance,
  unusedByRates,
} from "../../../reference/successors/batch-union.ts";
import { matrix } from "../../../reference/tensor.ts";
import { of } from "../../assertions.ts";

const hidden = of<"T", "F">([1, 0, 0, 0], [1, 2, 0, 0], [1, 0, 3, 0]);

test("unusedByAll by hand: what no token of a group uses, the mean over the groups", () => {
  assert.equal(unusedByAll(hidden, [[0]]), 3 / 4);
  assert.equal(
    unusedByAll(hidden, [
      [0, 1],
      [1, 2],
    ]),
    (2 / 4 + 1 / 4) / 2,
  );
  assert.equal(unusedByAll(hidden, [[0], [1], [2]]), 7 / 12);
});

test("unusedByChance and unusedByRates agree where all neurons have one rate, and at B = 1", () => {
  const alike = of<"T", "F">([1, 0], [0, 1]);
  for (const B of [1, 2, 5]) assert.equal(unusedByRates(alike, B), unusedByChance(0.5, B));
  assert.ok(Math.abs(unusedByRates(hidden, 1) - 7 / 12) < 1e-15);
});

test("unusedByRates lies above s^B where rates differ", () => {
  assert.ok(Math.abs(unusedByRates(hidden, 2) - (0 + 4 / 9 + 4 / 9 + 1) / 4) < 1e-15);
  assert.ok(unusedByRates(hidden, 2) > unusedByChance(7 / 12, 2));
});

test("unusedByAll of independent tokens is what the rates predict", () => {
  const random = stream(5, "masks");
  const independent = matrix<"T", "F">(4000, 50, (_, f) => (random.uniform() < 0.02 * (f % 5) ? 1 : 0));
  const groups = batches(40, 100, 8, 400, random);
  const got = unusedByAll(independent, groups);
  assert.ok(Math.abs(got - unusedByRates(independent, 8)) < 0.01, `${got}`);
});

test("unusedByAll never rises when a group grows", () => {
  const groups = (B: number) => batches(3, 1, B, 20, stream(1, "groups"));
  const unused = [1, 2, 3].map((B) => unusedByAll(hidden, groups(B)));
  assert.deepEqual(
    unused,
    [...unused].sort((a, b) => b - a),
  );
});

test("batches takes one token of each of B different sequences, all at one position", () => {
  for (const group of batches(6, 10, 4, 50, stream(2, "groups"))) {
    assert.equal(new Set(group.map((t) => t % 10)).size, 1);
    assert.equal(new Set(group.map((t) => Math.floor(t / 10))).size, 4);
    assert.ok(Math.max(...group) < 60);
  }
});

test("batches refuses more sequences than there are", () => {
  for (const B of [0, 7, 1.5])
    assert.throws(() => batches(6, 10, B, 1, stream(1, "x")), {
      name: "RangeError",
      message: `batches: B is ${B}; expected a whole number from 1 to 6, the sequences there are`,
    });
});
