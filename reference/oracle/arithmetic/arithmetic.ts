// The numbers that the oracle's operators are made of. Each operator is written once, over an arithmetic; what is passed
// decides what it gives: the truth, a proof of the truth, how far any machine may be off, or what one machine does.
import type { Activation, Scaling } from "../../ops/contract.ts";

/** A value for each place i of a row. */
export type Row<N> = (i: number) => N;

export interface Arithmetic<N> {
  /** A number as a kernel is given it: exact. */
  stored(x: number): N;
  /** Whether x is zero for certain, so that a term with it may be left out. */
  isZero(x: N): boolean;
  /** The float64 next to x. */
  near(x: N): number;
  add(x: N, y: N): N;
  subtract(x: N, y: N): N;
  multiply(x: N, y: N): N;
  /** x / y, or x times a rounded 1 / y */
  divide(x: N, y: N): N;
  /** 1 / √x */
  overRoot(x: N): N;
  /** Σ x(i) over 0 ≤ i < n, in any order */
  sum(n: number, x: Row<N>): N;
  /** Σ x(i) · y(i) over 0 ≤ i < n, and `last`, in any order, products fused with sums or not */
  dot(n: number, x: Row<N>, y: Row<N>, last?: N): N;
  /** The mean of x, and the mean square of what is left of x without it */
  moments(n: number, x: Row<N>): { readonly mean: N; readonly variance: N };
  /** Σ w(i) · x(i) / Σ w(i), w not negative: divided before the sum or after it, in one go or in blocks */
  weightedMean(n: number, w: Row<N>, x: Row<N>): N;
  /** The greatest of x, or any number near it that is then taken off all of them */
  top(n: number, x: Row<N>): N;
  /** e^(x − top) */
  power(x: N, top: N): N;
  log(x: N): N;
  activate(f: Activation, x: N): N;
  slope(f: Activation, x: N): N;
  /** The cosine and the sine of position · base^(−2i/K), stretched by scaling */
  direction(
    position: number,
    base: number,
    i: number,
    K: number,
    scaling?: Scaling,
  ): readonly [cosine: N, sine: N];
  /** Two ways to write one number, both right: what a kernel may choose between */
  either(x: N, y: N): N;
  /** x written as y: the same number, but y's roundings are its own, and come on top of what x is off */
  respelled(x: N, y: N): N;
  /** x as this machine has it, taken for exact: for what occurs twice and goes out again */
  fixed(x: N): N;
  /** x as it is kept between two steps of an operator */
  kept(x: N): N;
  /** x as it is kept in the result */
  result(x: N): N;
}
