import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contexts } from "../../../reference/decoding/contexts.ts";
import { holds, sizes } from "../../assertions.ts";

test("contexts(text, P) cuts five tokens for a context of two: four are predicted", () => {
  assert.deepEqual(contexts([1, 2, 3, 4, 5, 6], 2), [
    { tokens: [1, 2], targets: [2, 3] },
    { tokens: [3, 4], targets: [4, 5] },
    { tokens: [5], targets: [6] },
  ]);
});

test("contexts(text, P, begin) begins each window with the token, which takes a place", () => {
  assert.deepEqual(contexts([1, 2, 3, 4], 3, 0), [
    { tokens: [0, 1, 2], targets: [1, 2, 3] },
    { tokens: [0], targets: [4] },
  ]);
});

test("contexts predicts every token that something precedes once, in order", () => {
  holds(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }),
      sizes(8, 1),
      fc.boolean(),
      (text, P, b) => {
        const cut = contexts(text, P, b ? 0 : undefined);
        const predicted = cut.flatMap(({ targets }) => targets);
        assert.deepEqual(predicted, b ? text : text.slice(1));
        for (const { tokens, targets } of cut) {
          assert.ok(tokens.length <= P && tokens.length === targets.length);
          assert.deepEqual(tokens.slice(1), targets.slice(0, -1));
        }
      },
    ),
  );
});

test("contexts of one token or none holds nothing to predict, unless there is a beginning", () => {
  assert.deepEqual(contexts([1], 4), []);
  assert.deepEqual(contexts([], 4, 0), []);
  assert.deepEqual(contexts([1], 4, 0), [{ tokens: [0], targets: [1] }]);
});
