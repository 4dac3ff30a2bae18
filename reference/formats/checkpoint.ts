// What loading a model gives, whatever the format, and the steps that the formats share.
import type { Model } from "../models/model.ts";
import type { Activation } from "../ops/contract.ts";
import { type Matrix, matrixOf, type Numbers, type Tensor, type Vector, vectorOf } from "../tensor.ts";

export interface Checkpoint {
  readonly model: Model;
  /** How many bytes of its file each tensor took, scales included; a tied tensor is one tensor. */
  readonly storedBytes: ReadonlyMap<Tensor, number>;
  /** The tensors, by their names in the file, that hold an infinity or a NaN. */
  readonly notFinite: readonly string[];
}

/** What many files do not say, or say of the model before relufication: given, it overrules the file. */
export interface LoadOptions {
  /** of the feed-forward: stage 1 */
  readonly activation?: Activation;
  /** after each norm of a layer: stage 2 */
  readonly afterNorm?: Activation;
}

/** The numbers of one stored tensor, and what it took. */
export interface StoredNumbers {
  readonly name: string;
  readonly numbers: Numbers;
  readonly bytes: number;
}

/** Makes tensors out of stored numbers, and remembers what `Checkpoint` tells about each. */
export interface Intake {
  readonly storedBytes: ReadonlyMap<Tensor, number>;
  readonly notFinite: readonly string[];
  vector<A>(stored: StoredNumbers): Vector<A>;
  /** as stored, row after row */
  table<R, C>(stored: StoredNumbers, rows: number, columns: number): Matrix<R, C>;
  /** stored [out, in], turned into our [in, out], once */
  projection<I, O>(stored: StoredNumbers, outputs: number, inputs: number): Matrix<I, O>;
}

/** An empty intake, for one checkpoint. */
export function intake(): Intake {
  const storedBytes = new Map<Tensor, number>();
  const notFinite: string[] = [];
  const kept = <X extends Tensor>(tensor: X, { name, numbers, bytes }: StoredNumbers): X => {
    storedBytes.set(tensor, bytes);
    if (!allFinite(numbers)) notFinite.push(name);
    return tensor;
  };
  return {
    storedBytes,
    notFinite,
    vector: (stored) => kept(vectorOf(stored.numbers), stored),
    table: (stored, rows, columns) => kept(matrixOf(stored.numbers, rows, columns), stored),
    projection: (stored, outputs, inputs) =>
      kept(matrixOf(transposed(stored.numbers, outputs, inputs), inputs, outputs), stored),
  };
}

function allFinite(x: Numbers): boolean {
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i])) return false;
  return true;
}

/** y[c, r] = x[r, c], in the same precision. */
export function transposed(x: Numbers, rows: number, columns: number): Numbers {
  const y = x instanceof Float32Array ? new Float32Array(x.length) : new Float64Array(x.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) y[c * rows + r] = x[r * columns + c] ?? Number.NaN;
  }
  return y;
}
