// A case of a suite, its tensors in the suite's files: each must be there, of its type and shape, and is read later.
import { FormatError, shown } from "../formats/format-error.ts";
import type { Safetensors } from "../formats/safetensors.ts";
import type { Numbers } from "../tensor.ts";
import { type Case, type Input, outputShapes } from "./case.ts";
import { operation } from "./operations.ts";
import type { Adequacy } from "./suite-adequacy.ts";
import { type Entry, fileOf, type InputEntry, nameOf } from "./suite-manifest.ts";
import { madeInput } from "./suite-recipe.ts";
import { boundDtype, dtypeOf } from "./suite-tensors.ts";
import type { Known } from "./suite-writer.ts";
import type { ByOutput, Gauge, Truth } from "./truth.ts";

/** A case of a suite, with what is known of it. Its tensors are read when they are asked for. */
export interface StoredCase extends Known, Adequacy {
  /** ids of the catalogue's mutants that it tells from a right kernel */
  readonly kills?: readonly string[];
}

/** The files of a suite that hold tensors. */
export interface SuiteFiles {
  /** what messages call the suite */
  readonly name: string;
  readonly opened: ReadonlyMap<string, Safetensors>;
}

/** @throws {FormatError} always: the file of the suite, what was found and what was expected */
export function refuse(suite: string, file: string, found: string, expected: string): never {
  throw new FormatError(`${suite}/${file}: ${found}; expected ${expected}`);
}

/**
 * The case of an entry of the manifest.
 *
 * @throws {FormatError} when the manifest or a file lacks what the operator asks for, or has it otherwise
 */
export function storedCase(files: SuiteFiles, entry: Entry): StoredCase {
  const { inputs: listed, outputs, kills, zeroRatio, constRatio, lowPrecisionRatio, ...rest } = entry;
  const tensors = tensorsOf(files, entry);
  const given: Case = { ...rest, inputs: inputsOf(files.name, tensors, entry) };
  const shapes = outputShapes(given);
  if (JSON.stringify(sorted(shapes)) !== JSON.stringify(sorted(outputs)))
    refuse(
      files.name,
      "manifest.json",
      `outputs of ${entry.id} are ${shown(outputs)}`,
      `${shown(shapes)}, by its inputs`,
    );
  const [truth, gauge] = [truthsOf(tensors, entry, shapes), gaugesOf(tensors, entry, shapes)];
  const ratios = { zeroRatio, constRatio, lowPrecisionRatio };
  return { given, truth, gauge, ...ratios, ...(kills && { kills }) };
}

const sorted = <X>(record: Readonly<Record<string, X>>): readonly (readonly [string, X])[] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

interface Tensors {
  /** the numbers of a tensor of the case, to be read when they are asked for */
  numbers(kind: "inputs" | "truths", tensor: string, dtype: string, shape: readonly number[]): () => Numbers;
  has(tensor: string): boolean;
}

function tensorsOf({ name: suite, opened }: SuiteFiles, entry: Entry): Tensors {
  const named = (tensor: string): string => `${nameOf(entry)}/${tensor}`;
  return {
    has: (tensor) => opened.get(fileOf("truths", entry))?.entries.has(named(tensor)) ?? false,
    numbers: (kind, tensor, dtype, shape) => {
      const [file, name] = [fileOf(kind, entry), named(tensor)];
      const tensors =
        opened.get(file) ?? refuse(suite, "manifest.json", `lists no ${file}`, `it, for ${entry.id}`);
      const found =
        tensors.entries.get(name) ??
        refuse(suite, file, `has no tensor ${shown(name)}`, "it, by the manifest");
      const [is, be] = [`${found.dtype} ${shown(found.shape)}`, `${dtype} ${shown(shape)}`];
      if (is !== be) refuse(suite, file, `tensor ${shown(name)} is ${is}`, `${be}, by the manifest`);
      return lazily(() => tensors.numbers(name));
    },
  };
}

function lazily<X>(make: () => X): () => X {
  let made: X | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The inputs in the order of the operator, whichever the manifest has. */
function inputsOf(suite: string, tensors: Tensors, entry: Entry): Case["inputs"] {
  const left = new Map(Object.entries(entry.inputs));
  const found: [string, Input][] = [];
  for (const key of Object.keys(operation(entry.op).inputs)) {
    const name = key.replace("?", "");
    const listed = left.get(name);
    if (listed) found.push([name, inputOf(tensors, entry, name, listed)]);
    else if (key === name)
      refuse(suite, "manifest.json", `inputs of ${entry.id} have no ${name}`, `every input of ${entry.op}`);
    left.delete(name);
  }
  for (const name of left.keys())
    refuse(
      suite,
      "manifest.json",
      `inputs of ${entry.id} have ${shown(name)}`,
      `inputs of ${entry.op} alone`,
    );
  return Object.fromEntries(found);
}

function inputOf(tensors: Tensors, entry: Entry, name: string, { shape, recipe }: InputEntry): Input {
  if (recipe) return madeInput(shape, recipe);
  const numbers = tensors.numbers("inputs", `in.${name}`, dtypeOf(entry, name), shape);
  return {
    shape,
    get numbers() {
      return numbers();
    },
  };
}

type Shapes = ReturnType<typeof outputShapes>;

function truthsOf(tensors: Tensors, entry: Entry, shapes: Shapes): ByOutput<Truth> {
  const truths = Object.entries(shapes).map(([output, shape]): readonly [string, Truth] => {
    const hi = tensors.numbers("truths", `truth.${output}`, "F64", shape);
    const lo =
      entry.dtype === "F64" ? tensors.numbers("truths", `truth_lo.${output}`, "F64", shape) : undefined;
    const wide = lazily(() => Float64Array.from(hi()));
    const rest = lazily(() => (lo ? Float64Array.from(lo()) : new Float64Array(hi().length)));
    return [
      output,
      {
        get hi() {
          return wide();
        },
        get lo() {
          return rest();
        },
      },
    ];
  });
  return Object.fromEntries(truths);
}

function gaugesOf(tensors: Tensors, entry: Entry, shapes: Shapes): ByOutput<Gauge> {
  const gauges = Object.entries(shapes).map(([output, shape]): readonly [string, Gauge] => {
    const of = (kind: "bound" | "likely"): (() => Float64Array) => {
      const name = `${kind}.${output}`;
      if (!tensors.has(`bound.${output}`))
        return lazily(() => new Float64Array(shape.reduce((product, size) => product * size, 1)));
      const numbers = tensors.numbers("truths", name, boundDtype(entry), shape);
      return lazily(() => Float64Array.from(numbers()));
    };
    const [bound, likely] = [of("bound"), of("likely")];
    return [
      output,
      {
        get bound() {
          return bound();
        },
        get likely() {
          return likely();
        },
      },
    ];
  });
  return Object.fromEntries(gauges);
}
