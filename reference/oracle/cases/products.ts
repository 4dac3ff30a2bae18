// Cases of the products. Exact ones find every term that is lost, doubled, misplaced or read from elsewhere; bounded ones
// find lost digits; special ones what is done to NaN, infinities and numbers that are hardly there.
import type { Case, Input, Lying } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import { caseOf, coded, type Extra, type Maker, oneHot, powerOfTwo, withNumbers } from "./making.ts";

/** A product over I terms as its inputs, whichever operator it is of. */
type Shaper = (
  make: Maker,
  x: Input,
  weights: (shape: readonly number[]) => Input,
  O: number,
  rest: Rest,
) => Readonly<Record<string, Input | undefined>>;

interface Rest {
  /** of [T, O]: a bias in its first row, or a gate */
  readonly beside?: (shape: readonly number[]) => Input;
}

interface Family {
  readonly op: string;
  readonly skips: boolean;
  readonly shaped: Shaper;
  /** the tensor of weights, and of what stands beside */
  readonly weights: string;
  /** whether its weights are [O, I] */
  readonly turned: boolean;
}

const linearShape: Shaper = (_, x, weights, O, { beside }) => ({
  x,
  w: weights([x.shape[1] ?? 0, O]),
  b: beside?.([O]),
});
const gatedShape: Shaper = (make, x, weights, O, { beside }) => ({
  x,
  w: weights([O, x.shape[1] ?? 0]),
  g: beside?.([x.shape[0] ?? 0, O]) ?? make.of([x.shape[0] ?? 0, O], () => 1),
});
const unembedShape: Shaper = (_, x, weights, O) => ({ x, table: weights([O, x.shape[1] ?? 0]) });

const FAMILIES: readonly Family[] = [
  { op: "linear", skips: false, shaped: linearShape, weights: "w", turned: false },
  { op: "activeLinear", skips: true, shaped: linearShape, weights: "w", turned: false },
  { op: "gatedLinear", skips: false, shaped: gatedShape, weights: "w", turned: true },
  { op: "activeGatedLinear", skips: true, shaped: gatedShape, weights: "w", turned: true },
  { op: "unembed", skips: false, shaped: unembedShape, weights: "table", turned: true },
];

/** Sizes next to those that lanes, unrolled loops and tiles are made for: terms and outputs. */
const TAILS: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 3],
  [3, 17],
  [5, 9],
  [7, 33],
  [9, 4],
  [15, 31],
  [17, 8],
  [31, 5],
  [33, 15],
  [63, 7],
  [65, 2],
  [129, 3],
  [8, 129],
];

export const productCases = (dtype: FloatDtype): readonly Case[] =>
  FAMILIES.flatMap((family) => [
    ...exact(family, dtype),
    ...bounded(family, dtype),
    ...special(family, dtype),
  ]);

function exact({ op, shaped, weights, turned }: Family, dtype: FloatDtype): readonly Case[] {
  const whole = (T: number, I: number, O: number) => (make: Maker) => {
    const most = I > 60 ? 1 : 2;
    return shaped(make, make.whole([T, I], most, 0.7), (s) => make.whole(s, most, 0.8), O, {
      beside: (s) => make.whole(s, 3),
    });
  };
  const made = (name: string, inputs: Parameters<typeof caseOf>[4], extra: Extra = {}): Case =>
    caseOf(op, dtype, "exact", name, inputs, extra);
  const laid = (name: string, layout: Record<string, Lying>): Case =>
    made(name, whole(3, 13, 11), { layout });
  const pitches = { x: { pitch: 16 }, [weights]: { pitch: turned ? 17 : 12 } };
  return [
    ...TAILS.map(([I, O]) => made(`tails-${I}-${O}`, whole(2, I, O))),
    made("sequence", whole(4, 21, 13), { sequence: true }),
    made("one-token", whole(1, 27, 22)),
    made("no-token", whole(0, 5, 3)),
    made("no-input", whole(2, 0, 5)),
    made("no-output", whole(2, 5, 0)),
    made("plain", (make) => shaped(make, make.whole([3, 10], 2), (s) => make.whole(s, 2), 6, {})),
    made("each-weight", (make) => shaped(make, oneHot(make, 13, 13), (s) => coded(make, s), 9, {})),
    // a square one hides no orientation, and what counts to 256 meets more
    made("square", (make) => shaped(make, oneHot(make, 11, 11), (s) => coded(make, s, 127), 11, {})),
    made("many-outputs", whole(2, 4, 301)),
    made("many-rows", whole(37, 5, 3)),
    made("last-alone", (make) => shaped(make, lastAlone(make, [1, 2, 4, 19]), (s) => coded(make, s), 10, {})),
    made("powers-of-two", (make) =>
      shaped(
        make,
        make.of([2, 12], (i) => (i % 3 === 0 ? 0.25 : -4)),
        (s) => make.whole(s, 1),
        7,
        {
          beside: (s) => make.whole(s, 2),
        },
      ),
    ),
    laid("apart", pitches),
    laid("unaligned", { x: { misaligned: 1 }, [weights]: { misaligned: 3 } }),
    laid("unaligned-apart", { x: { misaligned: 5, pitch: 14 }, [weights]: { misaligned: 7 } }),
  ];
}

