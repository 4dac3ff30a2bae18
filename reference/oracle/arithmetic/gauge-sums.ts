// Sums and products summed, in any order or in the declared one. docs/bounds.md, section 4.
import { exactSum } from "../../double-double.ts";
import { height } from "../model.ts";
import type { Arithmetic, Row } from "./arithmetic.ts";
import {
  certain,
  type Gauged,
  handedOn,
  isZero,
  lost,
  type Rounding,
  share,
  TF32,
  ZERO,
} from "./rounding.ts";

export type Sums = Pick<Arithmetic<Gauged>, "sum" | "dot">;

export function sums(of: Rounding): Sums {
  const { off } = of;
  const skips = (x: Gauged, y: Gauged): boolean => isZero(x) && Number.isFinite(y.value) && off(y) < Infinity;

  const dot = (n: number, x: Row<Gauged>, y: Row<Gauged>, last?: Gauged): Gauged => {
    const all = accumulation(of, 1);
    for (let i = 0; i < n; i++) {
      const [p, q] = [x(i), y(i)];
      if (skips(p, q) || skips(q, p)) continue;
      const [a, b] = [Math.abs(p.value), Math.abs(q.value)];
      const [cp, cq] = [cut(of, p), cut(of, q)];
      const [ep, eq] = [off(p) + cp, off(q) + cq];
      all.take(
        p.value * q.value,
        handedOn(a, eq) + handedOn(b, ep) + share(ep, eq),
        share(a * a, q.variance + cq * cq) +
          share(b * b, p.variance + cp * cp) +
          share(p.variance, q.variance),
        share(p.unit, q.unit),
      );
    }
    const bias = last && !isZero(last) ? last : undefined;
    return all.result(n, bias);
  };
  const sum = (n: number, x: Row<Gauged>): Gauged => {
    const all = accumulation(of, 0);
    for (let i = 0; i < n; i++) {
      const term = x(i);
      if (!isZero(term)) all.take(term.value, off(term), term.variance, term.unit);
    }
    return all.result(n);
  };
  return { sum, dot };
}

/** Of the factors of a product, those with more bits than the units that cut them keep. */
export const cut = ({ model, fits }: Rounding, x: Gauged): number =>
  model.cutsFactors && !fits(x.unit, Math.abs(x.value), TF32)
    ? (Math.abs(x.value) + x.error) * 2 * TF32.u + TF32.eta
    : 0;

/** A sum as it grows, of terms (0) or of products, which may round too (1). */
function accumulation(of: Rounding, products: 0 | 1) {
  const { model, u, max, least, growth, fits, off, gauged, exact } = of;
  const { structure, truncates, flushesSubnormals, accumulator } = model;
  const ordered = !truncates && (structure === "sequential" || structure === "fma");
  const partial: number[] = []; // sums so far, where the order is declared
  let [count, value, rest, error, variance, unit, finite] = [0, 0, 0, 0, 0, Infinity, true];
  let [above, below, squares] = [0, 0, 0];

  function take(term: number, termError: number, termVariance: number, termUnit: number): void {
    const next = exactSum(value, term);
    [value, rest, count] = [next.hi, rest + next.lo, count + 1];
    error += termError;
    variance += termVariance;
    unit = Math.min(unit, termUnit);
    finite &&= Number.isFinite(term);
    const size = Math.abs(term) + termError;
    if (term > 0) above += size;
    else below += size;
    squares += size * size;
    if (ordered) partial.push(value);
  }

  /** How many roundings a term goes through at most; n terms were given, those that are 0 included. */
  const roundings = (n: number, biased: 0 | 1): number => {
    const levels = truncates ? n : height(structure, n);
    return Math.max(0, Math.min(count + products - 1, levels + products - 1 + biased));
  };

  function result(n: number, bias?: Gauged): Gauged {
    const path = [...partial];
    if (bias) take(bias.value, off(bias), bias.variance, bias.unit);
    const total = Number.isFinite(value) && Number.isFinite(rest) ? value + rest : value;
    const size = above + below;
    if (count === 0) return ZERO;
    if (!finite) return certain(total);
    const smallest = flushesSubnormals ? accumulator.tiny : 0;
    if (error === 0 && fits(unit, size) && unit >= smallest) return exact(total, unit);
    const grown = growth(roundings(n, bias ? 1 : 0));
    if (!(size * (1 + grown) <= max)) return lost(total);
    const fused = structure === "fma" || products === 0;
    const along = ordered
      ? u * (farthest(path, bias?.value ?? 0) + count * (error + grown * size) + (fused ? 0 : size))
      : Infinity;
    const moved = Math.min(grown * size, along);
    const under = (flushesSubnormals ? 2 : 1) * count * least * (1 + grown);
    return gauged(total, error + moved + under, variance + chance(total, moved));
  }

  /** The variance of the roundings: in no order is a partial sum farther from 0 than the terms of one sign are. */
  function chance(total: number, moved: number): number {
    const highest = Math.max(above, below);
    const bias = model.cutsFactors && products === 1 ? 2 * TF32.u * total : 0; // cutting off has a direction
    if (truncates) return (moved * moved) / 9 + (bias * bias) / 16;
    return (u * u * (count * highest * highest + squares)) / 3 + (bias * bias) / 16;
  }
  return { take, result };
}

/** Σ |partial sums|, taken up or down, with the bias first or last: the greatest of the four. */
function farthest(path: readonly number[], bias: number): number {
  const whole = path.at(-1) ?? 0;
  let [up, upFirst, down, downFirst] = [Math.abs(whole + bias), 0, Math.abs(whole + bias), 0];
  let before = 0;
  for (const sum of path) {
    up += Math.abs(sum);
    upFirst += Math.abs(bias + sum);
    down += Math.abs(whole - before);
    downFirst += Math.abs(bias + whole - before);
    before = sum;
  }
  return Math.max(up, upFirst, down, downFirst);
}
