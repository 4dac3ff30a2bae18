// A text as a model can read it: windows of its context, each with an empty past.
import type { Tokens } from "../tensor.ts";

/** Up to P tokens, and for each the token that follows it. */
export interface Context {
  readonly tokens: Tokens;
  readonly targets: Tokens;
}

/**
 * The text in windows of P inputs, the last one shorter; every token that something precedes is a target once.
 *
 * @param P      the model's context
 * @param begin  the token that every window begins with, if the model was trained with one; `text` leaves it out
 */
export function contexts(text: Tokens, P: number, begin?: number): readonly Context[] {
  const prefix = begin === undefined ? [] : [begin];
  const known = 1 - prefix.length; // without a beginning nothing precedes the first token
  const found: Context[] = [];
  for (let start = 0; start + known < text.length; ) {
    const targets = text.slice(start + known, start + known + P);
    found.push({ tokens: [...prefix, ...text.slice(start, start + P)].slice(0, targets.length), targets });
    start += targets.length;
  }
  return found;
}
