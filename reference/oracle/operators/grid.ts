// Matrices of the numbers of an arithmetic. A vector is a grid of one row.
import type { Row } from "../arithmetic/arithmetic.ts";

export interface Grid<N> {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): N;
}

/** The grid whose elements are f(row, column), each worked out once, row after row. */
export function grid<N>(rows: number, columns: number, f: (row: number, column: number) => N): Grid<N> {
  const data: N[] = [];
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) data.push(f(r, c));
  return { rows, columns, at: (r, c) => data[r * columns + c] as N };
}

/** The vector whose elements are f(i). */
export const line = <N>(columns: number, f: Row<N>): Grid<N> => grid(1, columns, (_, c) => f(c));

/** A grid whose elements are worked out each time they are asked for: for numbers that are only looked up. */
export const lookedUp = <N>(
  rows: number,
  columns: number,
  at: (row: number, column: number) => N,
): Grid<N> => ({
  rows,
  columns,
  at,
});

/** The elements, row after row. */
export function elements<N>({ rows, columns, at }: Grid<N>): readonly N[] {
  return Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns));
}

/** A fresh grid of f at each element. */
export const mapped = <N, M>(x: Grid<N>, f: (value: N, row: number, column: number) => M): Grid<M> =>
  grid(x.rows, x.columns, (r, c) => f(x.at(r, c), r, c));
