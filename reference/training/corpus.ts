// What a model learns from, and what it is judged on: each text cut once, by position.
import { stream } from "../random.ts";
import type { Tokens } from "../tensor.ts";

/** Texts cut in two by position: what is learned from, and what is judged on. */
export interface Split {
  /** the first part of each text, one after the other */
  readonly training: string;
  /** the rest of each, one after the other */
  readonly validation: string;
}

/** T tokens and, for each, the token that follows it. */
export interface Window {
  readonly tokens: Tokens;
  readonly targets: Tokens;
}

/**
 * The first part of each text to learn from, the rest to be judged on: no window of one overlaps the other.
 *
 * @param share  what part of each text, in characters, is kept for validation, in [0, 1)
 * @throws {RangeError} when share lies outside
 */
export function split(texts: readonly string[], share = 0.1): Split {
  if (!(share >= 0 && share < 1)) throw new RangeError(`split: share is ${share}; expected 0 ≤ share < 1`);
  const cut = (text: string): number => {
    const at = Math.floor(text.length * (1 - share));
    return /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at + 1 : at; // both halves of a character stay together
  };
  return {
    training: texts.map((text) => text.slice(0, cut(text))).join(""),
    validation: texts.map((text) => text.slice(cut(text))).join(""),
  };
}

/**
 * The windows of one training step, drawn from the whole text alike. A step's draw depends on seed and step alone, so a
 * run that goes on from a checkpoint sees what it would have seen.
 *
 * @param context  T, the tokens of a window
 * @throws {RangeError} when the text is not longer than a window
 */
export function batch(
  text: Tokens,
  seed: number,
  step: number,
  size: number,
  context: number,
): readonly Window[] {
  if (text.length <= context) {
    throw new RangeError(
      `batch: the text has ${text.length} tokens; expected more than T = ${context}, the context, to train on`,
    );
  }
  const places = stream(seed, `batch ${step}`);
  return Array.from({ length: size }, () => window(text, places.integer(text.length - context), context));
}

/**
 * Every token of a text but the first, predicted once, each from half a context at least, as far as the text goes back.
 *
 * @param context  T, the tokens of a window; a text that is shorter makes one shorter window
 * @returns windows, and how many of each one's last predictions count
 * @throws {RangeError} when the context is no positive whole number
 */
export function strides(
  text: Tokens,
  context: number,
): readonly { readonly window: Window; readonly counts: number }[] {
  if (!(Number.isInteger(context) && context > 0))
    throw new RangeError(`strides: context is ${context}; expected a positive whole number of tokens`);
  const found = [];
  for (let end = 0; end + 1 < text.length; ) {
    const next = Math.min(text.length - 1, Math.max(context, end + Math.ceil(context / 2)));
    const start = Math.max(0, next - context);
    found.push({ window: window(text, start, next - start), counts: next - end });
    end = next;
  }
  return found;
}

const window = (text: Tokens, start: number, T: number): Window => ({
  tokens: text.slice(start, start + T),
  targets: text.slice(start + 1, start + T + 1),
});
