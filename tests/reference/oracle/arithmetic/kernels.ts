// Kernels as they are found in the wild, in float32: each is right, and each goes another way than the operators here do.
import { cos, exp, log, sin } from "../../../../reference/elementary.ts";
import type { Case } from "../../../../reference/oracle/case.ts";
import type { Outputs } from "../../../../reference/oracle/evaluate.ts";
import { FORMATS, roundedTo } from "../../../../reference/oracle/float-formats.ts";

const round = Math.fround;
const U = 1 / 0x1000000;
/** exp as far off as four roundings are. */
const roughExp = (x: number): number => round(exp(x) * (1 + 3 * U));
const roughLog = (x: number): number => round(log(x) * (1 + 3 * U));
const bf16 = (x: number): number => roundedTo(FORMATS.BF16, x);

const columns = (given: Case, name: string): number => given.inputs[name]?.shape.at(-1) ?? 0;
const at = (given: Case, name: string, r: number, c: number): number =>
  given.inputs[name]?.numbers[r * columns(given, name) + c] ?? Number.NaN;
const rowsOf = (given: Case, name: string): number => given.inputs[name]?.shape[0] ?? 0;
const row = (given: Case, name: string, r: number): readonly number[] =>
  Array.from({ length: columns(given, name) }, (_, c) => at(given, name, r, c));
const sumOf = (terms: readonly number[]): number => terms.reduce((sum, term) => round(sum + term), 0);

/** Layer norm whose moments come from one pass, number after number. @see Welford 1962 */
export const layerNormByWelford = (given: Case): Outputs<number> => ({ y: normed(given, welford) });

/** Layer norm whose moments are those of halves, put together. @see Chan, Golub and LeVeque 1983 */
export const layerNormByHalves = (given: Case): Outputs<number> => ({ y: normed(given, halves) });

export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly squares: number;
}

function normed(given: Case, moments: (x: readonly number[]) => Moments): readonly number[] {
  return Array.from({ length: rowsOf(given, "x") }, (_, t) => row(given, "x", t)).flatMap((x) => {
    const { n, mean, squares } = moments(x);
    const variance = round(squares / n);
    const over = round(1 / round(Math.sqrt(round(variance + (given.attributes["epsilon"] as number)))));
    return x.map((value, d) =>
      round(round(round(round(value - mean) * over) * at(given, "gain", 0, d)) + at(given, "bias", 0, d)),
    );
  });
}

/** The moments number after number: Σ (x − mean)² grows by both distances from the mean, the one before and the one after. */
export function welford(x: readonly number[]): Moments {
  let [mean, squares] = [0, 0];
  for (const [k, value] of x.entries()) {
    const away = round(value - mean);
    mean = round(mean + round(away * round(1 / (k + 1))));
    squares = round(squares + round(away * round(value - mean)));
  }
  return { n: x.length, mean, squares };
}

export function halves(x: readonly number[]): Moments {
  if (x.length <= 1) return { n: x.length, mean: x[0] ?? 0, squares: 0 };
  const [a, b] = [halves(x.slice(0, x.length >> 1)), halves(x.slice(x.length >> 1))];
  const n = a.n + b.n;
  const away = round(b.mean - a.mean);
  const mean = round(a.mean + round(away * round(b.n / n)));
  const between = round(round(away * away) * round((a.n * b.n) / n));
  return { n, mean, squares: round(round(a.squares + b.squares) + between) };
}

/** Softmax that goes through a row once and brings what it has to each new greatest number. @see Milakov and Gimelshein 2018 */
export function softmaxOnline(given: Case): Outputs<number> {
  const p = Array.from({ length: rowsOf(given, "x") }, (_, r) => row(given, "x", r)).flatMap((x) => {
    let [top, total] = [-Infinity, 0];
    for (const value of x) {
      const next = Math.max(top, value);
      total = round(round(total * roughExp(round(top - next))) + roughExp(round(value - next)));
      top = next;
    }
    return x.map((value) => round(roughExp(round(value - top)) * round(1 / total)));
  });
  return { p };
}

/** Softmax as what attention's gradients recompute: 2^(x log2 e − L log2 e) with L = top + log Σ. */
export function softmaxThroughLogSum(given: Case): Outputs<number> {
  const scale = round(Math.LOG2E);
  const p = Array.from({ length: rowsOf(given, "x") }, (_, r) => row(given, "x", r)).flatMap((x) => {
    const top = Math.max(...x);
    const total = sumOf(x.map((value) => roughExp(round(value - top))));
    const whole = round(top + roughLog(total));
    return x.map((value) => roughExp(round(round(value * scale) - round(whole * scale)) * Math.LN2));
  });
  return { p };
}

/** The loss in powers of two. */
export function crossEntropyInPowersOfTwo(given: Case): Outputs<number> {
  const scale = round(Math.LOG2E);
  const loss = Array.from({ length: rowsOf(given, "z") }, (_, t) => {
    const z = row(given, "z", t);
    const top = Math.max(...z);
    const powers = z.map((value) => roughExp(round(round(value * scale) - round(top * scale)) * Math.LN2));
    return round(round(top + roughLog(sumOf(powers))) - (z[given.inputs["targets"]?.numbers[t] ?? 0] ?? 0));
  });
  return { loss };
}

