// Decoders of tokenizer.json: what each token's text contributes to the whole, in bytes.
import type { JsonField } from "../json-field.ts";
import { fromByteLevel } from "./byte-level.ts";
import { replacement } from "./normalizer.ts";
import { schemeOf } from "./pre-tokenizer.ts";

export interface Decoder {
  /** The bytes of one token's text; `first` says that it is the first that is not left out. */
  bytes(text: string, first: boolean): Uint8Array;
  /** Spaces taken off the start of the whole text. */
  readonly strip: number;
}

type Step = (text: string, first: boolean) => string | Uint8Array;

/**
 * The decoder that `field` describes; none puts a space between tokens.
 *
 * Bytes that are no UTF-8 become U+FFFD where they stand, for all kinds alike; the Rust library does so for
 * ByteLevel, and for ByteFallback gives up the whole run of byte tokens that has a wrong one.
 *
 * @throws {FormatError} naming a component that is not known
 */
export function decoderOf(field: JsonField): Decoder {
  const utf8 = new TextEncoder();
  const { steps, strip } = pipeline(field);
  return {
    strip,
    bytes(text, first) {
      let now: string | Uint8Array = text;
      for (const step of steps) if (typeof now === "string") now = step(now, first);
      return typeof now === "string" ? utf8.encode(now) : now;
    },
  };
}

interface Pipeline {
  readonly steps: readonly Step[];
  readonly strip: number;
}

function pipeline(field: JsonField): Pipeline {
  if (field.absent) return { steps: [(text, first) => (first ? text : ` ${text}`)], strip: 0 };
  const type = field.get("type");
  if (type.value !== "Sequence") return { steps: stepsOf(field), strip: 0 };
  const list = field.get("decoders").list();
  const fuse = list.findIndex((item) => item.get("type").value === "Fuse");
  const each = fuse < 0 ? list : list.slice(0, fuse);
  const whole = fuse < 0 ? [] : list.slice(fuse + 1);
  const strip = whole.reduce((sum, item) => sum + leadingSpaces(item), 0);
  return { steps: each.flatMap(stepsOf), strip };
}

function stepsOf(field: JsonField): readonly Step[] {
  const type = field.get("type");
  switch (type.value) {
    case "ByteLevel":
      return [fromByteLevel];
    case "ByteFallback":
      return [fromByteToken];
    case "Replace":
      return [replacement(field)];
    case "Fuse":
      return []; // tokens are joined in the end, whatever comes
    case "Metaspace":
      return [fromMetaspace(field)];
    default:
      return type.refuse(
        "a decoder among ByteLevel, ByteFallback, Replace, Metaspace, Fuse, a Sequence of them, and Strip after Fuse",
      );
  }
}

/** The byte of "<0x41>"; any other text as it is. */
export function fromByteToken(text: string): string | Uint8Array {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(text)?.[1];
  return byte === undefined ? text : Uint8Array.of(Number.parseInt(byte, 16));
}

function fromMetaspace(field: JsonField): Step {
  const mark = field.get("replacement").text();
  const drops = schemeOf(field) !== "never";
  return (text, first) => text.replaceAll(mark, first && drops ? "" : " ");
}

/** After Fuse the text is whole: only spaces at its start can be taken off while it still grows. */
function leadingSpaces(field: JsonField): number {
  const type = field.get("type");
  if (type.value === "Fuse") return 0;
  if (type.value !== "Strip") return type.refuse("a Strip, after Fuse");
  if (field.get("content").text() !== " ") field.get("content").refuse("a space");
  if (field.get("stop").whole(0, 1000) !== 0)
    field.get("stop").refuse("0: text that grows has no end to strip");
  return field.get("start").whole(0, 1000);
}
