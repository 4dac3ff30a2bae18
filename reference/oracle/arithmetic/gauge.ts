// How far a number may be off: each operation with the roundings that a machine of a model may make in it.
// docs/bounds.md states and proves every line, in the order in which they stand here and in the files named gauge-*.ts.
import type { FloatFormat } from "../float-formats.ts";
import type { Model } from "../model.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { activations } from "./gauge-activations.ts";
import { functions } from "./gauge-functions.ts";
import { weightedMean } from "./gauge-means.ts";
import { moments } from "./gauge-moments.ts";
import { operations } from "./gauge-operations.ts";
import { sums } from "./gauge-sums.ts";
import { type Gauged as Bounded, isZero, lost, rounding } from "./rounding.ts";

/** A number, and how far any machine of the model may be from it. */
export type Gauged = Bounded;

/** The arithmetic of what a machine of that model may be off. */
export function gauges(model: Model): Arithmetic<Gauged> {
  const of = rounding(model);
  const single = operations(of);
  const summed = sums(of);
  return {
    stored: of.stored,
    isZero,
    near: (x) => x.value,
    ...single,
    ...summed,
    moments: (n, x) => moments(of, summed, n, x),
    weightedMean: (n, w, x) => weightedMean(of, n, w, x),
    ...functions(of),
    ...activations(of, single),
    respelled: (x, y) => ({
      value: x.value,
      error: x.error + y.error,
      variance: x.variance + y.variance,
      unit: Math.min(x.unit, y.unit),
    }),
    // of no unit: it is a number that was rounded
    fixed: (x) => ({ value: x.value, error: 0, variance: 0, unit: 0 }),
    either: (x, y) => ({
      value: x.value,
      error: Math.max(x.error, y.error),
      variance: Math.max(x.variance, y.variance),
      unit: Math.min(x.unit, y.unit),
    }),
    kept: (x) => within(model.kept, of.into(model.kept, x)),
    result: (x) => of.into(model.out, x),
  };
}

/** x, or nothing known of it where it may be beyond the largest number of the format. */
const within = (format: FloatFormat, x: Gauged): Gauged =>
  Number.isFinite(x.value) && Math.abs(x.value) + x.error > format.max ? lost(x.value) : x;
