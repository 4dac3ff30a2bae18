import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { loadTokenizer } from "../../../../reference/formats/tokenizers/load.ts";
import { decoded } from "../../../../reference/formats/tokenizers/tokenizer.ts";
import type { Tokens } from "../../../../reference/tensor.ts";
import { holds } from "../../../assertions.ts";
import { file, refuses, unlessRefused } from "../files.ts";
import { skipWithoutStories, stories } from "../weights-folder.ts";
import {
  changed,
  type Edits,
  expected,
  type Kind,
  kinds,
  library,
  lines,
  text,
  tokenizer,
} from "./fixtures.ts";

const thousand = lines(1000);

/** As deepEqual, and ten times as fast where it counts. */
function sameIds(got: Tokens, wanted: Tokens, text: string): void {
  assert.equal(got.join(" "), wanted.join(" "), JSON.stringify(text));
}

for (const kind of kinds) {
  const ours = tokenizer(text(kind));

  test(`${kind}: ids of 1,000 lines of the corpus equal those of @huggingface/tokenizers`, () => {
    const theirs = library(text(kind));
    for (const line of thousand) sameIds(ours.encode(line), theirs(line), line);
  });

  test(`${kind}: ids and texts of hard strings equal those of the Rust library`, () => {
    const { ids, decoded } = expected.kinds[kind];
    for (const [i, hard] of expected.texts.entries()) {
      assert.deepEqual(ours.encode(hard), ids[i], JSON.stringify(hard));
      assert.equal(ours.decode(ids[i] ?? []), decoded[i], JSON.stringify(hard));
    }
  });

  test(`${kind}: decode(encode(text)) is the text, for texts without special tokens`, () => {
    const unlike = fc.string({ unit: "grapheme" }).filter((s) => !/[<>|]/.test(s));
    holds(
      fc.property(unlike, (s) => assert.equal(ours.decode(ours.encode(s)), s)),
      300,
    );
  });

  test(`${kind}: a stream gives the text of decode, and never half a character`, () => {
    const tokens = ours.encode("naïve 🙂👩‍👩‍👧‍👦 日本 x");
    const stream = ours.stream();
    const parts = tokens.map((token) => stream.next(token));
    assert.equal(parts.join("") + stream.end(), ours.decode(tokens));
    assert.ok(parts.every((part) => !part.includes("\ufffd")));
    assert.equal(stream.end(), "");
  });

  test(`${kind}: any tokens decode to some text, and a cut character to U+FFFD`, () => {
    holds(
      fc.property(fc.array(fc.nat(ours.size - 1)), (tokens) =>
        assert.equal(typeof ours.decode(tokens), "string"),
      ),
    );
    const [, ...emoji] = ours.prompt("🙂");
    const cut = ours.decode(emoji.slice(0, -1));
    assert.ok(cut.endsWith("\ufffd"), cut);
  });
}

test("prompt(text) begins with the token that the file, or its family, puts there; encode only with the file's", () => {
  const starts = (kind: Kind, s: string) =>
    [tokenizer(text(kind)).prompt(s), tokenizer(text(kind)).encode(s)].map((ids) => ids[0]);
  assert.deepEqual(starts("opt", ""), [2, 2]);
  assert.deepEqual(starts("llama", "a"), [1, 1]);
  assert.deepEqual(starts("llama3", "a"), [800, 800]);
  assert.deepEqual(starts("falcon", ""), [2, undefined]); // nothing to begin with: <|endoftext|>
  assert.notEqual(starts("falcon", "a")[0], 2);
  const bare = tokenizer(changed("llama", { post_processor: null }));
  assert.deepEqual([bare.prompt("a")[0], bare.prompt("")[0], bare.encode("").length], [1, 1, 0]);
  assert.deepEqual(bare.prompt("<s>"), [1]);
});

test("bos and eos are special tokens of the usual names", () => {
  const ends = kinds.map((kind) => [tokenizer(text(kind)).bos, tokenizer(text(kind)).eos]);
  assert.deepEqual(ends, [
    [2, 2],
    [2, 2],
    [1, 2],
    [800, 801],
  ]);
});

test("encode(text) takes 100 kB without white space, and 100 kB of words", () => {
  const long = "abcdefghijklmnopqrstuvwxyz".repeat(3900);
  const words = thousand.join("\n").repeat(2).slice(0, 100_000);
  for (const kind of ["opt", "llama"] as const) {
    const ours = tokenizer(text(kind));
    assert.equal(ours.decode(ours.encode(long)), long);
    assert.equal(ours.decode(ours.encode(words)), words);
  }
});

