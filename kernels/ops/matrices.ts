// Matrices in the memory, and one run of a kernel a product.
import { type Matrix, storedOf, type Vector } from "../../reference/tensor.ts";
import type { Machine, Words } from "../machine.ts";

/** Columns that share a strip of the packed product. */
export const GRAIN = 8;

/** A matrix in the memory: element [r, c] lies at + 4 · (r · row + c · column). */
export interface Factor {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/** Weights, as wide as they are stored. */
export type WordFactor = Factor & Pick<Words, "dtype">;

export const placed = (machine: Machine, x: Matrix): Factor => ({
  at: machine.place(x),
  row: x.shape[1],
  column: 1,
});
/** Weights that lie elsewhere column after column are taken as they lie: the sums are the same. */
export function placedWords(machine: Machine, x: Matrix): WordFactor {
  const { dtype = "F32", turned: asKept } = storedOf(x) ?? {};
  if (asKept && (dtype === "BF16" || dtype === "F16"))
    return { at: machine.wordsOf(asKept()), dtype, row: 1, column: x.shape[0] };
  return { ...machine.words(x), row: x.shape[1], column: 1 };
}
export const turned = <F extends Factor>(x: F): F => ({ ...x, row: x.column, column: x.row });

/** y = A · B + bias, with K the columns of A. */
export function product<Y extends Matrix>(
  machine: Machine,
  a: Factor,
  b: Factor & Partial<WordFactor>,
  K: number,
  y: Y,
  bias?: Vector,
): Y {
  const [M, N] = y.shape;
  const [biasAt, yAt] = [bias ? machine.place(bias) : 0, machine.place(y)];
  const factors = [a.at, a.row, a.column, b.at, b.row, b.column];
  machine.run(`matmul${b.dtype ?? ""}`, N, GRAIN, M * K * N, ...factors, biasAt, yAt, M, K, N);
  return y;
}

/** y = x · w + bias, reading what x asks for. */
export function activeProduct<Y extends Matrix>(
  machine: Machine,
  x: Matrix,
  w: Matrix,
  y: Y,
  bias?: Vector,
): Y {
  const [[T, I], [, O]] = [x.shape, w.shape];
  const { at, dtype } = machine.words(w);
  const places = [machine.place(x), at, bias ? machine.place(bias) : 0, machine.place(y)];
  machine.run(`activeMatmul${dtype}`, O, GRAIN, T * I * O, ...places, T, I, O);
  return y;
}

/** h = g ⊙ (x · wᵀ) + 0, by a kernel that reads all of w or what g asks for. */
export function gatedProduct<G extends Matrix>(
  machine: Machine,
  kernel: string,
  x: Matrix,
  w: Matrix,
  g: G,
): G {
  const [[T, D], [F]] = [x.shape, w.shape];
  const { at, dtype } = machine.words(w);
  const places = [machine.place(x), at, machine.place(g)];
  const h = machine.like(g);
  machine.run(`${kernel}${dtype}`, F, GRAIN, T * D * F, ...places, machine.place(h), T, D, F);
  return h;
}

/** e = dh ⊙ g, until the operator returns. */
export function gatedSlope(machine: Machine, dh: Matrix, g: Matrix): Factor {
  const e = { at: machine.room(g.size), row: g.shape[1], column: 1 };
  machine.run("gate", g.size, GRAIN, g.size, machine.place(dh), machine.place(g), e.at);
  return e;
}

/** db[o] = Σ_t dy[t, o] */
export function columnSums<B extends Vector>(machine: Machine, dy: Factor, T: number, db: B): B {
  const [O] = db.shape;
  machine.run("columnSums", O, GRAIN, T * O, dy.at, machine.place(db), T, O);
  return db;
}
