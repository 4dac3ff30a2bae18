// The manifest of a suite read back: nothing in it is believed that was not looked at.
import type { ByteSource } from "../formats/byte-source.ts";
import { isObject } from "../formats/json.ts";
import { JsonField } from "../formats/json-field.ts";
import type { Case, Lying } from "./case.ts";
import { type FloatDtype, FORMATS } from "./float-formats.ts";
import { OPERATIONS } from "./operations.ts";
import type { Attributes } from "./picture.ts";
import {
  type Entry,
  type FileEntry,
  type InputEntry,
  type Manifest,
  SCHEMA,
  type Shape,
} from "./suite-manifest.ts";
import type { Recipe } from "./suite-recipe.ts";

/**
 * The manifest that a file holds.
 *
 * @throws {FormatError} when a field is missing or not what it should be, or the schema is another
 */
export function manifestIn(source: ByteSource): Manifest {
  const root = JsonField.of(source);
  const schema = root.get("schema");
  if (schema.value !== SCHEMA) schema.refuse(`${SCHEMA}, the version that is read here`);
  const known = new Set<string>();
  const cases = root
    .get("cases")
    .list()
    .map((field) => {
      const entry = entryIn(field);
      if (known.has(entry.id)) field.get("id").refuse("each id once");
      known.add(entry.id);
      return entry;
    });
  return { name: root.get("name").text(), cases, files: record(root.get("files"), fileEntryIn) };
}

const record = <X>(
  field: JsonField,
  f: (member: JsonField, name: string) => X,
): Readonly<Record<string, X>> =>
  Object.fromEntries(field.members().map(([name, member]) => [name, f(member, name)]));

const FILE = /^(inputs|truths)\/[A-Za-z0-9.-]+\.safetensors$/; // nowhere else than inside the suite

function fileEntryIn(field: JsonField, name: string): FileEntry {
  if (!FILE.test(name))
    field.refuse("no file of that name, only inputs/ or truths/ and a .safetensors in it");
  return { bytes: field.get("bytes").whole(0, Number.MAX_SAFE_INTEGER), sha256: sumIn(field.get("sha256")) };
}

function sumIn(field: JsonField): string {
  const sum = field.text();
  return /^[0-9a-f]{64}$/.test(sum) ? sum : field.refuse("64 hexadecimal digits");
}

const TIERS: readonly Case["tier"][] = ["exact", "bounded", "special"];

function entryIn(field: JsonField): Entry {
  const id = field.get("id");
  const op = oneOf(field.get("op"), [...OPERATIONS.keys()]);
  const dtype = oneOf(field.get("dtype"), Object.keys(FORMATS) as FloatDtype[]);
  const prefix = `${op}/${dtype.toLowerCase()}/`;
  if (!id.text().startsWith(prefix) || id.text() === prefix) id.refuse(`${prefix} and a name`);
  const attributes = field.get("attributes");
  if (!isObject(attributes.value)) attributes.refuse("an object");
  const [layout, kills] = [field.get("layout"), field.get("kills")];
  return {
    id: id.text(),
    op,
    dtype,
    tier: oneOf(field.get("tier"), TIERS),
    attributes: attributes.value as Attributes,
    inputs: record(field.get("inputs"), inputIn),
    outputs: record(field.get("outputs"), shapeIn),
    zeroRatio: ratioIn(field.get("zeroRatio")),
    constRatio: ratioIn(field.get("constRatio")),
    lowPrecisionRatio: ratioIn(field.get("lowPrecisionRatio")),
    ...(!layout.absent && { layout: record(layout, lyingIn) }),
    ...(field.get("random").flag(false) && { random: true }),
    ...(field.get("sequence").flag(false) && { sequence: true }),
    ...(!kills.absent && { kills: kills.list().map((kill) => kill.text()) }),
  };
}

const oneOf = <X extends string>(field: JsonField, words: readonly X[]): X =>
  words.find((word) => word === field.value) ?? field.refuse(`one of ${words.join(", ")}`);

const ratioIn = (field: JsonField): number =>
  field.value === "exact" ? Infinity : field.real() >= 0 ? field.real() : field.refuse("0 or more");

const shapeIn = (field: JsonField): Shape => field.list().map((size) => size.whole(0, 4294967296));

const lyingIn = (field: JsonField): Lying =>
  Object.fromEntries(
    ["pitch", "misaligned"]
      .filter((name) => !field.get(name).absent)
      .map((name) => [name, field.get(name).whole(0, 65536)]),
  );

function inputIn(field: JsonField): InputEntry {
  const shape = shapeIn(field.get("shape"));
  const recipe = field.get("recipe");
  return recipe.absent ? { shape } : { shape, recipe: recipeIn(recipe), sha256: sumIn(field.get("sha256")) };
}

const recipeIn = (field: JsonField): Recipe => ({
  key: twoWords(field.get("key")),
  stream: twoWords(field.get("stream")),
  bits: field.get("bits").whole(1, 25),
  exponent: field.get("exponent").whole(-149, 128),
  ...(!field.get("alive").absent && { alive: field.get("alive").whole(0, 129) }),
});

function twoWords(field: JsonField): readonly [number, number] {
  const [first, second, ...more] = field.list();
  if (!first || !second || more.length > 0) return field.refuse("two words");
  return [first.whole(0, 4294967296), second.whole(0, 4294967296)];
}
