import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadTokenizer } from "../../../../reference/formats/tokenizers/load.ts";
import { stream } from "../../../../reference/random.ts";
import { holds } from "../../../assertions.ts";
import { bytes, file, refuses, unlessRefused } from "../files.ts";

type Piece = readonly [piece: string, score: number];

const hex = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
const specials: readonly Piece[] = [
  ["<unk>", 0],
  ["\n<s>\n", 0],
  ["\n</s>\n", 0],
  ...Array.from({ length: 256 }, (_, b): Piece => [hex(b), 0]),
];
const letters: readonly Piece[] = [" ", "a", "b", "c", "é"].map((piece): Piece => [piece, -1e9]);
const merges: readonly Piece[] = [
  ["ab", -1],
  [" a", -2],
  ["bc", -3],
  ["abc", -4],
  [" ab", -5],
  ["aa", -2.5],
  ["éa", -6],
];
const small = [...specials, ...letters, ...merges];

const binary = (pieces: readonly Piece[]): Uint8Array =>
  bytes(
    Int32Array.of(27),
    ...pieces.flatMap(([piece, score]) => [
      bytes(Float32Array.of(score)),
      bytes(Int32Array.of(bytes(piece).length)),
      bytes(piece),
    ]),
  );
const load = (pieces: readonly Piece[]) => loadTokenizer(file(binary(pieces), "tok.bin"));
const id = (piece: string): number => small.findIndex(([known]) => known === piece);

/** run.c's loop, as it stands: look at every pair, merge the best, begin again. */
function naive(pieces: readonly Piece[], start: readonly number[]): readonly number[] {
  const tokens = [...start];
  for (;;) {
    let best: { readonly at: number; readonly id: number; readonly score: number } | undefined;
    for (let at = 0; at + 1 < tokens.length; at++) {
      const joined = `${pieces[tokens[at] ?? 0]?.[0]}${pieces[tokens[at + 1] ?? 0]?.[0]}`;
      const found = pieces.findIndex(([piece]) => piece === joined);
      const score = pieces[found]?.[1] ?? 0;
      if (found >= 0 && score > (best?.score ?? -1e10)) best = { at, id: found, score };
    }
    if (best === undefined) return tokens;
    tokens.splice(best.at, 2, best.id);
  }
}

test("encode(text) is <s>, a space, the characters, and merges by the best score, the leftmost of equals", () => {
  const ours = load(small);
  assert.deepEqual(ours.encode(""), [1]);
  assert.deepEqual(ours.encode("abc"), [1, id(" "), id("abc")]); // "ab" first, at -1; then "abc" beats " ab"
  assert.deepEqual(ours.encode("aaa"), [1, id(" a"), id("aa")]);
  assert.deepEqual(ours.encode("caaa"), [1, id(" "), id("c"), id("aa"), id("a")]);
});

test("encode(text) spells what has no piece in bytes: id 3 plus the byte", () => {
  assert.deepEqual(load(small).encode("é🙂"), [1, id(" "), id("é"), 3 + 0xf0, 3 + 0x9f, 3 + 0x99, 3 + 0x82]);
});

test("encode(text) equals run.c's loop over all pairs, for random scores", () => {
  const draws = stream(5, "scores");
  const scored = small.map(([piece], i): Piece => [piece, i < 264 ? -1e9 : Math.fround(draws.integer(4))]);
  const ours = load(scored);
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c", " ", "é"), minLength: 1, maxLength: 30 });
  holds(
    fc.property(word, (s) => assert.deepEqual(ours.encode(s), [1, ...naive(scored, [...` ${s}`].map(id))])),
    300,
  );
});

test("encode(text) never merges into a piece whose score is NaN, or at most -1e10", () => {
  const scored = (score: number) => small.map(([piece, old]): Piece => [piece, piece === "ab" ? score : old]);
  for (const score of [Number.NaN, -1e10, Number.NEGATIVE_INFINITY]) {
    assert.ok(!load(scored(score)).encode("bab").includes(id("ab")), `score ${score}`);
  }
});

test("decode(tokens) leaves out special tokens, takes one leading space off, and gives bytes as bytes", () => {
  const ours = load(small);
  assert.equal(ours.decode(ours.encode("ab é🙂 c")), "ab é🙂 c");
  assert.equal(ours.decode(ours.encode("  a")), "  a");
  assert.equal(ours.decode([id(" a"), id(" a")]), "a a");
  assert.equal(ours.decode([1, id("a"), 2, 0, id("b")]), "ab");
  assert.equal(ours.decode([1, 3 + 0xf0, 3 + 0x9f, id("a")]), "\ufffda");
});

test("decode(tokens) refuses an id outside the vocabulary", () => {
  assert.throws(() => load(small).decode([1, 271]), {
    name: "RangeError",
    message: "decode: token is 271; expected a whole number below 271, the vocabulary's size",
  });
});

test("encode(text) names a character that has neither piece nor bytes", () => {
  const bare = load([...specials.slice(0, 3), ...letters]);
  assert.deepEqual(bare.encode("abc"), [1, 3, 4, 5, 6]);
  assert.throws(() => bare.encode("ab🙂"), {
    name: "RangeError",
    message:
      'encode: text has "🙂" (U+1F642) at character 2; expected characters that the tokenizer\'s vocabulary can spell',
  });
});

test("encode(text) takes 100 kB", () => {
  const long = "abcaab cé".repeat(10_000);
  const ours = load(small);
  assert.equal(ours.decode(ours.encode(long)), long);
});

test("pieces may hold bytes that are no text", () => {
  const content = bytes(
    binary(specials),
    Float32Array.of(0),
    Int32Array.of(1),
    Uint8Array.of(0x9f),
    Float32Array.of(1),
    Int32Array.of(1),
    Uint8Array.of(0xff),
  );
  assert.equal(loadTokenizer(file(content)).decode([259, 260]), "\ufffd\ufffd");
});

test("a tok.bin that is cut, empty, or holds an impossible length is refused", () => {
  const whole = binary(small);
  for (let size = 0; size < whole.length; size += size < 100 ? 1 : 13) {
    const ours = unlessRefused(() => loadTokenizer(file(whole.slice(0, size)), 271));
    assert.equal(ours, undefined, `cut at ${size}`);
  }
  refuses(
    () => loadTokenizer(file(new Uint8Array(), "t")),
    "t: file has 0 bytes; expected a tokenizer.json or a llama2.c tok*.bin",
  );
  refuses(
    () => loadTokenizer(file(whole.slice(0, 15), "t")),
    "t: length of token 0 is 5; expected 1 to 3, the bytes that follow it",
  );
  for (const length of [-1, 0, 2 ** 31 - 1]) {
    refuses(
      () => loadTokenizer(file(bytes(Int32Array.of(7, 0, length, 0)), "t")),
      `t: length of token 0 is ${length}; expected 1 to 4, the bytes that follow it`,
    );
  }
  for (const size of [7, 12]) {
    refuses(
      () => loadTokenizer(file(whole.slice(0, size), "t")),
      `t: token 0 has ${size - 4} bytes; expected at least 9: a score, a length and a byte`,
    );
  }
  refuses(
    () => load(specials.slice(0, 2)),
    "tok.bin: the llama2.c tokenizer has 2 tokens; expected at least 3: <unk>, <s> and </s>",
  );
});

test("a tok.bin with more tokens than the model is refused at the first one too many", () => {
  refuses(
    () => loadTokenizer(file(binary(small), "t"), 10),
    "t: the tokenizer has more than 10 tokens; expected 10, the model's vocabulary",
  );
});
