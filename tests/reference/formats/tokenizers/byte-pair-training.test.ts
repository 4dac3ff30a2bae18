// Byte-pair encoding, learned: a case by hand, its laws over random texts, and another library that reads the file.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tokenizer as HuggingFace } from "@huggingface/tokenizers";
import fc from "fast-check";
import { JsonField } from "../../../../reference/formats/json-field.ts";
import { learnBytePair } from "../../../../reference/formats/tokenizers/byte-pair-training.ts";
import { tokenizerJson } from "../../../../reference/formats/tokenizers/tokenizer-json.ts";
import { holds } from "../../../assertions.ts";

const learned = (text: string, size: number) =>
  tokenizerJson(new JsonField("tokenizer.json", "", JSON.parse(learnBytePair(text, size))));
const merges = (text: string, size: number): readonly (readonly string[])[] =>
  JSON.parse(learnBytePair(text, size)).model.merges;

test("learnBytePair(text, size) merges the most frequent pair of a word first, then pairs of what came of it", () => {
  // words: low ×3, lower ×1, " low" apart from "low"; lo and ow are both seen 4 times: l o sorts first
  assert.deepEqual(merges("low\nlow\nlow\nlower", 259), [
    ["l", "o"],
    ["lo", "w"],
    ["e", "r"],
  ]);
});

test("learnBytePair(text, size) ends when no word has two tokens left", () => {
  assert.deepEqual(merges("ab ab", 300), [
    ["a", "b"],
    ["Ġ", "ab"],
  ]);
  assert.deepEqual(merges("", 300), []);
});

test("a learned tokenizer spells every text, of any script, and gives it back", () => {
  const tokenizer = learned("the cat sat on the mat and the cat ran", 300);
  holds(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "grapheme" })), (text) => {
      assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
    }),
  );
});

test("another library reads the file and gives the same ids", () => {
  const text =
    "It was the best of times, it was the worst of times; it was the age of wisdom.\n\nIt was  1859 — so far";
  const json = JSON.parse(learnBytePair(text.repeat(3), 320));
  const theirs = new HuggingFace(json, {});
  const ours = tokenizerJson(new JsonField("tokenizer.json", "", json));
  for (const sample of [text, "of wise times", "été 18", " the\nthe"])
    assert.deepEqual(ours.encode(sample), [...theirs.encode(sample).ids]);
});
