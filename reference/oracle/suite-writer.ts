// A suite made of cases: what every file of it holds. Nothing is written here: suite.node.ts does that.
import { FormatError } from "../formats/format-error.ts";
import { joined, type StoredTensor, writeSafetensors } from "../formats/safetensors-writer.ts";
import { type Case, type Input, outputShapes } from "./case.ts";
import { modelOf } from "./model.ts";
import { adequacyOf } from "./suite-adequacy.ts";
import { type Entry, type FileEntry, fileOf, type InputEntry, manifestText } from "./suite-manifest.ts";
import { recipeOf } from "./suite-recipe.ts";
import { dtypeOf, inputTensors, storedNumbers, truthTensors } from "./suite-tensors.ts";
import { type ByOutput, type Gauge, gaugeOf, type Truth, truthOf } from "./truth.ts";

/** The SHA-256 of the bytes, in hexadecimal digits. */
export type Digest = (bytes: Uint8Array) => string | Promise<string>;

export interface SuiteFile {
  /** with its folder, such as inputs/linear.f32.safetensors */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A case, its truth, and its bounds for a kernel that declares nothing. */
export interface Known {
  readonly given: Case;
  readonly truth: ByOutput<Truth>;
  readonly gauge: ByOutput<Gauge>;
}

export interface Generation {
  /** of the suite */
  readonly name: string;
  readonly digest: Digest;
  /** ids of the mutants that a case tells from a right kernel; left out of the manifest where there are none to say */
  readonly kills?: (known: Known) => Promise<readonly string[]> | readonly string[] | undefined;
  /** after each case; what it promises is waited for */
  readonly onCase?: (id: string, done: number, total: number) => Promise<void> | void;
}

/**
 * Every file of the suite, manifest.json and SHA256SUMS included, in the order of their names: the same cases are the
 * same bytes, on every engine.
 *
 * @throws {FormatError} when two cases have one id, or a bound is no number
 */
export async function generate(cases: readonly Case[], options: Generation): Promise<readonly SuiteFile[]> {
  const tensors = new Map<string, StoredTensor[]>();
  const entries: Entry[] = [];
  for (const given of cases) {
    const known = knownOf(given);
    checkBounds(known);
    add(tensors, fileOf("inputs", given), inputTensors(given));
    add(tensors, fileOf("truths", given), truthTensors(given, known.truth, known.gauge));
    entries.push(await entryOf(known, options));
    await options.onCase?.(given.id, entries.length, cases.length);
  }
  refuseTwins(entries);

  const files = [...tensors]
    .filter(([, list]) => list.length > 0)
    .map(([name, list]): SuiteFile => ({ name, bytes: joined(writeSafetensors(list)) }));
  const listed: Record<string, FileEntry> = {};
  for (const { name, bytes } of files)
    listed[name] = { bytes: bytes.length, sha256: await options.digest(bytes) };
  const text = manifestText({ name: options.name, cases: entries, files: listed });
  const manifest = { name: "manifest.json", bytes: new TextEncoder().encode(text) };
  const sums = sumsText(await options.digest(manifest.bytes), listed);
  const last = { name: "SHA256SUMS", bytes: new TextEncoder().encode(sums) };
  return [...files, manifest, last].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The case with its truth and its bounds, worked out now. */
export const knownOf = (given: Case): Known => ({
  given,
  truth: truthOf(given),
  gauge: gaugeOf(given, modelOf({}, given.dtype)),
});

const add = (to: Map<string, StoredTensor[]>, file: string, tensors: readonly StoredTensor[]): void => {
  to.set(file, [...(to.get(file) ?? []), ...tensors]);
};

async function entryOf(known: Known, { digest, kills }: Generation): Promise<Entry> {
  const { inputs, ...rest } = known.given;
  const listed: Record<string, InputEntry> = {};
  for (const [name, input] of Object.entries(inputs))
    listed[name] = await inputEntry(
      input,
      () => storedNumbers(dtypeOf(known.given, name), input.numbers),
      digest,
    );
  const killed = await kills?.(known);
  return {
    ...rest,
    inputs: listed,
    outputs: outputShapes(known.given),
    ...adequacyOf(known.given, known.truth, known.gauge),
    ...(killed && { kills: killed }),
  };
}

async function inputEntry(
  input: Input,
  stored: () => ReturnType<typeof storedNumbers>,
  digest: Digest,
): Promise<InputEntry> {
  const { shape } = input;
  const recipe = recipeOf(input);
  if (!recipe) return { shape };
  const { buffer, byteOffset, byteLength } = stored();
  return { shape, recipe, sha256: await digest(new Uint8Array(buffer, byteOffset, byteLength)) };
}

/** @throws {FormatError} when a bound is NaN: no answer would be beyond it */
export function checkBounds({ given, gauge }: Known): void {
  for (const [output, { bound, likely }] of Object.entries(gauge))
    for (const [name, numbers] of Object.entries({ bound, likely })) {
      const at = numbers.findIndex(Number.isNaN);
      if (at < 0) continue;
      throw new FormatError(
        `generate: ${name} of ${output} of ${given.id} is NaN at ${at}; expected 0 or more`,
      );
    }
}

function refuseTwins(entries: readonly Entry[]): void {
  const known = new Set<string>();
  for (const { id } of entries) {
    if (known.has(id)) throw new FormatError(`generate: the id ${id} is taken; expected each id once`);
    known.add(id);
  }
}

/** SHA256SUMS as sha256sum -c reads it: every other file of the suite, by name. */
export function sumsText(manifest: string, files: Readonly<Record<string, FileEntry>>): string {
  const sums = { ...files, "manifest.json": { sha256: manifest } };
  return Object.entries(sums)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { sha256 }]) => `${sha256}  ${name}\n`)
    .join("");
}
