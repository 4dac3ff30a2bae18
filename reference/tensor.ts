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
