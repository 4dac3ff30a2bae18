// The bar that a small model has to clear: an interpolated character n-gram, by Kneser and Ney.
import { log } from "../elementary.ts";

/** What followed one context: how many tokens, of how many kinds, and each kind's count. */
interface Followers {
  total: number;
  readonly counts: Map<string, number>;
}

/** The probability of a character after the n − 1 before it, as learned from a text. */
export interface NGram {
  /** p of the token after a context; the probabilities of the alphabet add up to 1. */
  probability(context: string, next: string): number;
  /** −log p of each character of `text` from the n-th on, in nats, the mean over them */
  meanNegativeLogLikelihood(text: string): number;
}

/**
 * p_k(c | h) = (count(hc) − d_k)⁺ / count(h) + d_k · kinds(h) / count(h) · p_{k−1}(c | h without its first),
 * p_0 uniform. Below the highest order, count(hc) is in how many contexts hc was seen, not how often: a character that
 * only ever follows one other is no good guess after a third. d_k = n₁ / (n₁ + 2n₂) of that order's counts of 1 and 2,
 * and 1/2 where none is 1, so that something is left for what was never seen.
 *
 * @param text      what it learns from
 * @param n         the order, 1 at least: 5 looks at four characters to guess the fifth
 * @param alphabet  how many characters there are, those unseen included
 * @throws {RangeError} when n is no positive whole number, or a text to judge is shorter than n
 * @see Kneser and Ney 1995, "Improved backing-off for m-gram language modeling"; Chen and Goodman 1999, section 2.7
 */
export function nGram(text: string, n: number, alphabet: number): NGram {
  if (!(Number.isInteger(n) && n > 0))
    throw new RangeError(`nGram: n is ${n}; expected a positive whole number, the order`);
  const orders = Array.from({ length: n }, (_, k) => followers(text, k, k === n - 1));
  const discounts = orders.map(discount);
  const probability = (context: string, next: string): number => {
    let p = 1 / alphabet;
    for (const [k, order] of orders.entries()) {
      const found = order.get(context.slice(context.length - k));
      if (!found) break;
      const d = discounts[k] ?? 0;
      const seen = Math.max((found.counts.get(next) ?? 0) - d, 0);
      p = seen / found.total + ((d * found.counts.size) / found.total) * p;
    }
    return p;
  };
  const meanNegativeLogLikelihood = (sample: string): number => {
    if (sample.length < n)
      throw new RangeError(
        `nGram: the text to judge has ${sample.length} characters; expected n = ${n} at least`,
      );
    let total = 0;
    for (let i = n - 1; i < sample.length; i++)
      total -= log(probability(sample.slice(i - n + 1, i), sample[i] ?? ""));
    return total / (sample.length - n + 1);
  };
  return { probability, meanNegativeLogLikelihood };
}

/** What follows each context of k characters: how often at the highest order, below it after how many characters. */
function followers(text: string, k: number, highest: boolean): ReadonlyMap<string, Followers> {
  const found = new Map<string, Followers>();
  const wider = new Set<string>();
  for (let i = k + (highest ? 0 : 1); i < text.length; i++) {
    if (!highest) {
      const whole = text.slice(i - k - 1, i + 1);
      if (wider.has(whole)) continue;
      wider.add(whole);
    }
    const [context, next] = [text.slice(i - k, i), text[i] ?? ""];
    const entry = found.get(context) ?? { total: 0, counts: new Map() };
    entry.total++;
    entry.counts.set(next, (entry.counts.get(next) ?? 0) + 1);
    found.set(context, entry);
  }
  return found;
}

function discount(order: ReadonlyMap<string, Followers>): number {
  let [once, twice] = [0, 0];
  for (const { counts } of order.values())
    for (const count of counts.values()) {
      if (count === 1) once++;
      if (count === 2) twice++;
    }
  return once === 0 ? 0.5 : once / (once + 2 * twice);
}
