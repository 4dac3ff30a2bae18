// Whether a case can tell anything: how far off are answers that nobody should let pass.
import { machine } from "./arithmetic/machine.ts";
import type { Case } from "./case.ts";
import { evaluate } from "./evaluate.ts";
import { type FloatDtype, type FloatFormat, FORMATS, roundedTo } from "./float-formats.ts";
import { judge } from "./judge.ts";
import { modelOf } from "./model.ts";
import type { ByOutput, Gauge, Truth } from "./truth.ts";
import { undecidedOf } from "./undecided.ts";

/**
 * How many times its bound the worst element is off: 1 or less passes. Infinity where the bits are fixed, or NaN or an
 * infinity is wanted, and something else was given.
 */
export interface Adequacy {
  /** of zeros */
  readonly zeroRatio: number;
  /** of the best constant, another one for each output */
  readonly constRatio: number;
  /** of the same computed in the next lower precision, inputs and result included */
  readonly lowPrecisionRatio: number;
}

export function adequacyOf(given: Case, truth: ByOutput<Truth>, gauge: ByOutput<Gauge>): Adequacy {
  const undecided = undecidedOf(given, modelOf({}, given.dtype));
  const ratioOf = (answer: ByOutput<Float64Array>): number => {
    const { ratio, verdict } = judge(given, answer, { truth, gauge, undecided });
    // just outside stays outside when it is shortened, and so does what no choice of neurons explains
    return shortened(verdict === "FAIL" ? Math.max(ratio, 1.01) : ratio);
  };
  const constants = Object.entries(truth).map(([name, { hi }]) =>
    constantRatio(hi, gauge[name]?.bound ?? hi),
  );
  return {
    zeroRatio: ratioOf(mapped(truth, ({ hi }) => new Float64Array(hi.length))),
    constRatio: shortened(Math.max(0, ...constants)),
    lowPrecisionRatio: ratioOf(inLowPrecision(given)),
  };
}

const mapped = <X, Y>(outputs: ByOutput<X>, f: (output: X) => Y): ByOutput<Y> =>
  Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, f(output)]));

/** Three digits: enough to be read, and the same in every engine. */
const shortened = (ratio: number): number => Number(ratio.toPrecision(3));

/**
 * How many times their bounds the elements are off the constant that suits them best: the greatest, over all pairs,
 * of |x − y| / (the sum of their bounds). Each step takes the pair that is worst for the ratio so far.
 */
export function constantRatio(hi: Float64Array, bound: Float64Array): number {
  const places = [...hi.keys()].filter((i) => bound[i] !== Infinity || !Number.isFinite(hi[i]));
  if (places.some((i) => !Number.isFinite(hi[i])))
    return places.every((i) => Object.is(hi[i], hi[places[0] ?? 0])) ? 0 : Infinity;
  const [x, off] = [(i: number): number => hi[i] ?? 0, (i: number): number => bound[i] ?? 0];
  for (let ratio = 0; ; ) {
    let [top, bottom] = [places[0] ?? 0, places[0] ?? 0];
    for (const i of places) {
      if (x(i) - ratio * off(i) > x(top) - ratio * off(top)) top = i;
      if (x(i) + ratio * off(i) < x(bottom) + ratio * off(bottom)) bottom = i;
    }
    const next = x(top) > x(bottom) ? (x(top) - x(bottom)) / (off(top) + off(bottom)) : 0;
    if (!(next > ratio)) return ratio;
    if (next === Infinity) return next;
    ratio = next;
  }
}

/** BF16 with three bits less. */
const FIVE_BITS: FloatFormat = {
  precision: 5,
  u: 0.03125, // 2^-5
  eta: 7.346839692639297e-40, // 2^-130
  tiny: FORMATS.BF16.tiny,
  max: 3.2964745486384224e38, // (2 − 2^-4) · 2^127
};

const LOWER: Readonly<Record<FloatDtype, FloatFormat>> = {
  F64: FORMATS.F32,
  F32: FORMATS.BF16,
  F16: FORMATS.BF16,
  BF16: FIVE_BITS,
};

function inLowPrecision(given: Case): ByOutput<Float64Array> {
  const low = LOWER[given.dtype];
  const model = { ...modelOf({}, given.dtype), accumulator: low, kept: low, out: low };
  const results = evaluate(given, { ...machine(model), stored: (x) => roundedTo(low, x) });
  return mapped(results, (numbers) => Float64Array.from(numbers));
}
