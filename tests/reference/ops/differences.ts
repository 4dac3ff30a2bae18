// Slopes judged from outside: the derivative of a function of one number, from its values at six points around 0.
import assert from "node:assert/strict";
import { like, sum, type Tensor } from "../../../reference/tensor.ts";

/** The unit roundoff of float64: half the distance from 1 to the next. */
export const u = 2 ** -53;

/** How far the innermost points lie from 0: a power of two, so that x ± 4h is exact for the x of these tests. */
export const STEP = 2 ** -10;

/**
 * Fails unless `slope` is φ′(0).
 *
 * D(h) = (φ(h) − φ(−h)) / 2h misses φ′(0) by c₂h² + c₄h⁴ + …, and R(h) = (4D(h) − D(2h)) / 3 by −4c₄h⁴ + …, which is a
 * sixteenth of what R(2h) misses: so |R(h) − R(2h)| bounds the truncation, fifteen times over. A φ that is off by
 * `error` moves D(h) by error/h at most, and R(h) by 3/2 of it; a fifteenth of what that does to the difference, and
 * the rounding of `slope` itself, are less than the half that is left of 2 · error/h.
 *
 * @param phi    φ, called at ±h, ±2h and ±4h
 * @param error  how far a computed φ may be from the exact one
 */
export function isSlope(
  slope: number,
  phi: (s: number) => number,
  error: number,
  what = "slope",
  h = STEP,
): void {
  const D = (step: number): number => (phi(step) - phi(-step)) / (2 * step);
  const [D1, D2, D4] = [D(h), D(2 * h), D(4 * h)];
  const [R1, R2] = [(4 * D1 - D2) / 3, (4 * D2 - D4) / 3];
  const bound = Math.abs(R1 - R2) + (2 * error) / h;
  assert.ok(
    Math.abs(slope - R1) <= bound,
    `${what} is ${slope}; expected ${R1}, by differences, within ${bound}`,
  );
}

/** Σ a ⊙ b */
export function inner(a: Tensor, b: Tensor): number {
  assert.deepEqual(a.shape, b.shape, "a slope has the shape of what it is the slope of");
  return sum(a.size, (i) => at(a, i) * at(b, i));
}

/** x + s · direction */
export const moved = <X extends Tensor>(x: X, direction: Tensor, s: number): X =>
  like(
    x,
    Float64Array.from({ length: x.size }, (_, i) => at(x, i) + s * at(direction, i)),
  );

/** Σ |x| */
export const total = (x: Tensor): number => sum(x.size, (i) => Math.abs(at(x, i)));

/** The greatest |x|, 0 where there is none */
export const greatest = (x: Tensor): number =>
  Array.from(x.data).reduce((top, value) => Math.max(top, Math.abs(value)), 0);

const at = (x: Tensor, i: number): number => x.data[i] ?? Number.NaN;
