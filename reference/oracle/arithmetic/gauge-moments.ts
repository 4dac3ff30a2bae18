// The mean and the variance of a row, in two passes or by parts that are put together. docs/bounds.md, section 6.
import { exactSum } from "../../double-double.ts";
import { log } from "../../elementary.ts";
import { height } from "../model.ts";
import type { Row } from "./arithmetic.ts";
import type { Sums } from "./gauge-sums.ts";
import { certain, type Gauged, lost, type Rounding, ZERO } from "./rounding.ts";

const U64 = 1.1102230246251565e-16;
const log2 = (n: number): number => log(n) / Math.LN2;

/** The mean, and the mean square of what is left of x without it. */
export function moments(of: Rounding, { sum }: Sums, n: number, x: Row<Gauged>) {
  const { model, u, least, growth, gauged } = of;
  const row = sizesOf(n, x);
  const { mean, sizes, blur } = row;
  if (!Number.isFinite(mean)) return { mean: certain(mean), variance: certain(Number.NaN) };
  if (sizes === 0) return { mean: ZERO, variance: ZERO };
  if (n === 1) return { mean: x(0), variance: ZERO };
  const whole = sum(n, x);
  if (whole.error === Infinity) return { mean: lost(mean), variance: lost(around(n, x, mean).squares / n) };
  const levels = model.truncates ? n : height(model.structure, n);
  const error = (blur + growth(levels + 2 + 3 * log2(n)) * sizes) / n + 3 * least;
  const chance = whole.variance / (n * n);
  return {
    mean: gauged(mean, error, chance + u * u * mean * mean),
    variance: variance(of, n, x, row, levels, chance),
  };
}

interface Sizes {
  readonly mean: number;
  /** Σ |x|, and the largest |x|, with what each x is off */
  readonly sizes: number;
  readonly largest: number;
  /** what the x are off, together */
  readonly blur: number;
}

function variance(
  of: Rounding,
  n: number,
  x: Row<Gauged>,
  row: Sizes,
  levels: number,
  chance: number,
): Gauged {
  const { u, max, least, growth, gauged } = of;
  const { squares, moved, spread } = around(n, x, row.mean);
  const [value, typical] = [squares / n, row.sizes / n];
  const off = drift(of, n, row, levels);
  const shifted = 2 * off * Math.sqrt((squares + moved) / n) + off * off;
  const all = value + moved / n + shifted;
  const rounding = growth(levels + 8) * all;
  if (!(n * (all + rounding) <= max)) return lost(value);
  const independent = (value * value * (n / 3 + 8) + 2 * value * typical * typical) * ((u * u) / 3);
  return gauged(
    value,
    moved / n + shifted + rounding + 3 * least,
    spread / (n * n) + independent + 3 * chance * chance,
  );
}

/** How far the means of parts are off on their way, in the mean that the variance needs. */
function drift({ growth }: Rounding, n: number, { sizes, largest }: Sizes, levels: number): number {
  const [grown, doublings] = [growth(levels + 3 * log2(n)), log2(n)];
  const inAnyOrder = growth(1) * sizes * Math.min(2.4, 1 + 7.5 / Math.sqrt(n)) * (1 + grown);
  const inATree = 2 * grown * largest * Math.sqrt(Math.max(1, doublings / 4));
  return Math.min(inAnyOrder, inATree);
}

function sizesOf(n: number, x: Row<Gauged>): Sizes {
  let [value, rest, sizes, largest, blur] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const term = x(i);
    const next = exactSum(value, term.value);
    [value, rest] = [next.hi, rest + next.lo];
    const size = Math.abs(term.value) + term.error;
    sizes += size;
    blur += term.error;
    largest = Math.max(largest, size);
  }
  return { mean: Number.isFinite(value) ? (value + rest) / n : value, sizes, largest, blur };
}

/** Σ c² with c = x − mean; how far the errors of x move it; and its variance. */
function around(n: number, x: Row<Gauged>, mean: number) {
  let [squares, moved, spread] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const { value, error, variance } = x(i);
    const [c, blur] = [Math.abs(value - mean), 2 * U64 * (Math.abs(value) + Math.abs(mean))];
    squares += c * c;
    moved += 2 * c * (error + blur) + (error + blur) * (error + blur);
    spread += 4 * c * c * variance;
  }
  return { squares, moved, spread };
}
