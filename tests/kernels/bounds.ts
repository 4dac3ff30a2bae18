// How far the answer of a float32 kernel may be from the truth, element by element: roundings counted, never fitted.
// The bounds of attention have a file of their own.
import { erfc } from "../../reference/elementary.ts";
import { scalar } from "../../reference/ops/activation.ts";
import type { Rotation } from "../../reference/ops/contract.ts";
import { type Matrix, sum, type Tensor, type Vector } from "../../reference/tensor.ts";
import { eta, u } from "./float32.ts";

/** What element i may be off. */
export type Bound = (i: number) => number;

/** One operation that rounds once, or a number that is kept in float32. */
export const onceRounded =
  (wanted: Tensor): Bound =>
  (i) =>
    u * Math.abs(wanted.data[i] ?? 0) + eta;

/**
 * n products and their sum in any order, a bias or a factor one more of n (Jeannerod and Rump 2013); gauge is the same
 * sum of absolute values.
 */
export const productBound =
  (gauge: Tensor, n: number): Bound =>
  (i) =>
    (1 + u) * n * u * (gauge.data[i] ?? 0) + n * eta;

/** The activations without a corner. */
export type Smooth =
  | { readonly kind: "silu" | "gelu" | "gelu-tanh"; readonly shift: number }
  | { readonly kind: "swish"; readonly beta: number; readonly shift: number };

/**
 * How far y = f(z) may be off, z = x − shift kept in float64. What an exponential reads is float64, so e is within 2 u.
 * z · sigmoid: e/(1 + e) is 2 u/(1 + e) of e, u of the sum and u of the ratio off; z and the product u each: 6 u.
 * gelu = relu(z) − w, w = t · tail(t) · e: 0.23 u of tail, u each of narrowing t · tail and of the product, 2 u of e.
 * An e that underflows is η off, which z then multiplies.
 */
export function valueBound(f: Smooth, z: number): number {
  const y = Math.abs(scalar({ ...f, shift: 0 })(z));
  const lost = (Math.abs(z) + 2) * eta;
  if (f.kind !== "gelu") return 6 * u * y + lost;
  const w = 0.5 * Math.abs(z) * erfc(Math.abs(z) * Math.SQRT1_2);
  return 4.3 * u * w + u * Math.max(z, 0) + u * y + lost;
}

/** What the bounds are made of: n[t, d], how far it may be off, and the deviation and how far that may be off, relative. */
interface Standard {
  readonly n: (t: number, d: number) => number;
  readonly off: (t: number, d: number) => number;
  readonly deviation: (t: number) => number;
  readonly relative: (t: number) => number;
}

/**
 * The mean is off by (D + 1) u of mean |x|; a shift of the centre changes the mean square by its own square only, since
 * the centred numbers add up to 0; the squares, their sum and the ratio are off by (D + 5) u. The root, worked out in
 * float64, halves that and rounds once. n = (x − mean) / deviation then rounds twice.
 */
export function standard(x: Matrix<"T", "D">, centred: boolean, epsilon: number): Standard {
  const D = x.shape[1];
  const mean = (t: number, f: (value: number) => number): number => sum(D, (d) => f(x.get(t, d))) / D;
  const centre = (t: number): number => (centred ? mean(t, (value) => value) : 0);
  const offCentre = (t: number): number => (centred ? (D + 1) * u * mean(t, Math.abs) + eta : 0);
  const variance = (t: number): number => mean(t, (value) => (value - centre(t)) ** 2);
  const deviation = (t: number): number => Math.sqrt(variance(t) + epsilon);
  const relative = (t: number): number =>
    ((D + 5) * u * variance(t) + offCentre(t) ** 2 + D * eta) / (2 * (variance(t) + epsilon)) + 1.01 * u;
  const n = (t: number, d: number): number => (x.get(t, d) - centre(t)) / deviation(t);
  const off = (t: number, d: number): number =>
    1.01 * (offCentre(t) / deviation(t) + Math.abs(n(t, d)) * (2 * u + relative(t))) + eta;
  return { n, off, deviation, relative };
}

/** |gain| times what n is off, and u each for the product and, with a bias, for the sum. */
export function normBound(
  wanted: Matrix<"T", "D">,
  x: Matrix<"T", "D">,
  epsilon: number,
  gain: Vector<"D">,
  bias?: Vector<"D">,
): Bound {
  const D = x.shape[1];
  const { off } = standard(x, bias !== undefined, epsilon);
  return (i) => {
    const [t, d] = [Math.floor(i / D), i % D];
    const rest = 2 * (Math.abs(wanted.get(t, d)) + Math.abs(bias?.get(d) ?? 0));
    return Math.abs(gain.get(d)) * off(t, d) + rest * u + 2 * eta;
  };
}

/** The other element of a pair. */
export function partner(c: number, { K, pairing }: Rotation): number {
  if (pairing === "interleaved") return c % 2 === 0 ? c + 1 : c - 1;
  return c % K < K / 2 ? c + K / 2 : c - K / 2;
}

/** Cosine and sine are rounded, so are the two products and their sum: 3 u of each of the two. */
export const rotaryBound =
  (x: Matrix, rotation: Rotation): Bound =>
  (i) => {
    const H = x.shape[1];
    const [t, c] = [Math.floor(i / H), i % H];
    return 3.01 * u * (Math.abs(x.get(t, c)) + Math.abs(x.get(t, partner(c, rotation)))) + 2 * eta;
  };

/** How far the greatest of a row is above the least. */
export const span = (z: Matrix, t: number): number => {
  const values = Array.from({ length: z.shape[1] }, (_, v) => z.get(t, v));
  return Math.max(...values) - Math.min(...values);
};

/** log Σ moves by as much as the sum does, relative: u |z − top| of each argument, 2 u of exp, V u of adding; float64 from there. */
export const lossBound =
  (wanted: Vector, z: Matrix): Bound =>
  (t) =>
    (span(z, t) + 2 + z.shape[1]) * u * 1.001 + u * Math.abs(wanted.get(t));
