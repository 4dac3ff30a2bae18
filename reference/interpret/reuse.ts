// Reuse: only neurons whose weights are loaded may fire; the others are zero, whatever they would have said.
// Paper: section 5.1, figure 7c. It changes values, so it returns `Ops`: a tape around it would pass slopes wrongly.
import { type Ops, override } from "../ops/contract.ts";
import { expect, type Matrix, matrix, type Tensor, type Vector } from "../tensor.ts";

/** Which rows of a weight tensor are loaded: 1 or 0 for each. */
export type Loaded = ReadonlyMap<Tensor, Vector>;

/**
 * `ops`, with x ⊙ m for the input x, or the gate, of every product with a weight tensor whose loaded rows m are given.
 *
 * Row i of a weight tensor is what input i, or gate i, asks for. For a feed-forward: give the rows of `down`, and of a
 * gated `up` too. The products become those of a layer with fewer neurons; the page's record still has them all.
 * With every row loaded x ⊙ 1 = x, so each bit is that of `ops`. Infinity or NaN in an unloaded neuron stays: ∞ · 0 is NaN.
 *
 * @throws {RangeError} when a mask does not fit its tensor, or holds anything but 0 and 1
 * @see LLM in a Flash, arXiv:2312.11514, for a cache that loads as it goes
 */
export function reuse(ops: Ops, loaded: Loaded): Ops {
  for (const [w, rows] of loaded) {
    expect(rows, [w.shape[0] ?? 0], "reuse: a mask is @; expected [I], with I the rows of its weight tensor");
    const odd = rows.data.find((value) => value !== 0 && value !== 1);
    if (odd !== undefined) throw new RangeError(`reuse: a mask holds ${odd}; expected 0 and 1 alone`);
  }
  const kept = <I>(x: Matrix<"T", I>, w: Tensor): Matrix<"T", I> => {
    const rows = loaded.get(w);
    return rows ? ops.mul(x, everyRow(rows, x.shape[0])) : x;
  };
  return override<Ops>(ops, {
    linear: (x, w, b) => ops.linear(kept(x, w), w, b),
    activeLinear: (x, w, b) => ops.activeLinear(kept(x, w), w, b),
    gatedLinear: (x, w, g) => ops.gatedLinear(x, w, kept(g, w)),
    activeGatedLinear: (x, w, g) => ops.activeGatedLinear(x, w, kept(g, w)),
  });
}

/** The mask for each of T tokens. */
const everyRow = <I>(rows: Vector, T: number): Matrix<"T", I> =>
  matrix(T, rows.shape[0], (_, i) => rows.get(i));
