import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { batch, split, strides } from "../../../reference/training/corpus.ts";
import { holds, sizes } from "../../assertions.ts";

const counting = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

test("split(texts, share) cuts each text once: its first part to learn from, its last to be judged on", () => {
  assert.deepEqual(split(["abcd", "efghij"], 0.5), { training: "abefg", validation: "cdhij" });
  assert.deepEqual(split(["abcdefghij"]), { training: "abcdefghi", validation: "j" });
  assert.deepEqual(split(["ab"], 0), { training: "ab", validation: "" });
  assert.deepEqual(split([], 0.5), { training: "", validation: "" });
});

test("split(texts, share) leaves out nothing, says nothing twice, and cuts no character in two", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 9 }), { maxLength: 4 });
  holds(
    fc.property(texts, fc.double({ min: 0, max: 0.999, noNaN: true }), (texts, share) => {
      const parts = texts.map((text) => split([text], share));
      assert.deepEqual(
        parts.map(({ training, validation }) => training + validation),
        texts,
      );
      const all = split(texts, share);
      assert.equal(all.training, parts.map(({ training }) => training).join(""));
      assert.equal(all.validation, parts.map(({ validation }) => validation).join(""));
      for (const { training, validation } of parts)
        assert.doesNotThrow(() => encodeURIComponent(training) + encodeURIComponent(validation)); // no half characters
    }),
  );
});

test("split refuses a share outside [0, 1)", () => {
  for (const share of [-0.1, 1, Number.NaN])
    assert.throws(() => split(["abc"], share), {
      name: "RangeError",
      message: `split: share is ${share}; expected 0 ≤ share < 1`,
    });
});

test("batch(text, seed, step, size, context) gives windows of the text, each target the token after", () => {
  const text = counting(50).map((i) => 100 + i);
  const windows = batch(text, 1, 1, 20, 7);
  assert.equal(windows.length, 20);
  for (const { tokens, targets } of windows) {
    const start = (tokens[0] ?? 0) - 100;
    assert.deepEqual(tokens, text.slice(start, start + 7));
    assert.deepEqual(targets, text.slice(start + 1, start + 8));
  }
});

test("batch draws from the whole text: its first and its last window too, and no place beyond", () => {
  const text = counting(9);
  const starts = new Set(
    counting(40).flatMap((step) => batch(text, 1, step, 2, 6).map(({ tokens }) => tokens[0])),
  );
  assert.deepEqual([...starts].sort(), [0, 1, 2]);
});

test("batch depends on seed and step alone: a smaller batch is the beginning of a larger one", () => {
  const text = counting(1000);
  const draw = (seed: number, step: number, size = 4) => batch(text, seed, step, size, 8);
  assert.deepEqual(draw(1, 5), draw(1, 5));
  assert.deepEqual(draw(1, 5, 2), draw(1, 5).slice(0, 2));
  assert.notDeepEqual(draw(1, 5), draw(1, 6));
  assert.notDeepEqual(draw(1, 5), draw(2, 5));
});

test("batch refuses a text that is not longer than the context, which leaves nothing to predict", () => {
  assert.throws(() => batch(counting(8), 1, 1, 1, 8), {
    name: "RangeError",
    message: "batch: the text has 8 tokens; expected more than T = 8, the context, to train on",
  });
  assert.equal(batch(counting(9), 1, 1, 1, 8).length, 1);
});

test("strides(text, context) by hand: context 4 over ten tokens", () => {
  const text = counting(10);
  assert.deepEqual(
    strides(text, 4).map(({ window, counts }) => [window.tokens, counts]),
    [
      [[0, 1, 2, 3], 4],
      [[2, 3, 4, 5], 2],
      [[4, 5, 6, 7], 2],
      [[5, 6, 7, 8], 1],
    ],
  );
});

test("strides(text, context) predicts every token but the first once, in order, from half a context at least", () => {
  holds(
    fc.property(sizes(60), sizes(13, 1), (length, context) => {
      const predicted: number[] = [];
      for (const { window, counts } of strides(counting(length), context)) {
        const { tokens, targets } = window;
        const T = tokens.length;
        assert.ok(T <= context && counts >= 1 && counts <= T, `${counts} of ${T} count, context ${context}`);
        for (let t = T - counts; t < T; t++) {
          const [last, target] = [tokens[t], targets[t] ?? Number.NaN];
          assert.equal(target, (last ?? Number.NaN) + 1);
          assert.ok(
            t + 1 >= Math.min(target, Math.ceil(context / 2)),
            `token ${target} sees ${t + 1} before it`,
          );
          predicted.push(target);
        }
      }
      assert.deepEqual(predicted, counting(length).slice(1));
    }),
  );
});

test("strides of a text without a second token has nothing to predict", () => {
  assert.deepEqual(strides([], 4), []);
  assert.deepEqual(strides([7], 4), []);
});

test("strides refuses a context that is no positive whole number", () => {
  for (const context of [0, -1, 1.5, Number.NaN])
    assert.throws(() => strides(counting(9), context), {
      name: "RangeError",
      message: `strides: context is ${context}; expected a positive whole number of tokens`,
    });
});
