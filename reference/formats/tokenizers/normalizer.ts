// Normalizers of tokenizer.json: what happens to a text before it is cut.
import type { JsonField } from "../json-field.ts";
import { patternOf } from "./pattern.ts";

export type Normalizer = (text: string) => string;

/**
 * The normalizer that `field` describes; none is the identity.
 *
 * @throws {FormatError} naming a component that is not known
 */
export function normalizerOf(field: JsonField): Normalizer {
  if (field.absent) return (text) => text;
  const type = field.get("type");
  switch (type.value) {
    case "Sequence": {
      const steps = field.get("normalizers").list().map(normalizerOf);
      return (text) => steps.reduce((before, step) => step(before), text);
    }
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD": {
      const form = type.value;
      return (text) => text.normalize(form);
    }
    case "Prepend": {
      const prefix = field.get("prepend").text();
      return (text) => (text === "" ? "" : prefix + text);
    }
    case "Replace":
      return replacement(field);
    default:
      return type.refuse("a normalizer among Sequence, NFC, NFD, NFKC, NFKD, Prepend and Replace");
  }
}

/** Replaces each match of `pattern` by `content`: a normalizer, and a decoder too. */
export function replacement(field: JsonField): Normalizer {
  const pattern = patternOf(field.get("pattern"));
  const content = field.get("content").text();
  return (text) => text.replace(pattern, () => content);
}