/** Rows whose last n columns alone are not zero, for each n. */
const lastAlone = (make: Maker, counts: readonly number[]): Input => {
  const columns = 19;
  return make.of([counts.length, columns], (i) =>
    i % columns >= columns - (counts[Math.floor(i / columns)] ?? 0) ? 1 : 0,
  );
};

function bounded({ op, shaped }: Family, dtype: FloatDtype): readonly Case[] {
  const made = (name: string, inputs: Parameters<typeof caseOf>[4], extra: Extra = {}): Case =>
    caseOf(op, dtype, "bounded", name, inputs, extra);
  const alive = (make: Maker, shape: readonly number[], share: number): Input =>
    make.of(shape, () => (make.draw.uniform() < share ? Math.abs(make.draw.normal()) : 0));
  const cases = [
    made(
      "random",
      (make) =>
        shaped(make, make.normal([3, 67]), (s) => make.normal(s, 0.125), 29, {
          beside: (s) => make.normal(s),
        }),
      { random: true, sequence: true },
    ),
    made("long", (make) => shaped(make, make.normal([1, 515]), (s) => make.normal(s), 7, {}), {
      random: true,
    }),
    made(
      "sparse",
      (make) =>
        shaped(make, alive(make, [4, 131], 0.08), (s) => make.normal(s), 17, {
          beside: (s) => alive(make, s, 0.3),
        }),
      { random: true },
    ),
    made("exponents", (make) =>
      shaped(make, make.spread([2, 41], -6, 4), (s) => make.spread(s, -5, 3), 9, {}),
    ),
    made("cancelling", (make) => cancelling(make, shaped)),
    made("one-sign", (make) =>
      shaped(
        make,
        make.of([2, 259], () => 1.1),
        (s) => make.of(s, () => 0.7),
        5,
        {},
      ),
    ),
    made("tiny-terms", (make) => shaped(make, tinyRows(make), (s) => make.normal(s), 11, {})),
  ];
  if (dtype === "F16") cases.push(made("climbing", (make) => climbing(make, shaped)));
  return cases;
}

/** One number a row, each far smaller than the one before: whatever is taken for zero, some row is lost. */
const tinyRows = (make: Maker): Input => {
  const steps = make.dtype === "F16" ? [11, 14, 17, 20, 22, 24] : [13, 20, 30, 50, 80, 120];
  return make.of([6, 24], (i) => (i % 24 === 3 ? powerOfTwo(-(steps[Math.floor(i / 24)] ?? 0)) : 0));
};

