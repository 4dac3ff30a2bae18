import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, library, text, tokenizer } from "./fixtures.ts";

/** Llama 3's fixture with two more added tokens. */
function added(flags: object): string {
  const plain = { special: false, normalized: false, single_word: false, lstrip: false, rstrip: false };
  return changed("llama3", {
    "added_tokens/3": { ...plain, ...flags, id: 803, content: "<x>" },
    "added_tokens/4": { ...plain, ...flags, id: 804, content: "<x>y" },
  });
}
const encode = (flags: object, text: string): readonly number[] =>
  tokenizer(added(flags)).encode(text).slice(1);
const spelled = (text: string): readonly number[] => encode({}, text);

test("an added token is found in the text as it is, the longest first", () => {
  assert.deepEqual(encode({}, "a<x>y<x>"), [...spelled("a"), 804, 803]);
  assert.deepEqual(library(added({}))("a<x>y<x>").slice(1), [...spelled("a"), 804, 803]);
});

test("lstrip and rstrip take the white space beside an added token along", () => {
  assert.deepEqual(encode({ lstrip: true }, "a \t<x> b"), [...spelled("a"), 803, ...spelled(" b")]);
  assert.deepEqual(encode({ rstrip: true }, "a <x> \u3000b"), [...spelled("a "), 803, ...spelled("b")]);
  assert.deepEqual(encode({ lstrip: true, rstrip: true }, "<x>  <x> "), [803, 803]);
});

test("an added token is found inside the white space that the one before it took along", () => {
  const spaces = { id: 804, content: "  ", special: false, normalized: false };
  const taking = { ...spaces, id: 803, content: "<x>", rstrip: true };
  const ours = tokenizer(changed("llama3", { "added_tokens/3": taking, "added_tokens/4": spaces }));
  const ids = (text: string): readonly number[] => ours.encode(text).slice(1);
  // as the Rust library has them: white space that a second token does not take back is text again
  assert.deepEqual(ids("<x>  a"), [803, 804, ...spelled("a")]);
  assert.deepEqual(ids("<x>   a"), [803, 804, ...spelled(" a")]);
  assert.deepEqual(ids("<x>    a"), [803, 804, 804, ...spelled("a")]);
  assert.deepEqual(ids("a <x>  <x>  "), [...spelled("a "), 803, 804, 803, 804]);
  assert.deepEqual(ids("<x> a"), [803, ...spelled("a")]);
});

test("single_word wants no character of a word beside the token", () => {
  assert.deepEqual(encode({ single_word: true }, "<x> <x>"), [803, ...spelled(" "), 803]);
  assert.ok(!encode({ single_word: true }, "a<x>").includes(803));
  assert.ok(!encode({ single_word: true }, "<x>\u{10400}").includes(803));
});

test("a token that is not special is decoded, a special one is not", () => {
  assert.equal(tokenizer(added({})).decode([803, ...spelled("a"), 801]), "<x>a");
  assert.equal(tokenizer(added({ special: true })).decode([803, ...spelled("a")]), "a");
});

test("a normalized token is found after the normalizer", () => {
  const json = added({ normalized: true }).replace(
    '"normalizer":null',
    '"normalizer":{"type":"Replace","pattern":{"String":"{"},"content":"<"}',
  );
  assert.deepEqual(tokenizer(json).encode("{x>").slice(1), [803]);
});

test("thirty thousand added tokens are no matter", () => {
  const many = Array.from({ length: 30_000 }, (_, i) => ({
    id: 803 + i,
    content: `<${i}>`,
    special: false,
    normalized: false,
  }));
  const ours = tokenizer(
    changed("llama3", { added_tokens: [...JSON.parse(text("llama3")).added_tokens, ...many] }),
  );
  assert.deepEqual(ours.encode("<29999><7>").slice(1), [803 + 29_999, 803 + 7]);
});

test("a token that the normalizer empties is never found", () => {
  const json = added({ normalized: true }).replace(
    '"normalizer":null',
    '"normalizer":{"type":"Replace","pattern":{"Regex":"[<xy>]"},"content":""}',
  );
  assert.deepEqual(tokenizer(json).encode("a").slice(1), spelled("a"));
});