/** How a kernel of attention keeps the weights that it multiplies v with. */
export type Weights = "whole" | "bf16" | "bf16, divided before";

/** Attention, one head, key after key: each new greatest score rescales what was summed; the divisor has whole weights. */
export function attendOnline(given: Case, weights: Weights): Outputs<number> {
  const K = columns(given, "q");
  const [T, S] = [rowsOf(given, "q"), rowsOf(given, "k")];
  const scale = round(1 / Math.sqrt(K));
  const y = Array.from({ length: T }, (_, t) => {
    const seen = S - T + t + 1;
    const scores = Array.from({ length: seen }, (_, s) => {
      const score = round(sumOf(row(given, "q", t).map((q, i) => round(q * at(given, "k", s, i)))) * scale);
      return weights === "whole" ? score : bf16(score);
    });
    return weights === "bf16, divided before"
      ? divided(given, scores, K)
      : online(given, scores, K, weights === "bf16" ? bf16 : (x) => x);
  });
  return { y: y.flat() };
}

function online(given: Case, scores: readonly number[], K: number, kept: (x: number) => number) {
  let [top, total, sums] = [-Infinity, 0, Array.from({ length: K }, () => 0)];
  for (const [s, score] of scores.entries()) {
    const next = Math.max(top, score);
    const [old, fresh] = [roughExp(round(top - next)), roughExp(round(score - next))];
    total = round(round(total * old) + fresh);
    sums = sums.map((sum, i) => round(round(sum * old) + round(kept(fresh) * at(given, "v", s, i))));
    top = next;
  }
  return sums.map((sum) => round(sum * round(1 / total)));
}

function divided(given: Case, scores: readonly number[], K: number) {
  const top = Math.max(...scores);
  const powers = scores.map((score) => roughExp(round(score - top)));
  const total = sumOf(powers);
  const p = powers.map((power) => bf16(round(power / total)));
  return Array.from({ length: K }, (_, i) =>
    sumOf(p.map((weight, s) => round(weight * at(given, "v", s, i)))),
  );
}

/** Rotary positions whose frequencies come one from the other, by multiplication. */
export function rotaryByProducts(given: Case): Outputs<number> {
  const { K, start, base } = given.attributes as unknown as { K: number; start: number; base: number };
  const step = round(exp((-2 / K) * log(base)) * (1 + 3 * U));
  const H = columns(given, "x");
  const y: number[] = [];
  for (let t = 0; t < rowsOf(given, "x"); t++) {
    for (let head = 0; head < H; head += K) {
      let angle = start + t;
      for (let i = 0; i < K; i += 2) {
        const [c, s] = [round(cos(angle)), round(sin(angle))];
        const [p, q] = [at(given, "x", t, head + i), at(given, "x", t, head + i + 1)];
        y.push(round(round(p * c) - round(q * s)), round(round(p * s) + round(q * c)));
        angle = round(angle * step);
      }
    }
  }
  return { y };
}

/** SiLU as x / (1 + e^−x), with e^−x through a power of two. */
export const siluByQuotient = (given: Case): Outputs<number> => ({
  y: Array.from(given.inputs["x"]?.numbers ?? [], (x) => {
    const argument = round(-x * round(Math.LOG2E));
    return round(x * round(1 / round(1 + roughExp(argument * Math.LN2))));
  }),
});

/**
 * The gradient of a gated product as autograd of a narrow type has it: the forward pass stored its product before the gate
 * in that type, and so is dh ⊙ g; every sum and every product is in float32.
 */
export function gatedLinearBackward(given: Case): Outputs<number> {
  const narrow = (x: number): number => roundedTo(FORMATS[given.dtype], x);
  const [T, D, F] = [rowsOf(given, "x"), columns(given, "x"), rowsOf(given, "w")];
  const matrix = (rows: number, of: number, f: (r: number, c: number) => number): readonly number[] =>
    Array.from({ length: rows * of }, (_, i) => narrow(f(Math.floor(i / of), i % of)));
  const dot = (n: number, term: (i: number) => number): number =>
    sumOf(Array.from({ length: n }, (_, i) => round(term(i))));
  const e = matrix(T, F, (t, f) => round(at(given, "dh", t, f) * at(given, "g", t, f)));
  const up = matrix(T, F, (t, f) => dot(D, (d) => at(given, "x", t, d) * at(given, "w", f, d)));
  return {
    dx: matrix(T, D, (t, d) => dot(F, (f) => (e[t * F + f] ?? 0) * at(given, "w", f, d))),
    dw: matrix(F, D, (f, d) => dot(T, (t) => (e[t * F + f] ?? 0) * at(given, "x", t, d))),
    dg: matrix(T, F, (t, f) => round(at(given, "dh", t, f) * (up[t * F + f] ?? 0))),
  };
}
