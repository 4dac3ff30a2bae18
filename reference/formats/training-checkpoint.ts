// The state of a training run in one safetensors file: weights, moments, the curve so far, and what the run is of.
import { like as alike, type Tensor } from "../tensor.ts";
import type { ByteSource } from "./byte-source.ts";
import { FormatError, shown } from "./format-error.ts";
import { openSafetensors } from "./safetensors.ts";
import { type StoredTensor, writeSafetensors } from "./safetensors-writer.ts";

/** A weight and its moments, all of one shape. */
export interface TrainedTensor {
  readonly weight: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

export interface TrainingCheckpoint {
  /** how many steps were taken */
  readonly step: number;
  /** what the run is of, as JSON: a run goes on only from a checkpoint that says the same */
  readonly run: string;
  /** by path in the weights record */
  readonly tensors: ReadonlyMap<string, TrainedTensor>;
  /** a column each, such as the loss, a number a step */
  readonly curve: ReadonlyMap<string, readonly number[]>;
}

const KIND = "relukit training 1";
const PARTS = ["weight", "first", "second"] as const;

/** The chunks of the file that `readTraining` reads back, bit for bit. */
export function writeTraining({ step, run, tensors, curve }: TrainingCheckpoint): Iterable<Uint8Array> {
  const stored = [...tensors].flatMap(([path, trained]) =>
    PARTS.map((part) => storedTensor(`${part}/${path}`, trained[part])),
  );
  const columns = [...curve].map(
    ([name, values]): StoredTensor => ({
      name: `curve/${name}`,
      dtype: "F64",
      shape: [values.length],
      data: Float64Array.from(values),
    }),
  );
  return writeSafetensors([...stored, ...columns], { format: KIND, step: `${step}`, run });
}

const storedTensor = (name: string, x: Tensor): StoredTensor => ({
  name,
  dtype: x.data instanceof Float32Array ? "F32" : "F64",
  shape: x.shape,
  data: x.data,
});

/**
 * Reads a checkpoint for a run whose weights are `like`.
 *
 * @param like  the weights by path, for their shapes; a fresh model's will do
 * @param run   what the run is of: the file has to say the same
 * @throws {FormatError} when the file is of something else, or a tensor is missing or has another shape
 */
export function readTraining(
  source: ByteSource,
  like: ReadonlyMap<string, Tensor>,
  run: string,
): TrainingCheckpoint {
  const file = openSafetensors(source);
  if (file.metadata.get("format") !== KIND)
    throw new FormatError(`${source.name}: is not a training checkpoint; expected one that train wrote`);
  const found = file.metadata.get("run") ?? "";
  if (found !== run) throw new FormatError(`${source.name}: ${difference(found, run)}`);
  const steps = file.metadata.get("step") ?? "";
  const step = Number(steps);
  if (!/^\d+$/.test(steps) || !Number.isSafeInteger(step))
    throw new FormatError(`${source.name}: step is ${shown(steps)}; expected a whole number`);
  const tensor = (name: string, wanted: Tensor): Tensor => {
    const shape = file.entries.get(name)?.shape;
    if (shape !== undefined && `${shape}` !== `${wanted.shape}`)
      throw new FormatError(
        `${source.name}: tensor ${shown(name)} is [${shape}]; expected [${wanted.shape}]`,
      );
    return alike(wanted, file.numbers(name));
  };
  const tensors = new Map(
    [...like].map(([path, w]) => [
      path,
      {
        weight: tensor(`weight/${path}`, w),
        first: tensor(`first/${path}`, w),
        second: tensor(`second/${path}`, w),
      },
    ]),
  );
  const columns = file.names.filter((name) => name.startsWith("curve/"));
  const curve = new Map(columns.map((name) => [name.slice("curve/".length), [...file.numbers(name)]]));
  return { step, run, tensors, curve };
}

/** The first member in which two descriptions of a run differ. */
function difference(found: string, wanted: string): string {
  const [theirs, ours] = [members(found), members(wanted)];
  const name = [...ours.keys(), ...theirs.keys()].find((key) => theirs.get(key) !== ours.get(key));
  const [their, our] = name === undefined ? [found, wanted] : [theirs.get(name), ours.get(name)];
  return `is of another run: its ${name ?? "description"} is ${short(their ?? "absent")}; expected ${short(our ?? "none")}, to go on from there`;
}

/** Each member of a description, as JSON. */
function members(json: string): ReadonlyMap<string, string> {
  try {
    return new Map(
      Object.entries(JSON.parse(json) as object).map(([key, value]) => [key, JSON.stringify(value)]),
    );
  } catch {
    return new Map();
  }
}

const short = (json: string): string => (json.length <= 60 ? json : `${json.slice(0, 57)}...`);
