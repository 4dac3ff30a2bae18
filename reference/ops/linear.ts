// Projections: dense, row-skipping and gated. Weights are [in, out]: row i is what input i fans out to.
// Paper: section 4 and appendix B. Every sum runs from +0 over ascending input index, the bias last.
import { expect, type Matrix, matrix, sum, vector } from "../tensor.ts";
import type { Gradients, Ops } from "./contract.ts";

/**
 * y[t, o] = Σ_i x[t, i] · w[i, o] + b[o]
 *
 * @param x  inputs, [T, I]
 * @param w  weights, [I, O]
 * @param b  bias, [O]; none adds nothing
 * @returns y, [T, O]
 * @throws {RangeError} when x and w differ in I, or w and b in O
 */
export const linear: Ops["linear"] = (x, w, b) => {
  const [[T, I], [, O]] = [x.shape, w.shape];
  expect(w, [I, O], "linear: w is @; expected [I, O], with I the columns of x");
  if (b) expect(b, [O], "linear: b is @; expected [O], the columns of w");
  return matrix(T, O, (t, o) => sum(I, (i) => x.get(t, i) * w.get(i, o)) + (b?.get(o) ?? 0));
};

/**
 * The sparse feed-forward product: y[t, o] = Σ_i x[t, i] · w[i, o] + b[o], over the i with x[t, i] ≠ 0.
 *
 * Row i of w is read only where ReLU left x[t, i] alive. Equals `linear` bit for bit while w is finite: each term
 * left out is a zero, and a sum that starts at +0 is moved by neither zero. (The bias comes last for that reason:
 * started from b = −0 the two would differ.) Infinity or NaN in a skipped row is the exception: 0 · Infinity would
 * have been NaN, and is never seen.
 *
 * @param x  inputs after ReLU, [T, I]
 * @param w  weights, [I, O]
 * @param b  bias, [O]; none adds nothing
 * @returns y, [T, O]
 * @throws {RangeError} when x and w differ in I, or w and b in O
 * @see Mirzadeh et al. 2023, arXiv:2310.04564, appendix B
 */
export const activeLinear: Ops["activeLinear"] = (x, w, b) => {
  const [[T, I], [, O]] = [x.shape, w.shape];
  expect(w, [I, O], "activeLinear: w is @; expected [I, O], with I the columns of x");
  if (b) expect(b, [O], "activeLinear: b is @; expected [O], the columns of w");
  const active = activeColumns(x);
  return matrix(T, O, (t, o) => sumOver(active[t], (i) => x.get(t, i) * w.get(i, o)) + (b?.get(o) ?? 0));
};

/**
 * h[t, f] = g[t, f] · Σ_d x[t, d] · w[f, d], and +0 behind a closed gate.
 *
 * The product alone would give −0 behind half of the closed gates; adding +0 makes it +0 and changes nothing else.
 *
 * @param x  inputs, [T, D]
 * @param w  the up projection, [F, D]: row f is what neuron f reads
 * @param g  the gate after its activation, [T, F]
 * @returns h, [T, F]
 * @throws {RangeError} when x and w differ in D, or g is not [T, F]
 */
export const gatedLinear: Ops["gatedLinear"] = (x, w, g) => {
  const [[T, D], [F]] = [x.shape, w.shape];
  expect(w, [F, D], "gatedLinear: w is @; expected [F, D], with D the columns of x");
  expect(g, [T, F], "gatedLinear: g is @; expected [T, F], with T the rows of x and F the rows of w");
  return matrix(T, F, (t, f) => g.get(t, f) * sum(D, (d) => x.get(t, d) * w.get(f, d)) + 0);
};

/**
 * `gatedLinear` that reads only the selected outputs: row f of w stays unread where g[t, f] = 0.
 *
 * The same bits while x and w are finite; behind a closed gate Infinity and NaN are never seen, and h is +0.
 *
 * @param x  inputs, [T, D]
 * @param w  the up projection, [F, D]
 * @param g  the gate after its activation, [T, F]
 * @returns h, [T, F]
 * @throws {RangeError} when x and w differ in D, or g is not [T, F]
 * @see Mirzadeh et al. 2023, arXiv:2310.04564, section 4.1: with ReLU on the gate, its zeros skip outputs of up
 */
export const activeGatedLinear: Ops["activeGatedLinear"] = (x, w, g) => {
  const [[T, D], [F]] = [x.shape, w.shape];
  expect(w, [F, D], "activeGatedLinear: w is @; expected [F, D], with D the columns of x");
  expect(g, [T, F], "activeGatedLinear: g is @; expected [T, F], with T the rows of x and F the rows of w");
  const open = (t: number, f: number): boolean => g.get(t, f) !== 0;
  return matrix(T, F, (t, f) =>
    open(t, f) ? g.get(t, f) * sum(D, (d) => x.get(t, d) * w.get(f, d)) + 0 : 0,
  );
};

/**
 * dx[t, i] = Σ_o dy[t, o] · w[i, o], dw[i, o] = Σ_t x[t, i] · dy[t, o], db[o] = Σ_t dy[t, o]
 *
 * A zero of x leaves its row of dw as it is: what the forward pass did not read, this step does not teach.
 */
export const linearGradient: Gradients["linear"] = (dy, x, w, b) => {
  const [[T, I], [, O]] = [x.shape, w.shape];
  expect(dy, [T, O], "linearGradient: dy is @; expected [T, O], with T the rows of x and O the columns of w");
  return [
    matrix(T, I, (t, i) => sum(O, (o) => dy.get(t, o) * w.get(i, o))),
    matrix(I, O, (i, o) => sum(T, (t) => x.get(t, i) * dy.get(t, o))),
    b && vector(O, (o) => sum(T, (t) => dy.get(t, o))),
  ];
};

/**
 * With e = dh ⊙ g: dx[t, d] = Σ_f e[t, f] · w[f, d], dw[f, d] = Σ_t e[t, f] · x[t, d],
 * dg[t, f] = dh[t, f] · Σ_d x[t, d] · w[f, d]
 *
 * Behind a closed gate e is zero, but dg is not: it takes row f of w, and the gate's activation closes it again.
 */
export const gatedLinearGradient: Gradients["gatedLinear"] = (dh, x, w, g) => {
  const [[T, D], [F]] = [x.shape, w.shape];
  expect(dh, [T, F], "gatedLinearGradient: dh is @; expected [T, F], the shape of g");
  const e = matrix<"T", unknown>(T, F, (t, f) => dh.get(t, f) * g.get(t, f));
  return [
    matrix(T, D, (t, d) => sum(F, (f) => e.get(t, f) * w.get(f, d))),
    matrix(F, D, (f, d) => sum(T, (t) => e.get(t, f) * x.get(t, d))),
    matrix(T, F, (t, f) => dh.get(t, f) * sum(D, (d) => x.get(t, d) * w.get(f, d))),
  ];
};

/** For each row of x, the columns where it is not zero, ascending; NaN is not zero. */
export const activeColumns = (x: Matrix): readonly (readonly number[])[] => {
  const [T, I] = x.shape;
  const columns = Array.from({ length: I }, (_, i) => i);
  return Array.from({ length: T }, (_, t) => columns.filter((i) => x.get(t, i) !== 0));
};

/** Σ f(i) over the given indices, in their order, from +0. */
export const sumOver = (indices: readonly number[] = [], f: (i: number) => number): number => {
  let total = 0;
  for (const i of indices) total += f(i);
  return total;
};