/** Each pair of terms leaves a hundredth of itself. */
const cancelling = (make: Maker, shaped: Shaper): ReturnType<Shaper> => {
  const half = make.normal([2, 40]);
  const x = make.of([2, 80], (i) => half.numbers[Math.floor(i / 80) * 40 + ((i % 80) % 40)] ?? 0);
  return shaped(
    make,
    x,
    ([rows = 0, columns = 0]) => {
      const along = rows === 80 ? rows : columns;
      const across = rows === 80 ? columns : rows;
      const first = make.normal([40, across]);
      const at = (i: number, o: number): number => {
        const value = first.numbers[(i % 40) * across + o] ?? 0;
        return i < 40 ? value : -value * (i % 7 === 0 ? 1.0625 : 1);
      };
      return make.of([rows, columns], (j) => {
        const [r, c] = [Math.floor(j / columns), j % columns];
        return along === rows ? at(r, c) : at(c, r);
      });
    },
    6,
    {},
  );
};

/** Partial sums that leave the range of F16, and a result that does not. */
const climbing = (make: Maker, shaped: Shaper): ReturnType<Shaper> =>
  shaped(
    make,
    make.of([1, 16], (i) => (i < 8 ? 192 : -192)),
    (s) => make.of(s, (i) => 128 + (i % 3)),
    5,
    {},
  );

function special(family: Family, dtype: FloatDtype): readonly Case[] {
  const { op, shaped, weights } = family;
  const made = (name: string, inputs: Parameters<typeof caseOf>[4]): Case =>
    caseOf(op, dtype, "special", name, inputs);
  const plain = (make: Maker) =>
    shaped(make, make.whole([3, 9], 2), (s) => make.whole(s, 2), 5, { beside: (s) => make.whole(s, 2) });
  const put = (name: string, places: Readonly<Record<number, number>>) => (make: Maker) => {
    const inputs = plain(make);
    const input = inputs[name];
    return { ...inputs, ...(input && { [name]: withNumbers(input, places) }) };
  };
  const behindZeros = (value: number) => (make: Maker) => {
    // column 2 of x is zero in every row: nobody who skips reads that row of the weights
    const inputs = shaped(
      make,
      make.of([3, 9], (i) => (i % 9 === 2 ? 0 : (i % 5) - 2)),
      (s) => make.whole(s, 2),
      5,
      // row 1 of a gated product is read by nobody: its gate is closed
      { beside: (s) => make.of(s, (i) => (s.length === 2 && i % 5 === 1 ? 0 : 1)) },
    );
    const w = inputs[weights];
    const columns = w?.shape[1] ?? 0;
    const places =
      family.turned && op !== "unembed"
        ? [columns + 1, columns + 4]
        : family.turned
          ? [2]
          : [2 * columns, 2 * columns + 3];
    return {
      ...inputs,
      ...(w && { [weights]: withNumbers(w, Object.fromEntries(places.map((i) => [i, value]))) }),
    };
  };
  const { smallest, largest } = extremes(dtype);
  return [
    made("nan-in-a-row", put("x", { 12: Number.NaN })),
    made("nan-in-weights", put(weights, { 7: Number.NaN })),
    made("infinite-input", put("x", { 3: Infinity, 22: -Infinity })),
    made("infinite-weight", put(weights, { 11: Infinity })),
    made("infinity-behind-zeros", behindZeros(Infinity)),
    made("nan-behind-zeros", behindZeros(Number.NaN)),
    made("negative-zeros", put("x", { 0: -0, 4: -0, 13: -0 })),
    made("subnormal", (make) =>
      shaped(make, oneHot(make, 3, 6), (s) => make.of(s, (i) => ((i % 11) - 5) * smallest), 4, {}),
    ),
    made("largest", (make) =>
      shaped(make, oneHot(make, 3, 6), (s) => make.of(s, (i) => (i % 2 === 0 ? 1 : -1) * largest), 4, {}),
    ),
  ];
}

/** The smallest and the largest number of a type. */
export const extremes = (dtype: FloatDtype): { readonly smallest: number; readonly largest: number } =>
  ({
    F64: { smallest: 5e-324, largest: Number.MAX_VALUE },
    F32: { smallest: 1.401298464324817e-45, largest: 3.4028234663852886e38 },
    F16: { smallest: 1 / 0x1000000, largest: 65504 },
    BF16: { smallest: 9.183549615799121e-41, largest: 3.3895313892515355e38 },
  })[dtype];
