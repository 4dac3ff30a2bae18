import assert from "node:assert/strict";
import { test } from "node:test";
import { cloze, gaps } from "../../../reference/decoding/cloze.ts";
import { empty } from "../../../reference/models/cache.ts";
import { initialOpt } from "../../../reference/models/initialize.ts";
import { forward } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { sum } from "../../../reference/tensor.ts";
import { none, relu } from "../models/tiny.ts";

const sentence = "The brown bear walks home while the quick foxes jump over some lazy dogs. ";
const text = sentence.repeat(4);
const options = { seed: 1, gaps: 40, before: 12, after: 8 };

test("gaps(text) cuts words of four small letters or more, with the text on both sides and three other words", () => {
  const found = gaps(text, options);
  assert.equal(found.length, 40);
  for (const { before, words, after } of found) {
    assert.deepEqual([before.length, after.length, new Set(words).size], [12, 8, 4]);
    assert.ok(text.includes(`${before}${words[0]}${after}`), "the first word is the right one");
    for (const word of words) assert.match(word, /^[a-z]{4,}$/);
    assert.match(`${before.at(-1)}|${after[0]}`, /^[^A-Za-z'-]\|[^A-Za-z'-]$/);
  }
  assert.deepEqual(gaps(text, options), found, "the same seed draws the same gaps");
  assert.notDeepEqual(gaps(text, { ...options, seed: 2 }), found);
});

test("gaps refuses a text with too few words to choose from", () => {
  assert.throws(() => gaps("one word here and there is not much to ask", { ...options, before: 30 }), {
    name: "RangeError",
    message:
      "gaps: the text has 0 words with 30 characters before and 8 after; expected 4 different ones at least",
  });
});

/** Characters as tokens. */
const alphabet = [...new Set(text)];
const encode = (words: string): readonly number[] => [...words].map((letter) => alphabet.indexOf(letter));

test("cloze is right where the text with the right word is likelier than with any other", () => {
  const sizes = { V: alphabet.length, D: 16, F: 32, L: 1, N: 2, G: 2, K: 8, P: 48 };
  const model = initialOpt({ sizes, epsilon: 1e-5, activation: relu, afterNorm: none }, 1, 0.3);
  const surprise = (whole: string): number => {
    const ids = encode(whole);
    const { logits } = forward(reference, model, ids.slice(0, -1), empty);
    const losses = reference.crossEntropy(logits, ids.slice(1));
    return sum(losses.size, (t) => losses.get(t));
  };
  const asked = gaps(text, { ...options, gaps: 8 });
  const ordered = asked.map((gap) => {
    const score = (word: string): number => surprise(gap.before + word + gap.after);
    return { ...gap, words: [...gap.words].sort((a, b) => score(a) - score(b)) };
  });
  assert.ok(cloze(reference, model, encode, ordered).every(Boolean), "the likeliest word is the right one");
  const turned = ordered.map((gap) => ({ ...gap, words: [...gap.words].reverse() }));
  assert.ok(!cloze(reference, model, encode, turned).some(Boolean), "the least likely word is");
});

test("cloze refuses a gap whose text is longer than the context", () => {
  const sizes = { V: alphabet.length, D: 4, F: 4, L: 1, N: 1, G: 1, K: 4, P: 8 };
  const model = initialOpt({ sizes, epsilon: 1e-5, activation: relu, afterNorm: none }, 1, 0.3);
  assert.throws(() => cloze(reference, model, encode, gaps(text, options)), {
    name: "RangeError",
    message: /^forward: the tokens end at position \d+; expected P = 8 at most, the context$/,
  });
});
