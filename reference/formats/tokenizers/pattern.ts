// Patterns of tokenizer.json, written for Oniguruma, as JavaScript's: the part of the syntax that tokenizers use.
import type { JsonField } from "../json-field.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  s: "\\p{White_Space}", // JavaScript's \s has U+FEFF and lacks U+0085
  S: "\\P{White_Space}",
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  r: "\\r",
  n: "\\n",
  t: "\\t",
  f: "\\f",
  v: "\\v",
};

/** The letters that fold with another than their capital: long s, and the Kelvin sign. */
const FOLDED: Readonly<Record<string, string>> = { s: "\u017f", k: "\u212a" };

/**
 * A `pattern` of tokenizer.json: {"String": s}, which stands for itself, or {"Regex": r}.
 *
 * A quantified group is refused, but for an optional one: (a+)+ takes exponential time on some texts.
 *
 * @throws {FormatError} when it is neither, or uses syntax that is not translated
 */
export function patternOf(field: JsonField): RegExp {
  const literal = field.get("String");
  if (!literal.absent) {
    if (literal.text() === "") return literal.refuse("at least one character");
    return new RegExp(escaped(literal.text()), "gu");
  }
  const regex = field.get("Regex");
  const source = translated(regex);
  try {
    return new RegExp(source, "gu");
  } catch {
    return regex.refuse("a regular expression that is translated here");
  }
}

/** `text` as a pattern that matches only itself. */
export const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

function translated(field: JsonField): string {
  const pattern = field.text();
  if (pattern.length > 2000) field.refuse("at most 2000 characters");
  const groups: boolean[] = []; // for each open group, whether it ignores case
  let inClass = false;
  let out = "";
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at);
    const sequence = /^\\(?:[pP]\{\^?\w+\}|[\s\S])/u.exec(rest)?.[0];
    const opening = /^\((?:\?(?::|=|!|i:))?/.exec(rest)?.[0];
    if (sequence !== undefined) {
      out += escapeOf(field, sequence, inClass);
      at += sequence.length;
    } else if (inClass || opening === undefined) {
      const c = rest[0] ?? "";
      if (inClass && (c === "[" || rest.startsWith("&&"))) field.refuse("no class inside a class");
      if (c === "[" || c === "]") inClass = c === "[";
      if (c === ")" && !inClass) {
        groups.pop();
        if (/^\)[*+{]/.test(rest)) field.refuse("no repeated group, which can take exponential time");
      }
      if (/^[*+?}]\+/.test(rest) && !inClass) field.refuse("no possessive quantifier");
      if (/^[$^]/.test(rest) && !inClass) field.refuse("no anchor");
      out += groups.at(-1) === true ? folded(c, inClass, field) : c;
      at += c.length;
    } else {
      if (/^\(\?/.test(rest) && opening === "(") field.refuse("groups of the kinds (?: (?= (?! (?i: only");
      groups.push(opening === "(?i:" || groups.at(-1) === true);
      out += opening === "(?i:" ? "(?:" : opening;
      at += opening.length;
    }
  }
  return out;
}

function escapeOf(field: JsonField, sequence: string, inClass: boolean): string {
  if (/^\\[pP]/.test(sequence)) return sequence.length > 2 ? sequence : field.refuse("a property as \\p{L}");
  const letter = sequence.slice(1);
  if (letter === "-") return inClass ? sequence : letter;
  if (!/[A-Za-z0-9]/.test(letter)) return escaped(letter);
  return ESCAPES[letter] ?? field.refuse(`no escape ${sequence}`);
}

function folded(c: string, inClass: boolean, field: JsonField): string {
  if (!/[A-Za-z]/.test(c)) return c;
  if (inClass) field.refuse("no class where case is ignored");
  return `[${c.toLowerCase()}${c.toUpperCase()}${FOLDED[c.toLowerCase()] ?? ""}]`;
}
