// Pre-tokenizers of tokenizer.json: how a text is cut into words, inside which pairs merge.
import type { JsonField } from "../json-field.ts";
import { toByteLevel } from "./byte-level.ts";
import { patternOf } from "./pattern.ts";

/** Cuts one piece further; `first` says that it is at the start of the text. */
export type PreTokenizer = (piece: string, first: boolean) => readonly string[];

/** GPT-2's words: contractions, then letters, digits or the rest with the space before them, then white space. */
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/gu;
const DIGIT = /\p{N}/gu;

/**
 * The pre-tokenizer that `field` describes; none leaves the text whole.
 *
 * @throws {FormatError} naming a component that is not known
 */
export function preTokenizerOf(field: JsonField): PreTokenizer {
  if (field.absent) return (piece) => [piece];
  const type = field.get("type");
  switch (type.value) {
    case "Sequence":
      return sequence(field.get("pretokenizers").list().map(preTokenizerOf));
    case "ByteLevel":
      return byteLevel(field.get("add_prefix_space").flag(true), field.get("use_regex").flag(true));
    case "Punctuation": {
      const join = behaviourOf(field.get("behavior"), "Isolated");
      return (piece) => join(cut(piece, PUNCTUATION));
    }
    case "Digits": {
      const join = behaviours[field.get("individual_digits").flag(false) ? "Isolated" : "Contiguous"];
      return (piece) => join(cut(piece, DIGIT));
    }
    case "Split": {
      const pattern = patternOf(field.get("pattern"));
      const join = behaviourOf(field.get("behavior"));
      const invert = field.get("invert").flag(false);
      return (piece) =>
        join(cut(piece, pattern).map(({ text, match }) => ({ text, match: match !== invert })));
    }
    case "Metaspace":
      return metaspace(field);
    default:
      return type.refuse(
        "a pre-tokenizer among Sequence, ByteLevel, Punctuation, Digits, Split and Metaspace",
      );
  }
}

function sequence(steps: readonly PreTokenizer[]): PreTokenizer {
  return (piece, first) =>
    steps.reduce<readonly string[]>(
      (pieces, step) => pieces.flatMap((inner, i) => step(inner, first && i === 0)),
      [piece],
    );
}

/** The words that byte-level BPE never merges across, in the alphabet of bytes. */
export const byteLevelWords = (text: string): readonly string[] =>
  cut(text, WORDS).map((part) => toByteLevel(part.text));

function byteLevel(addPrefixSpace: boolean, useWords: boolean): PreTokenizer {
  return (piece) => {
    const text = addPrefixSpace && !piece.startsWith(" ") ? ` ${piece}` : piece;
    return useWords ? byteLevelWords(text) : [toByteLevel(text)];
  };
}

function metaspace(field: JsonField): PreTokenizer {
  const mark = field.get("replacement").text();
  const scheme = schemeOf(field);
  const split = field.get("split").flag(true);
  return (piece, first) => {
    const spaced = piece.replaceAll(" ", () => mark);
    const prepend = scheme === "always" || (scheme === "first" && first);
    const text = prepend && !spaced.startsWith(mark) ? mark + spaced : spaced;
    if (!split) return [text];
    const parts = text.split(mark);
    return parts.map((part, i) => (i === 0 ? part : mark + part)).filter((part) => part !== "");
  };
}

/** When Metaspace puts its mark in front: older files say `add_prefix_space`. */
export function schemeOf(field: JsonField): "always" | "first" | "never" {
  const scheme = field.get("prepend_scheme");
  if (scheme.absent) return field.get("add_prefix_space").flag(true) ? "always" : "never";
  const { value } = scheme;
  return value === "always" || value === "first" || value === "never"
    ? value
    : scheme.refuse('"always", "first" or "never"');
}

interface Part {
  readonly text: string;
  readonly match: boolean;
}

/** `text` as matches of the pattern and what is between them, nothing empty. */
function cut(text: string, pattern: RegExp): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > at) parts.push({ text: text.slice(at, found.index), match: false });
    if (found[0] !== "") parts.push({ text: found[0], match: true });
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), match: false });
  return parts;
}

type Behaviour = (parts: readonly Part[]) => readonly string[];

/** What becomes of the matches. */
const behaviours = {
  Isolated: (parts) => parts.map(({ text }) => text),
  Removed: (parts) => parts.filter(({ match }) => !match).map(({ text }) => text),
  Contiguous: (parts) => grouped(parts, (before, part) => before.match === part.match),
  MergedWithPrevious: (parts) => grouped(parts, (before, part) => part.match && !before.match),
  MergedWithNext: (parts) => grouped(parts, (before, part) => before.match && !part.match),
} satisfies Readonly<Record<string, Behaviour>>;

function behaviourOf(field: JsonField, otherwise?: keyof typeof behaviours): Behaviour {
  const name = field.text(otherwise);
  const known = Object.entries(behaviours).find(([key]) => key === name);
  return known?.[1] ?? field.refuse(`one of ${Object.keys(behaviours).join(", ")}`);
}

/** Neighbours that belong together, joined. */
function grouped(parts: readonly Part[], together: (before: Part, part: Part) => boolean): readonly string[] {
  const groups: string[] = [];
  for (const [i, part] of parts.entries()) {
    const before = parts[i - 1];
    if (before !== undefined && together(before, part)) groups.push(`${groups.pop()}${part.text}`);
    else groups.push(part.text);
  }
  return groups;
}
