import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { characterJson, charactersOf } from "../../../../reference/formats/tokenizers/characters.ts";
import { loadTokenizer } from "../../../../reference/formats/tokenizers/load.ts";
import { type Merge, merged } from "../../../../reference/formats/tokenizers/merge.ts";
import { checkFit, textStream } from "../../../../reference/formats/tokenizers/tokenizer.ts";
import { holds } from "../../../assertions.ts";
import { file, refuses } from "../files.ts";
import { text, tokenizer } from "./fixtures.ts";

test("merged(ids, find) equals merging the lowest rank, the leftmost of equals, one by one", () => {
  const table = fc.uniqueArray(fc.record({ left: fc.nat(7), right: fc.nat(7), rank: fc.nat(5) }), {
    selector: ({ left, right }) => `${left} ${right}`,
    maxLength: 12,
  });
  holds(
    fc.property(table, fc.array(fc.nat(3), { maxLength: 24 }), (rules, ids) => {
      const find = (left: number, right: number): Merge | undefined => {
        const at = rules.findIndex((rule) => rule.left === left && rule.right === right);
        const rank = rules[at]?.rank;
        return rank === undefined ? undefined : { rank, id: 4 + (at % 4) };
      };
      const slow = [...ids];
      for (;;) {
        const ranks = slow
          .slice(1)
          .map((right, at) => find(slow[at] ?? -1, right)?.rank ?? Number.POSITIVE_INFINITY);
        const best = Math.min(...ranks, Number.POSITIVE_INFINITY);
        if (best === Number.POSITIVE_INFINITY) break;
        const at = ranks.indexOf(best);
        slow.splice(at, 2, find(slow[at] ?? -1, slow[at + 1] ?? -1)?.id ?? -1);
      }
      assert.deepEqual(merged(ids, find), slow);
    }),
    1000,
  );
});

test("textStream gives a character when its last byte comes, and U+FFFD for one that never ends", () => {
  const bytes = [...new TextEncoder().encode("é🙂")];
  const stream = textStream((token) => Uint8Array.of(bytes[token] ?? 0));
  assert.deepEqual(
    bytes.slice(0, 5).map((_, token) => stream.next(token)),
    ["", "é", "", "", ""],
  );
  assert.equal(stream.end(), "\ufffd");
});

test("textStream(bytesOf, strip) takes spaces off the start only, and only so many", () => {
  const texts = [" ", " ", "a", " "];
  const stream = textStream((token) => new TextEncoder().encode(texts[token]), 1);
  assert.deepEqual(
    texts.map((_, token) => stream.next(token)),
    ["", " ", "a", " "],
  );
});

test("textStream calls a token first until one was not left out, bytes or none", () => {
  const asked: boolean[] = [];
  const stream = textStream((token, first) => {
    asked.push(first);
    return token === 0 ? undefined : new Uint8Array();
  });
  for (const token of [0, 0, 1, 0, 1]) assert.equal(stream.next(token), "");
  assert.deepEqual(asked, [true, true, true, false, false]);
});

test("charactersOf(text) has each character once, in the order of code points, and takes its text back", () => {
  const ours = charactersOf("bab\n🙂é");
  assert.deepEqual(ours.characters, ["\n", "a", "b", "é", "🙂"]);
  assert.deepEqual(ours.encode("b🙂"), [2, 4]);
  assert.equal(ours.decode(ours.encode("🙂 b".replace(" ", "\n"))), "🙂\nb");
});

test("charactersOf(text).encode names a character outside the vocabulary, and where it is", () => {
  assert.throws(() => charactersOf("ab🙂").encode("a🙂c"), {
    name: "RangeError",
    message:
      'encode: text has "c" (U+0063) at character 2; expected characters that the tokenizer\'s vocabulary can spell',
  });
  assert.throws(() => charactersOf("ab").decode([2]), {
    message: "decode: token is 2; expected a whole number below 2, the vocabulary's size",
  });
});

test("loadTokenizer(source) reads what characterJson wrote", () => {
  const ours = charactersOf('a"\\\n🙂');
  const back = loadTokenizer(file(characterJson(ours), "c.json"), 5);
  assert.equal(back.kind, "characters");
  assert.deepEqual(back.encode('"🙂'), ours.encode('"🙂'));
});

test("loadTokenizer(source) refuses a JSON file of another kind, and a character twice", () => {
  refuses(
    () => loadTokenizer(file('{"kind":"words"}', "c.json")),
    'c.json: kind is "words"; expected "characters"',
  );
  refuses(
    () => loadTokenizer(file('{"kind":"characters","characters":"aba"}', "c.json")),
    'c.json: characters is "aba"; expected each character once',
  );
  refuses(
    () => loadTokenizer(file('{"a":1}', "c.json")),
    "c.json: model.vocab is missing; expected an object",
  );
  refuses(
    () => loadTokenizer(file("plain text", "c.json")),
    "c.json: text is not valid JSON; expected a JSON object",
  );
});

test("checkFit(name, tokenizer, V) wants an equal size, and of a tokenizer.json one that is not larger", () => {
  const ours = charactersOf("abc");
  checkFit("c.json", ours, 3);
  refuses(
    () => checkFit("c.json", ours, 4),
    "c.json: the tokenizer has 3 tokens; expected 4, the model's vocabulary",
  );
  const padded = tokenizer(text("opt"));
  checkFit("t.json", padded, 832);
  refuses(
    () => checkFit("t.json", padded, 799),
    "t.json: the tokenizer has 800 tokens; expected at most 799, the model's vocabulary",
  );
  refuses(
    () => loadTokenizer(file(characterJson(ours), "c.json"), 2),
    "c.json: the tokenizer has 3 tokens; expected 2, the model's vocabulary",
  );
});
