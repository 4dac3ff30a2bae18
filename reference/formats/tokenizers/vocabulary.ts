// The tokens of tokenizer.json: those of its model, and those that were added and are found in the text as they are.
import type { JsonField } from "../json-field.ts";

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean; // says nothing when decoded
  readonly normalized: boolean; // looked for after the normalizer, not before
  readonly singleWord: boolean; // only between characters that are not of a word
  readonly lstrip: boolean; // takes the white space before it along
  readonly rstrip: boolean;
}

export interface Vocabulary {
  /** One more than the largest id. */
  readonly size: number;
  readonly ids: ReadonlyMap<string, number>;
  readonly added: readonly AddedToken[];
  /** Every id's text, added ones included. */
  readonly texts: ReadonlyMap<number, string>;
}

const MOST = 0x1000000; // 2^24 ids: a pair of them is still one safe integer

/**
 * The vocabulary of a whole tokenizer.json.
 *
 * @throws {FormatError} when an id is no id, or two tokens have the same one
 */
export function vocabularyOf(root: JsonField): Vocabulary {
  const ids = new Map<string, number>();
  const texts = new Map<number, string>();
  for (const [text, field] of root.get("model").get("vocab").members()) {
    const id = field.whole(0, MOST);
    if (texts.has(id)) field.refuse(`an id of its own, not that of ${JSON.stringify(texts.get(id))}`);
    ids.set(text, id);
    texts.set(id, text);
  }
  const list = root.get("added_tokens");
  const fields = list.absent ? [] : list.list();
  const added = fields.map(addedToken);
  for (const [i, { id, content }] of added.entries()) {
    const known = ids.get(content) ?? id;
    const taken = texts.get(id) ?? content;
    const field = fields[i]?.get("id");
    if (known !== id) field?.refuse(`${known}, the id of ${JSON.stringify(content)} in the vocabulary`);
    if (taken !== content) field?.refuse(`an id of its own, not that of ${JSON.stringify(taken)}`);
    texts.set(id, content);
  }
  let size = 0;
  for (const id of texts.keys()) size = Math.max(size, id + 1);
  return { size, ids, added, texts };
}

function addedToken(field: JsonField): AddedToken {
  const content = field.get("content");
  const special = field.get("special").flag(false);
  return {
    id: field.get("id").whole(0, MOST),
    content: content.text() === "" ? content.refuse("at least one character") : content.text(),
    special,
    normalized: field.get("normalized").flag(!special),
    singleWord: field.get("single_word").flag(false),
    lstrip: field.get("lstrip").flag(false),
    rstrip: field.get("rstrip").flag(false),
  };
}

/** A stretch of text, or the id of the added token that was found there. */
export type Segment = string | number;

/**
 * Cuts a text at the added tokens in it: the leftmost first, the longest of those that begin there.
 *
 * A token is also found inside the white space that the one before it took along, as in the Rust library; the
 * text goes on where that token ends, which may be a step back.
 */
export function cutter(tokens: readonly AddedToken[]): (text: string) => readonly Segment[] {
  const find = finder(tokens);
  return (text) => {
    const segments: Segment[] = [];
    let done = 0;
    for (let at = 0; at < text.length; ) {
      const token = find(text, at);
      const range = token === undefined ? undefined : rangeOf(token, text, at, done);
      if (token !== undefined && range !== undefined) {
        const [begin, end] = range;
        if (begin > done) segments.push(text.slice(done, begin));
        segments.push(token.id);
        done = end;
      }
      at += token?.content.length ?? 1;
    }
    if (done < text.length) segments.push(text.slice(done));
    return segments;
  };
}

/** The longest of the tokens that begin at a place of a text. */
function finder(tokens: readonly AddedToken[]): (text: string, at: number) => AddedToken | undefined {
  const known = new Map(tokens.map((token) => [token.content, token]));
  const lengths = new Map<string, Set<number>>(); // of the tokens that begin with a character, the longest first
  for (const { content } of [...known.values()].sort((a, b) => b.content.length - a.content.length)) {
    const first = content.charAt(0);
    lengths.set(first, (lengths.get(first) ?? new Set()).add(content.length));
  }
  return (text, at) => {
    for (const length of lengths.get(text.charAt(at)) ?? []) {
      const token = known.get(text.slice(at, at + length));
      if (token !== undefined) return token;
    }
    return undefined;
  };
}

/** Where a token found at `at` begins and ends with the white space that it takes along; nothing if it may not. */
function rangeOf(
  token: AddedToken,
  text: string,
  at: number,
  done: number,
): readonly [number, number] | undefined {
  const end = at + token.content.length;
  if (
    token.singleWord &&
    (/[\p{L}\p{M}\p{N}\p{Pc}]$/u.test(text.slice(Math.max(at - 2, 0), at)) || wordAt(text, end))
  )
    return undefined;
  let begin = at;
  while (token.lstrip && begin > done && isSpace(text[begin - 1])) begin--;
  let after = end;
  while (token.rstrip && isSpace(text[after])) after++;
  return [begin, after];
}

const wordAt = (text: string, at: number): boolean =>
  /^[\p{L}\p{M}\p{N}\p{Pc}]/u.test(text.slice(at, at + 2));
const isSpace = (c: string | undefined): boolean => c !== undefined && /\p{White_Space}/u.test(c);
