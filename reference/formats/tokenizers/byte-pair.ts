// The BPE model of tokenizer.json: a word becomes characters, and neighbours merge in the order of the merges list.
import type { Tokens } from "../../tensor.ts";
import type { JsonField } from "../json-field.ts";
import { type Merge, merged } from "./merge.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface BytePair {
  /** Characters outside the vocabulary become their bytes: the Llama kind. */
  readonly byteFallback: boolean;
  /** The tokens of a word; nothing when a character has no token, no bytes, and there is no unknown token. */
  tokens(word: string): Tokens | undefined;
}

const CACHED_WORDS = 50_000;
const CACHED_LENGTH = 40;

/**
 * Refuses a model that is not a BPE of the plain kind.
 *
 * @throws {FormatError} naming what else it is
 */
export function checkBytePair(field: JsonField): void {
  const type = field.get("type");
  if (!type.absent && type.value !== "BPE") type.refuse('"BPE", the model that is supported');
  if (field.get("dropout").real(0) !== 0)
    field.get("dropout").refuse("none: merges are not left to chance here");
  for (const affix of ["continuing_subword_prefix", "end_of_word_suffix"]) {
    if (field.get(affix).text("") !== "") field.get(affix).refuse("none, or an empty one");
  }
}

/**
 * The model that `field` describes; see `checkBytePair`.
 *
 * @throws {FormatError} when it merges what is not in the vocabulary
 */
export function bytePairOf(field: JsonField, vocabulary: Vocabulary): BytePair {
  const { ids, size } = vocabulary;
  const byteFallback = field.get("byte_fallback").flag(false);
  const whole = field.get("ignore_merges").flag(false);
  const spell = speller(field, vocabulary, byteFallback);
  const merges = mergesOf(field.get("merges"), vocabulary);
  const find = (left: number, right: number): Merge | undefined => merges.get(left * size + right);
  const cache = new Map<string, Tokens>();

  return {
    byteFallback,
    tokens(word) {
      const known = cache.get(word);
      if (known !== undefined) return known;
      const single = whole ? ids.get(word) : undefined;
      const spelled = single === undefined ? spell(word) : [single];
      if (spelled === undefined) return undefined;
      const found = merged(spelled, find);
      if (word.length <= CACHED_LENGTH) {
        if (cache.size >= CACHED_WORDS) cache.clear();
        cache.set(word, found);
      }
      return found;
    },
  };
}

/** The merges by pair: left · size + right. */
function mergesOf(field: JsonField, { ids, size }: Vocabulary): ReadonlyMap<number, Merge> {
  const merges = new Map<number, Merge>();
  for (const [rank, merge] of field.list().entries()) {
    const pair =
      typeof merge.value === "string" ? merge.value.split(" ") : merge.list().map((part) => part.text());
    const [left, right] = pair;
    if (left === undefined || right === undefined || pair.length !== 2)
      return merge.refuse("a pair of tokens");
    const [a, b, id] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (a === undefined || b === undefined || id === undefined) {
      return merge.refuse("two tokens of the vocabulary that join to a third");
    }
    merges.set(a * size + b, { rank, id });
  }
  return merges;
}

type Spell = (word: string) => Tokens | undefined;

/** A token for each character: its own, else its bytes', else the unknown one. */
function speller(field: JsonField, { ids }: Vocabulary, byteFallback: boolean): Spell {
  const unknown = field.get("unk_token");
  const unknownId = unknown.absent ? undefined : ids.get(unknown.text());
  if (!unknown.absent && unknownId === undefined) unknown.refuse("a token of the vocabulary");
  const fuse = field.get("fuse_unk").flag(false);
  const utf8 = new TextEncoder();
  const hex = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
  const byteIds = Array.from({ length: 256 }, (_, byte) => (byteFallback ? ids.get(hex(byte)) : undefined));

  return (word) => {
    const spelled: number[] = [];
    let afterUnknown = false;
    for (const c of word) {
      const id = ids.get(c);
      const bytes = id === undefined ? Array.from(utf8.encode(c), (byte) => byteIds[byte]) : [id];
      const known = bytes.filter((byte) => byte !== undefined);
      if (known.length === bytes.length) spelled.push(...known);
      else if (unknownId === undefined) return undefined;
      else if (!fuse || !afterUnknown) spelled.push(unknownId);
      afterUnknown = known.length < bytes.length;
    }
    return spelled;
  };
}
