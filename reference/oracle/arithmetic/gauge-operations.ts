// Sums, products and quotients of two numbers. docs/bounds.md, section 4.1.
import type { Arithmetic } from "./arithmetic.ts";
import { type Gauged, handedOn, isZero, lost, type Rounding, share, ZERO } from "./rounding.ts";
import { isPowerOfTwo } from "./unit.ts";

export type Single = Pick<Arithmetic<Gauged>, "add" | "subtract" | "multiply" | "divide">;

export function operations({ max, least, off, rounded, model }: Rounding): Single {
  const add = (x: Gauged, y: Gauged): Gauged =>
    rounded(x.value + y.value, off(x) + off(y), x.variance + y.variance, Math.min(x.unit, y.unit));
  const multiply = (x: Gauged, y: Gauged): Gauged => {
    if (isZero(x) && Number.isFinite(y.value) && off(y) < Infinity) return ZERO;
    if (isZero(y) && Number.isFinite(x.value) && off(x) < Infinity) return ZERO;
    const [a, b, ex, ey] = [Math.abs(x.value), Math.abs(y.value), off(x), off(y)];
    if (ex === Infinity || ey === Infinity) return lost(x.value * y.value);
    return rounded(
      x.value * y.value,
      handedOn(a, ey) + handedOn(b, ex) + share(ex, ey),
      share(a * a, y.variance) + share(b * b, x.variance) + x.variance * y.variance,
      share(x.unit, y.unit),
    );
  };
  const divide = (x: Gauged, y: Gauged): Gauged => {
    const [value, size] = [x.value / y.value, Math.abs(y.value)];
    const left = size - off(y);
    if (isZero(x) && left > 0) return ZERO;
    if (isPowerOfTwo(size) && y.error === 0)
      return rounded(value, off(x) / size, x.variance / (size * size), x.unit / size);
    if (!(left > 0) || off(x) === Infinity)
      return Number.isFinite(value) ? lost(value) : rounded(value, 0, 0, 0);
    const error = (off(x) + Math.abs(value) * off(y)) / left;
    const variance = (x.variance + value * value * y.variance) / (size * size);
    return rounded(
      value,
      error + throughReciprocal(Math.abs(x.value) + off(x), left, size + off(y)),
      variance,
      0,
      2,
    );
  };
  /** What is lost where 1 / y is subnormal, or overflows. */
  const throughReciprocal = (x: number, smallest: number, largest: number): number =>
    1 / smallest > max ? Infinity : 1 / largest < model.accumulator.tiny ? x * least : 0;

  return { add, subtract: (x, y) => add(x, { ...y, value: -y.value }), multiply, divide };
}