/** Forms that real files have: each against the library. */
const variants: Readonly<Record<string, readonly [Kind, Edits]>> = {
  "GPT-2 with a space in front": [
    "opt",
    { pre_tokenizer: { type: "ByteLevel", add_prefix_space: true, use_regex: true } },
  ],
  "byte level without words": [
    "opt",
    { pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: false } },
  ],
  "Roberta's frame": [
    "opt",
    { post_processor: { type: "RobertaProcessing", sep: ["</s>", 2], cls: ["<s>", 0] } },
  ],
  "single digits": ["falcon", { pre_tokenizer: before({ type: "Digits", individual_digits: true }) }],
  NFC: ["llama3", { normalizer: { type: "NFC" } }],
  "NFKC in a sequence": ["llama3", { normalizer: { type: "Sequence", normalizers: [{ type: "NFKC" }] } }],
  "merges that count": ["llama3", { "model/ignore_merges": false }],
  "Metaspace at the start": ["llama", metaspace("first", false)],
  "Metaspace for each word": ["llama", metaspace("always", true)],
  "Metaspace never in front": ["llama", metaspace("never", true)],
  "unknown characters, fused": ["llama", { "model/byte_fallback": false }],
  "unknown characters, each": ["llama", { "model/byte_fallback": false, "model/fuse_unk": false }],
};

function before(step: object): object {
  const bytes = { type: "ByteLevel", add_prefix_space: false, use_regex: true };
  return { type: "Sequence", pretokenizers: [step, bytes] };
}

function metaspace(prepend_scheme: string, split: boolean): Edits {
  return { normalizer: null, pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme, split } };
}

for (const [name, [kind, edits]] of Object.entries(variants)) {
  test(`ids of 100 lines and of hard strings equal those of @huggingface/tokenizers: ${name}`, () => {
    const json = changed(kind, edits);
    const [ours, theirs] = [tokenizer(json), library(json)];
    for (const line of [...thousand.filter((_, i) => i % 10 === 0), ...expected.texts]) {
      sameIds(ours.encode(line), theirs(line), line);
    }
  });
}

test("a BPE with neither unknown token nor bytes names the character that it cannot spell, and where", () => {
  const json = changed("llama", { "model/byte_fallback": false, "model/unk_token": null });
  assert.throws(() => tokenizer(json).encode("an 🙂 Ω"), {
    name: "RangeError",
    message:
      'encode: text has "🙂" (U+1F642) at character 3; expected characters that the tokenizer\'s vocabulary can spell',
  });
});

test("an id past the vocabulary, as padded tables have them, decodes to nothing; one that is no id is refused", () => {
  const ours = tokenizer(text("opt"));
  assert.equal(ours.decode([...ours.encode("ab"), 5000]), "ab");
  assert.throws(() => ours.decode([-1]), {
    message: "decode: token is -1; expected a whole number below 800, the vocabulary's size",
  });
});

for (const { name, pre_tokenizer, ids } of expected.splits.found) {
  test(`ids equal those of the Rust library: ${name}`, () => {
    const ours = tokenizer(changed("falcon", { pre_tokenizer }));
    assert.deepEqual(expected.splits.texts.map(ours.encode), ids);
  });
}

test("merges are a text or a pair", () => {
  const { merges } = JSON.parse(text("llama")).model;
  const pairs = changed("llama", { "model/merges": merges.map((merge: string) => merge.split(" ")) });
  assert.deepEqual(
    thousand.flatMap(tokenizer(pairs).encode),
    thousand.flatMap(tokenizer(text("llama")).encode),
  );
});

