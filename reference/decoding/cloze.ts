// A cloze test: which of four words stood in the gap of a text that the model never saw?
// Paper: sections 3 and 4 judge by downstream tasks beside perplexity; this is the one that a small model can try.
import { empty } from "../models/cache.ts";
import { forward, type Model } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import { stream } from "../random.ts";
import { sum, type Tokens } from "../tensor.ts";

/** A gap in a text, and the words to choose from for it. */
export interface Gap {
  /** the text that ends where the gap begins */
  readonly before: string;
  /** the right word first, then those that stood elsewhere in the text */
  readonly words: readonly string[];
  /** the text that begins where the gap ends */
  readonly after: string;
}

/** How many gaps are drawn from a text, and how much of the text each has on either side. */
export interface ClozeOptions {
  /** of the draws */
  readonly seed: number;
  /** how many are drawn; one may come twice */
  readonly gaps: number;
  /** characters before the gap */
  readonly before: number;
  /** characters after it */
  readonly after: number;
}

/** Words to choose from. */
const CHOICES = 4;

/**
 * Gaps drawn from the words of four small letters or more that have enough text on either side; the wrong words are drawn
 * from the same text, as often as they stand in it.
 *
 * @throws {RangeError} when the text has too few such words
 */
export function gaps(text: string, { seed, gaps: n, before, after }: ClozeOptions): readonly Gap[] {
  const found = [...text.matchAll(/(?<![A-Za-z'-])[a-z]{4,}(?![A-Za-z'-])/g)].filter(
    ({ index, 0: word }) => index >= before && index + word.length + after <= text.length,
  );
  if (new Set(found.map(([word]) => word)).size < CHOICES)
    throw new RangeError(
      `gaps: the text has ${found.length} words with ${before} characters before and ${after} after; expected ${CHOICES} different ones at least`,
    );
  const draw = stream(seed, "cloze");
  return Array.from({ length: n }, () => {
    const gap = found[draw.integer(found.length)];
    const [right = "", at = 0] = [gap?.[0], gap?.index];
    const words = new Set([right]);
    while (words.size < CHOICES) words.add(found[draw.integer(found.length)]?.[0] ?? right);
    const end = at + right.length;
    return { before: text.slice(at - before, at), words: [...words], after: text.slice(end, end + after) };
  });
}

/**
 * For each gap, whether the text with the right word in it is likelier than with any of the others.
 *
 * @param encode  the tokenizer
 * @throws {RangeError} when a gap's text is longer than the context
 */
export function cloze(
  ops: Ops,
  model: Model,
  encode: (text: string) => Tokens,
  questions: readonly Gap[],
): readonly boolean[] {
  return questions.map(({ before, words, after }) => {
    const surprise = words.map((word) => surpriseOf(ops, model, encode(before + word + after)));
    const [right = Infinity, ...wrong] = surprise;
    return wrong.every((other) => right < other);
  });
}

/** −log p of all tokens but the first, in nats. */
function surpriseOf(ops: Ops, model: Model, text: Tokens): number {
  return ops.scope(() => {
    const { logits } = forward(ops, model, text.slice(0, -1), empty);
    const losses = ops.crossEntropy(logits, text.slice(1));
    return sum(losses.size, (t) => losses.get(t));
  });
}
