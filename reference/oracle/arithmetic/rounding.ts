// What one rounding of a model may do, and numbers that know how far off they may be.
import { expm1 } from "../../elementary.ts";
import type { FloatFormat } from "../float-formats.ts";
import type { Model } from "../model.ts";
import { unitOf } from "./unit.ts";

/** A number, and how far any machine of the model may be from it. */
export interface Gauged {
  readonly value: number;
  /** |machine − truth| is at most this; Infinity where an intermediate may overflow */
  readonly error: number;
  /** the variance of machine − truth, were roundings independent */
  readonly variance: number;
  /** a power of two of which the value is a multiple, in every machine; 0 where there is none */
  readonly unit: number;
  /** of a row's greatest: how often powers may be brought to a new one, and how often they are, in order */
  readonly renewals?: { readonly most: number; readonly usual: number };
}

export const ZERO: Gauged = { value: 0, error: 0, variance: 0, unit: Infinity };
export const certain = (value: number): Gauged => ({ value, error: 0, variance: 0, unit: unitOf(value) });
export const isZero = (x: Gauged): boolean => x.value === 0 && x.error === 0;
/** Nothing is known but that value: a machine may have overflowed on its way. */
export const lost = (value: number): Gauged => ({ value, error: Infinity, variance: Infinity, unit: 0 });

/** a · b, where 0 times what has no bound is 0. */
export const share = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

/** What a factor of that size makes of an error; an unbounded one stays so beside a zero too, as 0 · Infinity is NaN. */
export const handedOn = (size: number, error: number): number =>
  error === Infinity ? Infinity : share(size, error);

/** Factors cut to 11 significant bits: float32 without its 13 last. */
export const TF32: FloatFormat = {
  precision: 11,
  u: 0.00048828125, // 2^-11
  eta: 1.1479437019748901e-41, // 2^-136
  tiny: 1.1754943508222875e-38,
  max: Infinity,
};

const U64 = 1.1102230246251565e-16;

export type Rounding = ReturnType<typeof rounding>;

/** The roundings of a model. docs/bounds.md, sections 2 and 3. */
export function rounding(model: Model) {
  const { accumulator, out, flushesSubnormals } = model;
  const { u, eta, tiny, max } = accumulator;
  const least = flushesSubnormals ? tiny : eta; // what a result may lose below the smallest normal number
  /** k roundings, one upon the other, are off by at most this, relative: e^(k u) − 1. */
  const growth = (k: number): number => expm1(k * u);

  const fits = (unit: number, size: number, format: FloatFormat = accumulator): boolean =>
    unit > 0 && size <= unit / format.u && size <= format.max && unit >= format.eta;
  const off = ({ value, error }: Gauged): number =>
    Math.abs(value) + error > max && Number.isFinite(value) ? Infinity : error;
  const gauged = (value: number, error: number, variance: number): Gauged =>
    Number.isFinite(value)
      ? { value, error: error + U64 * Math.abs(value), variance, unit: 0 }
      : { value, error: 0, variance: 0, unit: 0 };

  /** A number that is known to the bit, and is 0 instead where it is subnormal and those are flushed. */
  const exact = (value: number, unit: number, smallest = tiny): Gauged => {
    const size = Math.abs(value);
    return flushesSubnormals && size < smallest
      ? { value, error: size, variance: size * size, unit }
      : { value, error: 0, variance: 0, unit };
  };

  /** A number as it is given. Subnormal inputs may be taken for 0; a constant that no format here holds is rounded. */
  const stored = (value: number): Gauged => {
    const [unit, size] = [unitOf(value), Math.abs(value)];
    if (!Number.isFinite(value) || fits(unit, size) || fits(unit, size, out))
      return exact(value, unit, out.tiny);
    return gauged(value, u * size, (u * u * size * size) / 3);
  };

  /** The result of an operation whose arguments make it `error` off, and which then rounds `times` over. */
  const rounded = (value: number, error: number, variance: number, unit: number, times = 1): Gauged => {
    if (!Number.isFinite(value)) return certain(value);
    if (error === 0 && fits(unit, Math.abs(value))) return exact(value, unit);
    const moved = growth(times) * (Math.abs(value) + error);
    return gauged(value, error + moved + least, variance + (moved * moved) / 3);
  };

  /** x rounded to a format that may be narrower than the accumulator's. */
  const into = (format: FloatFormat, x: Gauged): Gauged => {
    const size = Math.abs(x.value);
    if (!Number.isFinite(x.value) || holds(format, accumulator)) return x;
    if (x.error === 0 && fits(x.unit, size, format)) return exact(x.value, x.unit, format.tiny);
    const moved = format.u * (size + x.error) + (flushesSubnormals ? format.tiny : format.eta / 2);
    return gauged(x.value, x.error + moved, x.variance + (moved * moved) / 3);
  };

  return { model, u, max, least, growth, fits, off, gauged, exact, stored, rounded, into };
}

/** Whether every number of the other format is one of this. */
export const holds = (format: FloatFormat, other: FloatFormat): boolean =>
  format.precision >= other.precision && format.eta <= other.eta && format.max >= other.max;
