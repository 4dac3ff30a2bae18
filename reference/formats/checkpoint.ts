// What loading a model gives, whatever the format, and the steps that the formats share.
import type { Model } from "../models/model.ts";
import type { Activation } from "../ops/contract.ts";
import {
  type Bits,
  type Matrix,
  matrixOf,
  type Numbers,
  type Stored,
  storedMatrix,
  type Tensor,
  type Vector,
  vectorOf,
} from "../tensor.ts";
import { allFinite } from "./dtype.ts";

/** A loaded model, what its tensors take in their file, and which of them are not finite. */
export interface Checkpoint {
  readonly model: Model;
  /** How many bytes of its file each tensor took, scales included; a tied tensor is one tensor. */
  readonly storedBytes: ReadonlyMap<Tensor, number>;
  /** The tensors, by their names in the file, that hold an infinity or a NaN, among those that were read. */
  readonly notFinite: readonly string[];
}

/** What many files do not say, or say of the model before relufication: given, it overrules the file. */
export interface LoadOptions {
  /** leaves matrices in their file until they are asked for, and as wide as they are there */
  readonly inFile?: boolean;
  /** of the feed-forward: stage 1 */
  readonly activation?: Activation;
  /** after each norm of a layer: stage 2 */
  readonly afterNorm?: Activation;
}

/** One stored tensor, read when it is asked for, and how much of its file it takes. */
export interface StoredNumbers extends Stored {
  readonly name: string;
  readonly bytes: number;
}

/** Makes tensors out of stored numbers, and remembers what `Checkpoint` tells about each. */
export interface Intake {
  readonly storedBytes: ReadonlyMap<Tensor, number>;
  readonly notFinite: readonly string[];
  vector<A>(stored: StoredNumbers): Vector<A>;
  /** a vector, unless all of it is zero */
  nonzero<A>(stored: StoredNumbers): Vector<A> | undefined;
  /** as stored, row after row */
  table<R, C>(stored: StoredNumbers, rows: number, columns: number): Matrix<R, C>;
  /** stored [out, in], turned into our [in, out], once */
  projection<I, O>(stored: StoredNumbers, outputs: number, inputs: number): Matrix<I, O>;
}

/**
 * An empty intake, for one checkpoint.
 *
 * @param inFile  leaves matrices where they are: each is read, and turned, at every use of it
 */
export function intake(inFile = false): Intake {
  const storedBytes = new Map<Tensor, number>();
  const notFinite: string[] = [];
  const kept = <X extends Tensor>(tensor: X, { bytes }: StoredNumbers): X => {
    storedBytes.set(tensor, bytes);
    return tensor;
  };
  const looked = new Set<string>();
  const read = ({ name, dtype, bits }: StoredNumbers): Bits => {
    const found = bits();
    if (!looked.has(name) && !allFinite(dtype, found)) notFinite.push(name);
    looked.add(name);
    return found;
  };
  const matrix = <R, C>(
    stored: StoredNumbers,
    rows: number,
    columns: number,
    turned: boolean,
  ): Matrix<R, C> => {
    const { dtype, widened, rows: part } = stored;
    const bits = (): Bits => (turned ? transposed(read(stored), columns, rows) : read(stored));
    if (!inFile) return kept(matrixOf(widened(bits()), rows, columns), stored);
    const some = turned ? { turned: () => read(stored) } : part ? { rows: part } : {};
    return kept(storedMatrix({ dtype, widened, bits, ...some }, rows, columns), stored);
  };
  return {
    storedBytes,
    notFinite,
    vector: (stored) => kept(vectorOf(stored.widened(read(stored))), stored),
    nonzero(stored) {
      const numbers = stored.widened(read(stored));
      return numbers.some((value) => value !== 0) ? kept(vectorOf(numbers), stored) : undefined;
    },
    table: (stored, rows, columns) => matrix(stored, rows, columns, false),
    projection: (stored, outputs, inputs) => matrix(stored, inputs, outputs, true),
  };
}

/** Numbers in memory as a stored tensor. */
export const inMemory = (name: string, numbers: Numbers, bytes: number): StoredNumbers => ({
  name,
  bytes,
  dtype: numbers instanceof Float32Array ? "F32" : "F64",
  bits: () => numbers,
  widened: (bits) => (bits === numbers ? numbers : Float64Array.from(bits)),
});

/** Rows and columns at a time: what is read and what is written then both stay in the cache. */
const BLOCK = 16;

/** y[c, r] = x[r, c], of the same type. */
export function transposed<B extends Bits>(x: B, rows: number, columns: number): B {
  if (x instanceof Uint16Array) return turned(x, new Uint16Array(x.length), rows, columns) as B;
  if (x instanceof Float32Array) return turned(x, new Float32Array(x.length), rows, columns) as B;
  return turned(x, new Float64Array(x.length), rows, columns) as B;
}

function turned(x: Bits, y: Bits, rows: number, columns: number): Bits {
  for (let left = 0; left < columns; left += BLOCK) {
    const right = Math.min(left + BLOCK, columns);
    for (let top = 0; top < rows; top += BLOCK) {
      const bottom = Math.min(top + BLOCK, rows);
      for (let c = left; c < right; c++)
        for (let r = top; r < bottom; r++) y[c * rows + r] = x[r * columns + c] ?? 0;
    }
  }
  return y;
}
