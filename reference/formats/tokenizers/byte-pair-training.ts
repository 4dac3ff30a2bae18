// Byte-pair encoding, learned: 256 bytes to begin with, and then the pair of neighbours seen most often becomes a token.
import { byteLevelAlphabet } from "./byte-level.ts";
import { byteLevelWords } from "./pre-tokenizer.ts";

/** A word of the text as tokens, and how often the text has it. */
interface Word {
  readonly count: number;
  tokens: readonly string[];
}

/**
 * Learns a byte-level vocabulary, and returns it as the text of a tokenizer.json, which `tokenizerJson` and other
 * libraries read. Pairs merge inside words only; of pairs seen equally often the one that sorts first merges.
 *
 * @param size  the tokens to end with, 256 at least; a short text may give fewer
 * @see Sennrich et al. 2015, arXiv:1508.07909
 */
export function learnBytePair(text: string, size: number): string {
  const words = wordsOf(text);
  const vocabulary = [...byteLevelAlphabet];
  const merges: (readonly [string, string])[] = [];
  while (vocabulary.length < size) {
    const pair = mostFrequent(words);
    if (!pair) break;
    merges.push(pair);
    vocabulary.push(pair.join(""));
    for (const word of words) word.tokens = joined(word.tokens, pair);
  }
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: "BPE", vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])), merges },
  };
  return `${JSON.stringify(tokenizer)}\n`;
}

function wordsOf(text: string): readonly Word[] {
  const counts = new Map<string, number>();
  for (const word of byteLevelWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ count, tokens: [...word] }));
}

/** The pair of neighbours that all words together have most often; none when no two are left. */
function mostFrequent(words: readonly Word[]): readonly [string, string] | undefined {
  const counts = new Map<string, number>(); // by "left right": a token of bytes has no space
  for (const { tokens, count } of words) {
    for (let i = 1; i < tokens.length; i++) {
      const pair = `${tokens[i - 1]} ${tokens[i]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  let [best, most] = ["", 0];
  for (const [pair, count] of counts)
    if (count > most || (count === most && pair < best)) [best, most] = [pair, count];
  const [left, right] = best.split(" ");
  return left === undefined || right === undefined ? undefined : [left, right];
}

/** The tokens of a word, each pair made one, from the left. */
function joined(tokens: readonly string[], [left, right]: readonly [string, string]): readonly string[] {
  if (!tokens.includes(left)) return tokens;
  const result: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? "";
    const both = token === left && tokens[i + 1] === right;
    result.push(both ? left + right : token);
    if (both) i++;
  }
  return result;
}
