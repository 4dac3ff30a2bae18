// What a kernel says of itself, read from JSON: each field is checked, since bounds follow from what is believed here.
import { FormatError, shown } from "../formats/format-error.ts";
import { jsonObject } from "../formats/json.ts";
import { JsonField } from "../formats/json-field.ts";
import { ACCUMULATORS, type FloatDtype, FORMATS } from "./float-formats.ts";
import type { Declaration, Structure } from "./kernel.ts";

type Word<F extends keyof Declaration> = NonNullable<Declaration[F]> & string;

const DTYPES: readonly string[] = Object.keys(FORMATS);
const WORDS: readonly string[] = [
  "any",
  "sequential",
  "fma",
  "tree",
  "compensated",
] satisfies readonly Structure[];

/**
 * The declaration that a JSON text holds. What it leaves out stays out, and a null is as good as nothing.
 *
 * @param where  who says so, for messages
 * @throws {FormatError} when it is no JSON object, has no name, or a field that is unknown or not as the field must be
 */
export const declarationIn = (text: string, where: string): Declaration =>
  declarationOf(new JsonField(where, "", jsonObject(text, where, "declaration")));

/**
 * The declaration that an object of JSON is.
 *
 * A field that is unknown is refused: were it a misspelt one, its kernel would be judged by a rule that it did not mean.
 */
export function declarationOf(json: JsonField): Declaration {
  const name = json.get("name").text();
  if (name.trim() === "") json.get("name").refuse("a name");
  const found: Record<string, unknown> = { name };
  for (const [key] of json.members()) {
    if (!Object.hasOwn(FIELDS, key)) unknown(json, key);
    const field = json.get(key);
    if (!field.absent) found[key] = FIELDS[key as keyof Declaration](field);
  }
  return found as unknown as Declaration; // each field was read by its reader in FIELDS, which the compiler holds to it
}

const FIELDS: { readonly [F in keyof Required<Declaration>]: (field: JsonField) => Declaration[F] } = {
  name: (field) => field.text(),
  version: (field) => field.text(),
  ops: (field) => field.list().map((op) => op.text()),
  dtypes: (field) => {
    const dtypes = field.list().map(dtype);
    return dtypes.length > 0 ? dtypes : field.refuse(`one at least of ${DTYPES.join(", ")}`);
  },
  accumulator: (field) => word<Word<"accumulator">>(field, Object.keys(ACCUMULATORS)),
  structure,
  intermediate: dtype,
  inputs: (field) => word<Word<"inputs">>(field, ["tf32"]),
  flushesSubnormals: (field) => field.flag(),
  functions: (field) => word<Word<"functions">>(field, ["accurate", "fast"]),
  tails: (field) => word<Word<"tails">>(field, ["relative", "absolute"]),
  deterministic: (field) => field.flag(),
  strides: (field) => field.flag(),
};

/** A field that must be one of some words. */
function word<W extends string>(field: JsonField, words: readonly string[]): W {
  const { value } = field;
  return typeof value === "string" && words.includes(value)
    ? (value as W)
    : field.refuse(words.length === 1 ? shown(words[0]) : `one of ${words.join(", ")}`);
}

function dtype(field: JsonField): FloatDtype {
  return word(field, DTYPES);
}

function structure(field: JsonField): Structure {
  const { value } = field;
  const fits =
    typeof value === "string" && (WORDS.includes(value) || /^(lanes|block):[1-9]\d{0,5}$/.test(value));
  return fits ? (value as Structure) : field.refuse(`one of ${WORDS.join(", ")}, lanes:L or block:B`);
}

function unknown(json: JsonField, key: string): never {
  throw new FormatError(
    `${json.file}: ${shown(key)} is no field of a declaration; expected one of ${Object.keys(FIELDS).join(", ")}`,
  );
}

/** What a kernel declares, with every default in its place but those that depend on the element type. */
export type Settled = Required<
  Omit<Declaration, "version" | "ops" | "accumulator" | "intermediate" | "inputs">
> &
  Pick<Declaration, "version" | "ops" | "accumulator" | "intermediate" | "inputs">;

export const settled = (declaration: Declaration): Settled => ({
  dtypes: ["F32"],
  structure: "any",
  flushesSubnormals: false,
  functions: "accurate",
  tails: "relative",
  deterministic: true,
  strides: false,
  ...declaration,
});
