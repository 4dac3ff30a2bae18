import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bytesPerToken,
  hitRate,
  loadsPerToken,
  residentNeurons,
  windowLoads,
} from "../../../reference/successors/window-cache.ts";
import { holds, matrices, of } from "../../assertions.ts";

const hidden = of<"T", "F">([1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]);

test("windowLoads by hand: a neuron is loaded when none of the last k tokens used it", () => {
  assert.deepEqual(windowLoads(hidden, 1), {
    loads: [2, 0, 1, 1],
    uses: [2, 1, 1, 1],
    resident: [2, 1, 1, 1],
  });
  assert.deepEqual(windowLoads(hidden, 2).loads, [2, 0, 1, 1]);
  assert.deepEqual(windowLoads(hidden, 3).loads, [2, 0, 1, 0]);
  assert.deepEqual(windowLoads(hidden, 3).resident, [2, 2, 3, 3]);
});

test("windowLoads with k = 0 keeps nothing: every use is a load", () => {
  const { loads, uses, resident } = windowLoads(hidden, 0);
  assert.deepEqual(loads, uses);
  assert.deepEqual(resident, [0, 0, 0, 0]);
});

test("windowLoads equals the set difference of the token's neurons and those of the k before it", () => {
  const zeros = fc.constantFrom(0, 0, 0, 1, -2);
  holds(
    fc.property(matrices<"T", "F">(9, 6, zeros), fc.integer({ min: 0, max: 10 }), (h, k) => {
      const used = Array.from({ length: 9 }, (_, t) => [0, 1, 2, 3, 4, 5].filter((f) => h.get(t, f) !== 0));
      const union = (from: number, to: number) => new Set(used.slice(Math.max(0, from), to).flat());
      const found = windowLoads(h, k);
      for (let t = 0; t < 9; t++) {
        const there = union(t - k, t);
        assert.equal(found.loads[t], used[t]?.filter((f) => !there.has(f)).length);
        assert.equal(found.uses[t], used[t]?.length);
        assert.equal(found.resident[t], union(t + 1 - k, t + 1).size);
      }
    }),
  );
});

test("hitRate, loadsPerToken, residentNeurons and bytesPerToken are means over the tokens", () => {
  const loads = windowLoads(hidden, 3);
  assert.equal(hitRate(loads), 2 / 5);
  assert.equal(loadsPerToken(loads), 3 / 4);
  assert.equal(residentNeurons(loads), 10 / 4);
  assert.equal(bytesPerToken(loads, 96, 2, 4), 0.75 * 96 * 2 * 4);
});

test("hitRate where nothing is used is NaN", () => {
  assert.equal(hitRate(windowLoads(of([0, 0]), 2)), Number.NaN);
});

test("windowLoads refuses a k that is no number of tokens", () => {
  for (const k of [-1, 0.5, Number.NaN])
    assert.throws(() => windowLoads(hidden, k), {
      name: "RangeError",
      message: `windowLoads: k is ${k}; expected a whole number of tokens, 0 or more`,
    });
});