const refused: Readonly<Record<string, readonly [Kind, Edits, string]>> = {
  "another model": [
    "opt",
    { "model/type": "Unigram" },
    'model.type is "Unigram"; expected "BPE", the model that is supported',
  ],
  dropout: [
    "opt",
    { "model/dropout": 0.1 },
    "model.dropout is 0.1; expected none: merges are not left to chance here",
  ],
  "an affix": [
    "opt",
    { "model/end_of_word_suffix": "</w>" },
    'model.end_of_word_suffix is "</w>"; expected none, or an empty one',
  ],
  "no vocabulary": ["opt", { "model/vocab": null }, "model.vocab is null; expected an object"],
  "an id that is none": [
    "opt",
    { "model/vocab/a": -1 },
    'model.vocab["a"] is -1; expected a whole number from 0 to 16777215',
  ],
  "a huge id": [
    "opt",
    { "model/vocab/a": 1e12 },
    'model.vocab["a"] is 1000000000000; expected a whole number from 0 to 16777215',
  ],
  "an id twice": [
    "opt",
    { "model/vocab/new": 2 },
    'model.vocab["new"] is 2; expected an id of its own, not that of "</s>"',
  ],
  "an unknown token that is unknown": [
    "llama",
    { "model/unk_token": "?!" },
    'model.unk_token is "?!"; expected a token of the vocabulary',
  ],
  "a merge of strangers": [
    "opt",
    { "model/merges": ["a zzz"] },
    'model.merges[0] is "a zzz"; expected two tokens of the vocabulary that join to a third',
  ],
  "a merge of three": [
    "opt",
    { "model/merges": ["a b c"] },
    'model.merges[0] is "a b c"; expected a pair of tokens',
  ],
  "a merge that is a number": ["opt", { "model/merges": [7] }, "model.merges[0] is 7; expected an array"],
  "an added token with another's id": [
    "opt",
    { "added_tokens/0/id": 1 },
    'added_tokens[0].id is 1; expected 0, the id of "<s>" in the vocabulary',
  ],
  "an added token on a taken id": [
    "llama3",
    { "added_tokens/0/id": 5 },
    'added_tokens[0].id is 5; expected an id of its own, not that of "&"',
  ],
  "an empty added token": [
    "opt",
    { "added_tokens/0/content": "" },
    'added_tokens[0].content is ""; expected at least one character',
  ],
  "an unknown normalizer": [
    "opt",
    { normalizer: { type: "Precompiled" } },
    'normalizer.type is "Precompiled"; expected a normalizer among Sequence, NFC, NFD, NFKC, NFKD, Prepend and Replace',
  ],
  "an unknown pre-tokenizer": [
    "opt",
    { pre_tokenizer: before({ type: "UnicodeScripts" }) },
    'pre_tokenizer.pretokenizers[0].type is "UnicodeScripts"; expected a pre-tokenizer among Sequence, ByteLevel, Punctuation, Digits, Split and Metaspace',
  ],
  "an unknown behaviour": [
    "opt",
    { pre_tokenizer: { type: "Punctuation", behavior: "toString" } },
    'pre_tokenizer.behavior is "toString"; expected one of Isolated, Removed, Contiguous, MergedWithPrevious, MergedWithNext',
  ],
  "an unknown scheme": [
    "llama",
    metaspace("often", true),
    'pre_tokenizer.prepend_scheme is "often"; expected "always", "first" or "never"',
  ],
  "an unknown post-processor": [
    "opt",
    { post_processor: { type: "Other" } },
    'post_processor.type is "Other"; expected a post-processor among ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing and Sequence',
  ],
  "a frame without a token": [
    "opt",
    { post_processor: { type: "BertProcessing", cls: [], sep: [] } },
    "post_processor.cls is []; expected a token and its id",
  ],
  "a template with a token that is none": [
    "opt",
    { "post_processor/special_tokens": { "</s>": { ids: [800] } } },
    "post_processor.special_tokens.</s>.ids[0] is 800; expected a whole number from 0 to 799",
  ],
  "a template for a pair": [
    "opt",
    { "post_processor/single": [{ Sequence: { id: "B" } }] },
    'post_processor.single[0] is {"Sequence":{"id":"B"}}; expected a SpecialToken, or the Sequence "A"',
  ],
  "a template without the text": [
    "opt",
    { "post_processor/single": [] },
    'post_processor.single is []; expected the Sequence "A" once',
  ],
  "an unknown decoder": [
    "opt",
    { decoder: { type: "WordPiece" } },
    'decoder.type is "WordPiece"; expected a decoder among ByteLevel, ByteFallback, Replace, Metaspace, Fuse, a Sequence of them, and Strip after Fuse',
  ],
  "a decoder after Fuse": [
    "llama",
    { "decoder/decoders/3/type": "Replace" },
    'decoder.decoders[3].type is "Replace"; expected a Strip, after Fuse',
  ],
  "a Strip at the end": [
    "llama",
    { "decoder/decoders/3/stop": 1 },
    "decoder.decoders[3].stop is 1; expected 0: text that grows has no end to strip",
  ],
  "a Strip of letters": [
    "llama",
    { "decoder/decoders/3/content": "x" },
    'decoder.decoders[3].content is "x"; expected a space',
  ],
};

