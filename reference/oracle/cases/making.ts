// How cases are made: numbers that are exact in a type, from streams that are named after their case, so that adding a
// case moves no other.
import { type Stream, stream } from "../../random.ts";
import type { Case, Input, Lying, Tier } from "../case.ts";
import { type FloatDtype, FORMATS, roundedTo } from "../float-formats.ts";
import type { Attributes } from "../picture.ts";

/** Makes tensors of one type; each draws from one stream, in the order of the calls. */
export interface Maker {
  readonly dtype: FloatDtype;
  readonly draw: Stream;
  /** f of each place, rounded to the type */
  of(shape: readonly number[], f: (i: number) => number): Input;
  /** from the normal distribution, times a scale */
  normal(shape: readonly number[], scale?: number): Input;
  /** whole numbers from −most to most; with `density`, the others are zero */
  whole(shape: readonly number[], most: number, density?: number): Input;
  /** random signs and exponents from 2^low to 2^high, all bits of the mantissa */
  spread(shape: readonly number[], low: number, high: number): Input;
  /** ids below V */
  ids(count: number, V: number): Input;
}

const SEED = 20231006; // the day of the paper's first version

/** 2^n */
export const powerOfTwo = (n: number): number => {
  let value = 1;
  for (let i = 0; i < Math.abs(n); i++) value *= n < 0 ? 0.5 : 2;
  return value;
};

export function maker(dtype: FloatDtype, name: string): Maker {
  const draw = stream(SEED, name);
  const format = FORMATS[dtype];
  const of = (shape: readonly number[], f: (i: number) => number): Input => ({
    shape,
    numbers: Float64Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) =>
      roundedTo(format, f(i)),
    ),
  });
  return {
    dtype,
    draw,
    of,
    normal: (shape, scale = 1) => of(shape, () => scale * draw.normal()),
    whole: (shape, most, density = 1) =>
      of(shape, () => {
        const value = draw.integer(2 * most + 1) - most;
        return density < 1 && draw.uniform() >= density ? 0 : value + 0;
      }),
    spread: (shape, low, high) =>
      of(shape, () => {
        const mantissa = 1 + draw.uniform();
        const sign = draw.uniform() < 0.5 ? -1 : 1;
        return sign * mantissa * powerOfTwo(low + draw.integer(high - low));
      }),
    ids: (count, V) => ({
      shape: [count],
      numbers: Float64Array.from({ length: count }, () => draw.integer(V)),
    }),
  };
}

/** What there is to a case besides its name and inputs. */
export interface Extra {
  readonly attributes?: Attributes;
  readonly layout?: Readonly<Record<string, Lying>>;
  readonly random?: boolean;
  readonly sequence?: boolean;
}

/** A case of an operator: `name` says what it is about, `inputs` makes its tensors. */
export function caseOf(
  op: string,
  dtype: FloatDtype,
  tier: Tier,
  name: string,
  inputs: (make: Maker) => Readonly<Record<string, Input | undefined>>,
  { attributes = {}, ...rest }: Extra = {},
): Case {
  const id = `${op}/${dtype.toLowerCase()}/${name}`;
  const made = Object.entries(inputs(maker(dtype, id))).filter(
    (entry): entry is [string, Input] => !!entry[1],
  );
  return { id, op, dtype, tier, attributes, inputs: Object.fromEntries(made), ...rest };
}

/** The input with some of its numbers put in the place of others. */
export function withNumbers(input: Input, places: Readonly<Record<number, number>>): Input {
  const numbers = Float64Array.from(input.numbers);
  for (const [i, value] of Object.entries(places)) numbers[Number(i)] = value;
  return { ...input, numbers };
}

/** A tensor that says where it was read: 1, 2, 3, … and over again before the type has gaps. */
export const coded = (make: Maker, shape: readonly number[], below = 251): Input =>
  make.of(shape, (i) => (i % below) + 1);

/** One row with a single number each, on a diagonal that runs through the columns. */
export const oneHot = (make: Maker, rows: number, columns: number, value = 1): Input =>
  make.of([rows, columns], (i) => (i % columns === Math.floor(i / columns) % columns ? value : 0));
