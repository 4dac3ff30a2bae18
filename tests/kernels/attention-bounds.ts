// How far float32 attention and its slopes may be from the truth, element by element: roundings counted, never fitted.
import { type Matrix, matrix, sum } from "../../reference/tensor.ts";
import { eta, u } from "./float32.ts";

export interface Heads {
  readonly q: Matrix<"T", "N·K">;
  readonly k: Matrix<"S", "G·K">;
  readonly v: Matrix<"S", "G·K">;
  readonly dy: Matrix<"T", "N·K">;
  readonly K: number;
}

/** One row of attention, of head n at position t: its weights, how far they are off, relative, and where it reads. */
interface Row {
  readonly t: number;
  readonly query: number;
  readonly key: number;
  readonly seen: number;
  readonly p: readonly number[];
  readonly rho: number;
}

/** A margin for products of bounds, and what an exponential that underflows may be off. */
const MORE = 1.01;
const LEAST = 4 * eta;

/**
 * A score is off by K u of Σ |q k| / √K, and u each for the root and the ratio; then x − top rounds: u |x − top|. Each of
 * that counts twice, above and below the bar of the softmax. exp is 2 u off, the sum of the weights `seen` u, the ratio u.
 */
function row({ q, k, K }: Heads, t: number, n: number): Row {
  const [[T, NK], [S, GK]] = [q.shape, k.shape];
  const [query, key, seen] = [n * K, Math.floor((n * GK) / NK) * K, S - T + t + 1];
  const at = (f: (x: number) => number, s: number): number =>
    sum(K, (i) => f(q.get(t, query + i) * k.get(s, key + i))) / Math.sqrt(K);
  const all = Array.from({ length: seen }, (_, s) => s);
  const scores = all.map((s) => at((x) => x, s));
  const top = Math.max(...scores);
  const e = scores.map((score) => Math.exp(score - top)); // Math.exp will do for a bound
  const total = e.reduce((a, b) => a + b, 0);
  const off = all.map((s) => (K + 2) * u * at(Math.abs, s) + u * Math.abs((scores[s] ?? 0) - top) + K * eta);
  const rho = MORE * (2 * Math.max(...off) + (2 + seen + 2) * u);
  return { t, query, key, seen, p: e.map((value) => value / total), rho };
}

const everyRow = (given: Heads): readonly Row[] => {
  const [T, NK] = given.q.shape;
  return Array.from({ length: (T * NK) / given.K }, (_, r) => row(given, r % T, Math.floor(r / T)));
};

/** Weights that add up to 1 and are off by ρ move y by how far the values are from y; then `seen` products and sums. */
export function forwardBound(given: Heads): Matrix {
  const { v, K, q } = given;
  const bound = matrix(q.shape[0], q.shape[1], () => 0);
  for (const { t, query, key, seen, p, rho } of everyRow(given))
    for (let i = 0; i < K; i++) {
      const value = (s: number): number => v.get(s, key + i);
      const y = sum(seen, (s) => (p[s] ?? 0) * value(s));
      const around = sum(seen, (s) => (p[s] ?? 0) * Math.abs(value(s) - y));
      const whole = sum(seen, (s) => ((p[s] ?? 0) + eta / u) * Math.abs(value(s)) + eta / u);
      bound.set(t, query + i, rho * around + MORE * (seen + 1) * u * whole);
    }
  return bound;
}

/**
 * dp[s] = Σ dy v is off by K u of Σ |dy v|; the mean Σ p dp by ρ and (seen + 1) u of Σ p |dp| and by what dp is off. a =
 * p (dp − mean) / √K is off by ρ of itself, by p of what dp and the mean are off, and rounds four times. Then dq, dk and
 * dv are sums of products: n terms, n u of their absolute values, besides what a or p is off.
 */
export function backwardBounds(given: Heads): readonly [Matrix, Matrix, Matrix] {
  const { q, k, v, dy, K } = given;
  const [dq, dk, dv] = [q, k, v].map((x) => matrix(x.shape[0], x.shape[1], () => 0)) as [
    Matrix,
    Matrix,
    Matrix,
  ];
  const add = (x: Matrix, r: number, c: number, more: number): void => {
    x.set(r, c, x.get(r, c) + more);
  };
  const terms = (q.shape[0] * q.shape[1]) / k.shape[1]; // how many rows may add to one slope of k or v
  for (const { t, query, key, seen, p, rho } of everyRow(given)) {
    const along = (f: (x: number) => number, s: number): number =>
      sum(K, (i) => f(dy.get(t, query + i) * v.get(s, key + i)));
    const dp = p.map((_, s) => along((x) => x, s));
    const offDp = p.map((_, s) => K * u * along(Math.abs, s) + LEAST);
    const mean = sum(seen, (s) => (p[s] ?? 0) * (dp[s] ?? 0));
    const offMean = sum(
      seen,
      (s) => (p[s] ?? 0) * ((rho + (seen + 1) * u) * Math.abs(dp[s] ?? 0) + (offDp[s] ?? 0)),
    );
    for (let s = 0; s < seen; s++) {
      const [weight, slope] = [p[s] ?? 0, Math.abs((dp[s] ?? 0) - mean)];
      const a = (weight * slope) / Math.sqrt(K);
      const offA =
        (MORE * ((rho + 4 * u) * weight * slope + weight * ((offDp[s] ?? 0) + offMean))) / Math.sqrt(K) +
        LEAST * (1 + slope);
      const offP = rho * weight + LEAST;
      for (let i = 0; i < K; i++) {
        const [queried, keyed, wanted] = [q.get(t, query + i), k.get(s, key + i), dy.get(t, query + i)].map(
          Math.abs,
        );
        add(dq, t, query + i, MORE * (offA + (seen + 1) * u * a) * (keyed ?? 0) + LEAST);
        add(dk, s, key + i, MORE * (offA + (terms + 1) * u * a) * (queried ?? 0) + LEAST);
        add(dv, s, key + i, MORE * (offP + (terms + 1) * u * weight) * (wanted ?? 0) + LEAST);
      }
    }
  }
  return [dq, dk, dv];
}
