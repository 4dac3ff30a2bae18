// Labelled vectors and matrices over ndarray, and the one place that calls ndarray().
// A label names an axis and is checked by the compiler; a size is checked at the door of each function.
import ndarray, { type NdArray } from "ndarray";

declare const axes: unique symbol;
interface Axes<A> {
  readonly [axes]: A;
}

/** What a tensor keeps its numbers in. Results are float64; float32 holds weights as their file gave them. */
export type Numbers = Float64Array | Float32Array;

/** Any tensor, whatever its labels: what an interpretation sees of an argument. */
export type Tensor = NdArray<Numbers>;

/** A one-axis tensor whose axis carries a name: `Vector<"D">`. */
export type Vector<A = unknown> = Tensor & Axes<[A]> & { readonly shape: readonly [number] };

/** A two-axis tensor whose axes carry names: `Matrix<"T", "D">`; bare `Matrix` is any matrix. */
export type Matrix<R = unknown, C = unknown> = Tensor &
  Axes<[R, C]> & { readonly shape: readonly [number, number] };

/** Token ids, one per position. */
export type Tokens = readonly number[];

/** The vector [f(0), f(1), …, f(size − 1)], in float64. */
export function vector<A>(size: number, f: (a: number) => number): Vector<A> {
  const data = new Float64Array(size);
  for (let a = 0; a < size; a++) data[a] = f(a);
  return vectorOf(data);
}

/** The matrix whose element [r, c] is f(r, c), in float64. */
export function matrix<R, C>(
  rows: number,
  columns: number,
  f: (r: number, c: number) => number,
): Matrix<R, C> {
  const data = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) data[r * columns + c] = f(r, c);
  return matrixOf(data, rows, columns);
}

/** `data`, not copied, seen as a vector. */
export const vectorOf = <A>(data: Numbers): Vector<A> => ndarray(data, [data.length]) as Tensor as Vector<A>;

/**
 * `data`, not copied, seen as a matrix, row after row.
 *
 * @throws {RangeError} when the sizes disagree
 */
export function matrixOf<R, C>(data: Numbers, rows: number, columns: number): Matrix<R, C> {
  if (data.length !== rows * columns) {
    throw new RangeError(
      `matrixOf: data has ${data.length} numbers; expected rows · columns = ${rows} · ${columns}`,
    );
  }
  return ndarray<Numbers>(data, [rows, columns]) as Tensor as Matrix<R, C>;
}

/** Where the numbers of a large matrix are kept: narrower than float32, or in a file, from which each asking reads them. */
export interface Stored {
  readonly dtype: "BF16" | "F16" | "F32" | "F64";
  /** All of them as they are kept, row after row of the matrix: the bits of BF16 and F16. Not to be written to. */
  bits(): Bits;
  /** The same numbers column after column, where they are kept so: as they are read, not turned. */
  turned?(): Bits;
  /** The rows from `from` up to `to` alone, where they can be had without the others. */
  rows?(from: number, to: number): Bits;
  /** The numbers that bits mean, exactly. */
  widened(bits: Bits): Numbers;
}

export type Bits = Uint16Array | Numbers;

/**
 * A matrix that stays where it is stored. Its `data` is widened, and read, at each asking, and not kept: whoever wants
 * more than one number of it takes `data` once.
 */
export function storedMatrix<R, C>(stored: Stored, rows: number, columns: number): Matrix<R, C> {
  const x = ndarray<Numbers>(new Float32Array(0), [rows, columns]);
  Object.defineProperty(x, "data", { get: () => stored.widened(stored.bits()) });
  return Object.assign(x, { stored }) as Tensor as Matrix<R, C>;
}

/** Where x is stored, if it is a `storedMatrix`. */
export const storedOf = (x: Tensor): Stored | undefined => ("stored" in x ? (x.stored as Stored) : undefined);

/**
 * A fresh tensor with the shape and labels of `x` and the numbers of `data`, not copied.
 *
 * @throws {RangeError} when the sizes disagree
 */
export function like<X extends Tensor>(x: X, data: Numbers): X {
  if (data.length !== x.size) {
    throw new RangeError(`like: data has ${data.length} numbers; expected ${x.size}, the size of x`);
  }
  return ndarray<Numbers>(data, [...x.shape]) as Tensor as X;
}

/**
 * f(0) + f(1) + … + f(n − 1), left to right from +0.
 *
 * The order is part of every result here: a zero term, of either sign, then changes no bit.
 */
export function sum(n: number, f: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += f(i);
  return total;
}

/** A fresh tensor of f at each element. Every tensor is contiguous, so its data is its elements, row after row. */
export function map<X extends Tensor>(x: X, f: (value: number) => number): X {
  const data = new Float64Array(x.size);
  for (let i = 0; i < data.length; i++) data[i] = f(x.data[i] ?? Number.NaN);
  return like(x, data);
}

/** A fresh tensor, the rows of `past` and then those of `next`, in float64. */
export function stack<R, C>(past: Matrix<R, C>, next: Matrix<unknown, C>): Matrix<R, C> {
  expect(
    next,
    [next.shape[0], past.shape[1]],
    "stack: next is @; expected [T, C] with C = the columns of past",
  );
  const data = new Float64Array(past.size + next.size);
  data.set(past.data);
  data.set(next.data, past.size);
  return matrixOf(data, past.shape[0] + next.shape[0], past.shape[1]);
}

/**
 * The first rows of `x`, in place, not copied: a cache cut back to fewer positions.
 *
 * @throws {RangeError} when x has fewer
 */
export function firstRows<R, C>(x: Matrix<R, C>, rows: number): Matrix<R, C> {
  const [R, C] = x.shape;
  if (!(Number.isInteger(rows) && rows >= 0 && rows <= R))
    throw new RangeError(`firstRows: rows is ${rows}; expected a whole number from 0 to ${R}, the rows of x`);
  return matrixOf(x.data.subarray(0, rows * C), rows, C);
}

/**
 * Requires the shape of `found` to be `wanted`; `@` in the sentence stands for the shape found.
 *
 * @throws {RangeError} with the sentence, which says where the wish comes from, and the shape wanted
 */
export function expect(found: Tensor, wanted: readonly number[], sentence: string): void {
  if (found.shape.length === wanted.length && found.shape.every((size, axis) => size === wanted[axis]))
    return;
  throw new RangeError(`${sentence.replace("@", `[${found.shape.join(", ")}]`)}: [${wanted.join(", ")}]`);
}
