// Whether two models speak of the same tokens: a draft is of use only if its ids mean what the target's mean.
import type { Tokenizer } from "../reference/formats/tokenizers/tokenizer.ts";

/** Characters of many scripts, each alone, which spells every byte, and words, which try the merges. */
const PROBES: readonly string[] = [
  ...Array.from({ length: 0x600 - 0x20 }, (_, i) => String.fromCodePoint(0x20 + i)),
  ...["‘’“”—…", "日本語", "한국어", "🙂🚀", "\n\n\t  ", "1234567890"],
  ...[
    "The quick brown fox jumps over the lazy dog.",
    "Once upon a time, there was a little girl named Alice",
  ],
];

/**
 * What differs, in words, or undefined: sizes, the tokens that begin and end a text, what ids spell, how text is cut.
 *
 * @param V  how many ids the models have
 */
export function difference(target: Tokenizer, draft: Tokenizer, V: number): string | undefined {
  for (const field of ["size", "bos", "eos"] as const)
    if (target[field] !== draft[field])
      return `its tokenizer's ${field} is ${draft[field] ?? "none"}; expected ${target[field] ?? "none"}, as of the target`;
  for (let id = 0; id < Math.min(V, target.size); id++) {
    const [wanted, got] = [spelled(target, id), spelled(draft, id)];
    if (wanted !== got)
      return `its token ${id} is ${shown(got)}; expected ${shown(wanted)}, as of the target`;
  }
  const probe = PROBES.find((text) => cut(target, text) !== cut(draft, text));
  return probe === undefined
    ? undefined
    : `its tokenizer cuts ${shown(probe)} into ${cut(draft, probe)}; expected ${cut(target, probe)}, as of the target`;
}

/** A token's text, or why there is none. */
function spelled(tokenizer: Tokenizer, id: number): string {
  try {
    return tokenizer.decode([id]);
  } catch (error) {
    return String(error);
  }
}

function cut(tokenizer: Tokenizer, text: string): string {
  try {
    return `[${tokenizer.prompt(text).join(", ")}]`;
  } catch (error) {
    return String(error);
  }
}

const shown = (text: string): string => JSON.stringify(text);