for (const [name, [kind, edits, message]] of Object.entries(refused)) {
  test(`a tokenizer.json is refused in one sentence: ${name}`, () => {
    refuses(() => tokenizer(changed(kind, edits)), `tokenizer.json: ${message}`);
  });
}

test("a tokenizer.json cut anywhere is refused, and 500 changed ones are refused or work", () => {
  const whole = text("llama");
  for (let size = 0; size < whole.length - 2; size += 251) {
    assert.equal(
      unlessRefused(() => tokenizer(whole.slice(0, size))),
      undefined,
    );
  }
  const leaves = ["null", "0", "-1", "1e300", "true", '""', '"x"', "[]", "{}", "[[]]", '{"type":"Sequence"}'];
  const frame = changed("llama3", {
    "model/vocab": { a: 0, b: 1, ab: 2 },
    "model/merges": [["a", "b"]],
    added_tokens: [{ id: 3, content: "<s>", special: true }],
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>" } }, { Sequence: { id: "A" } }],
      special_tokens: { "<s>": { ids: [3] } },
    },
  });
  const places = [...frame.matchAll(/:("[^"]*"|\d+|true|false|null|\[\]|\{[^{}]*\})/g)].map(
    (m) => [m.index + 1, m.index + m[0].length] as const,
  );
  holds(
    fc.property(fc.nat(places.length - 1), fc.constantFrom(...leaves), (place, leaf) => {
      const [from, to] = places[place] ?? [0, 0];
      const ours = unlessRefused(() => tokenizer(frame.slice(0, from) + leaf + frame.slice(to)));
      try {
        ours?.encode("ab b");
      } catch (error) {
        assert.ok(error instanceof RangeError && /^encode: text has/.test(error.message), String(error));
      }
    }),
    500,
  );
});

test("decode(tokens) without a decoder puts spaces between tokens; Metaspace makes its mark a space, but in front", () => {
  const decode = (decoder: object | null) => {
    const ours = tokenizer(changed("llama", { decoder }));
    return ours.decode(ours.encode("the cat é"));
  };
  const meta = (prepend_scheme: string) => ({
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme,
    split: true,
  });
  assert.equal(decode(null), "▁the ▁c at ▁ <0xC3> <0xA9>"); // as the Rust library has it
  assert.equal(decode(meta("always")), "the cat <0xC3><0xA9>");
  assert.equal(decode(meta("never")), " the cat <0xC3><0xA9>");
});

test("Metaspace drops the marks of one token, the first that is not left out", () => {
  const spoken = (scheme: string, text: string): string => {
    const decoder = { type: "Metaspace", replacement: "▁", prepend_scheme: scheme, split: true };
    const ours = tokenizer(changed("llama", { ...metaspace(scheme, true), decoder }));
    const tokens = [5000, ...ours.encode(text)]; // 5000 has no text
    assert.equal(decoded(ours.stream(), tokens), ours.decode(tokens));
    return ours.decode(tokens);
  };
  const texts = ["  lead", "   ", " ", "", "a  b", "<s>  the", "  <s>  the"];
  const dropped = [" lead", "  ", "", "", "a  b", " the", "   the"]; // as the Rust library has them
  for (const scheme of ["always", "first"]) {
    assert.deepEqual(
      texts.map((text) => spoken(scheme, text)),
      dropped,
    );
  }
  assert.deepEqual(
    texts.map((text) => spoken("never", text)),
    ["  lead", "   ", " ", "", "a  b", "  the", "    the"],
  );
});

test("invalid UTF-8 is refused", () => {
  refuses(
    () => loadTokenizer(file(Uint8Array.of(0x7b, 0xff, 0x22, 0x7d), "t.json")),
    "t.json: text is not valid UTF-8; expected UTF-8 text",
  );
});

test("stories260K: tokenizer.json and tok512.bin agree with each other and with @huggingface/tokenizers on 1,000 lines", {
  skip: skipWithoutStories,
}, () => {
  const json = readFileSync(stories("tokenizer.json"), "utf8");
  const [ours, theirs] = [tokenizer(json), library(json)];
  const bin = loadTokenizer(file(readFileSync(stories("tok512.bin")), "tok512.bin"), 512);
  for (const line of [...thousand, ...expected.texts.filter((hard) => !/<|[\u2581\0]/.test(hard))]) {
    sameIds(ours.encode(line), theirs(line), line);
    sameIds(bin.encode(line), ours.prompt(line), line);
    assert.equal(decoded(bin.stream(), bin.encode(line)), line);
    assert.equal(ours.decode(ours.encode(line)), line);
  }
});
