// The manifest of a suite: what every case is, and the SHA-256 of every file beside it. JSON, one case a line.
import { isObject } from "../formats/json.ts";
import type { Case } from "./case.ts";
import type { Adequacy } from "./suite-adequacy.ts";
import type { Recipe } from "./suite-recipe.ts";

/** Changes when a reader of the one before would misread a suite. */
export const SCHEMA = 1;

export type Shape = readonly number[];

/** An input: in the file of inputs, or made by its recipe. */
export interface InputEntry {
  readonly shape: Shape;
  readonly recipe?: Recipe;
  /** of what the recipe makes, as it would be stored */
  readonly sha256?: string;
}

export interface Entry extends Omit<Case, "inputs">, Adequacy {
  readonly inputs: Readonly<Record<string, InputEntry>>;
  readonly outputs: Readonly<Record<string, Shape>>;
  /** ids of mutants; none where nobody looked */
  readonly kills?: readonly string[];
}

export interface FileEntry {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly name: string;
  readonly cases: readonly Entry[];
  readonly files: Readonly<Record<string, FileEntry>>;
}

/** What a case is called in its files: its id without operator and type. */
export const nameOf = ({ id, op, dtype }: Pick<Case, "id" | "op" | "dtype">): string =>
  id.slice(`${op}/${dtype}/`.length);

/** The file of inputs or truths that a case is in. */
export const fileOf = (kind: "inputs" | "truths", { op, dtype }: Pick<Case, "op" | "dtype">): string =>
  `${kind}/${op}.${dtype.toLowerCase()}.safetensors`;

/** The text of manifest.json: keys in order, so that the same suite is the same bytes. */
export function manifestText({ name, cases, files }: Manifest): string {
  const lines = (items: readonly string[]): string => (items.length > 0 ? `\n${items.join(",\n")}\n` : "");
  const sums = Object.keys(files).sort();
  return `{
"cases": [${lines(cases.map((entry) => json({ ...entry, ...ratiosOf(entry, written) })))}],
"files": {${lines(sums.map((file) => `${json(file)}: ${json(files[file])}`))}},
"name": ${json(name)},
"schema": ${SCHEMA}
}
`;
}

function json(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(json).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .filter((key) => value[key] !== undefined);
  return `{${members.map((key) => `${json(key)}:${json(value[key])}`).join(",")}}`;
}

const ratiosOf = <X>(from: Readonly<Record<keyof Adequacy, X>>, f: (ratio: X) => unknown) => ({
  zeroRatio: f(from.zeroRatio),
  constRatio: f(from.constRatio),
  lowPrecisionRatio: f(from.lowPrecisionRatio),
});

const written = (ratio: number): number | string => (ratio === Infinity ? "exact" : ratio);
