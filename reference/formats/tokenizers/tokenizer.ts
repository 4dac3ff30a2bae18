// What a tokenizer is, whatever file it came from, and text that grows token by token.
import type { Tokens } from "../../tensor.ts";
import { FormatError } from "../format-error.ts";

/** What turns text into token ids and token ids into text, whatever file it came from. */
export interface Tokenizer {
  /** The kind of file that it came from. */
  readonly kind: "llama2.c" | "tokenizer.json" | "characters";
  /** One more than the largest id. */
  readonly size: number;
  /** The token that begins a sequence, where one is known. */
  readonly bos: number | undefined;
  /** The token that ends a sequence, where one is known. */
  readonly eos: number | undefined;
  /**
   * The ids of `text`, with the special tokens that the file asks for.
   *
   * @throws {RangeError} when a character is outside the vocabulary, naming it and where it is
   */
  encode(text: string): Tokens;
  /** The ids to start generating from: `encode`, after `bos` where the model was trained to see it. */
  prompt(text: string): Tokens;
  /** The text of `tokens`: special tokens say nothing; bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: Tokens): string;
  /** `decode`, a token at a time. */
  stream(): TextStream;
}

/** Text that grows: all that `next` returned, then `end`, is what `decode` gives for the same tokens. */
export interface TextStream {
  /** The characters that `token` completes: none while one more byte of a character is missing. */
  next(token: number): string;
  /** What stands for a character that was never completed. */
  end(): string;
}

/**
 * A stream over the bytes that each token stands for.
 *
 * @param bytesOf  the bytes of a token, perhaps none; undefined for one left out of the text, as special ones
 *                 are; `first` says that all before it were left out
 * @param strip    how many spaces at most are taken off the start, undoing what encoding put there
 */
export function textStream(
  bytesOf: (token: number, first: boolean) => Uint8Array | undefined,
  strip = 0,
): TextStream {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let first = true;
  let spaces = strip;
  const stripped = (text: string): string => {
    let from = 0;
    while (from < spaces && text[from] === " ") from++;
    spaces = from === text.length ? spaces - from : 0; // a space that is no longer at the start stays
    return text.slice(from);
  };
  return {
    next(token) {
      const bytes = bytesOf(token, first);
      if (bytes === undefined) return "";
      first = false;
      return stripped(decoder.decode(bytes, { stream: true }));
    },
    end: () => stripped(decoder.decode()),
  };
}

/** The whole text of a stream over `tokens`. */
export function decoded(stream: TextStream, tokens: Tokens): string {
  const parts: string[] = [];
  for (const token of tokens) parts.push(stream.next(token));
  parts.push(stream.end());
  return parts.join("");
}

/**
 * Refuses a token that no vocabulary of `size` has.
 *
 * @throws {RangeError} naming the token
 */
export function checkToken(token: number, size: number): void {
  if (Number.isInteger(token) && token >= 0 && token < size) return;
  throw new RangeError(
    `decode: token is ${token}; expected a whole number below ${size}, the vocabulary's size`,
  );
}

/** The error for a character that cannot be encoded. */
export function outsideVocabulary(text: string, at: number): RangeError {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const code = (text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const place = [...text.slice(0, at)].length;
  return new RangeError(
    `encode: text has ${JSON.stringify(character)} (U+${code}) at character ${place}; ` +
      "expected characters that the tokenizer's vocabulary can spell",
  );
}

/**
 * Refuses a tokenizer that does not belong to a model of vocabulary V.
 *
 * A `tokenizer.json` may be smaller than V: real models pad their tables to a round number. The other kinds are
 * written for one model, so anything but an equal size is somebody else's.
 *
 * @throws {FormatError} naming both sizes
 */
export function checkFit(name: string, tokenizer: Tokenizer, V: number): void {
  const { kind, size } = tokenizer;
  if (kind === "tokenizer.json" ? size <= V : size === V) return;
  const wanted = kind === "tokenizer.json" ? `at most ${V}` : `${V}`;
  throw new FormatError(
    `${name}: the tokenizer has ${size} tokens; expected ${wanted}, the model's vocabulary`,
  );
}
