// The laws: another call, and what the first call's answer says that its answer is. No truth is needed.
import type { Numbers } from "../tensor.ts";
import type { Case, Input } from "./case.ts";
import { FORMATS, roundedTo } from "./float-formats.ts";
import { operation } from "./operations.ts";
import type { ByOutput } from "./truth.ts";

/** A law: another call, and what the first call's answer says that its answer is. */
export interface Law {
  readonly name: string;
  readonly applies: (given: Case) => boolean;
  /** the call it begins from, where that is not the one given */
  readonly from?: (given: Case) => Case;
  readonly other: (given: Case) => Case;
  readonly expected: (answer: ByOutput<Numbers>, given: Case) => ByOutput<Numbers>;
  /** whether bits may differ: where an order of a sum changes; where a power of two leaves subnormal numbers; nowhere */
  readonly differs: "by roundings" | "where numbers fade" | "never";
}

type Answer = ByOutput<Numbers>;

const withInputs = (
  given: Case,
  change: (input: Input, axes: readonly string[], name: string) => Input,
): Case => {
  const axesOf = operation(given.op).inputs;
  const entries = Object.entries(given.inputs).map(([name, input]): [string, Input] => [
    name,
    change(input, axesOf[name] ?? axesOf[`${name}?`] ?? [], name),
  ]);
  return { ...given, inputs: Object.fromEntries(entries) };
};

/** The input with the places of one axis in another order, or fewer of them. */
function picked(input: Input, axis: number, order: readonly number[]): Input {
  if (axis < 0) return input;
  const { shape, numbers } = input;
  const columns = shape.at(-1) ?? 1;
  const byColumn = axis === shape.length - 1;
  const size = shape.map((n, a) => (a === axis ? order.length : n));
  const width = size.at(-1) ?? 1;
  const total = size.reduce((a, b) => a * b, 1);
  const made = new Float64Array(total).map((_, i) => {
    const [r, c] = [Math.floor(i / width), i % width];
    return numbers[(byColumn ? r : (order[r] ?? 0)) * columns + (byColumn ? (order[c] ?? 0) : c)] ?? 0;
  });
  return { shape: size, numbers: made };
}

const sizeOf = (given: Case, axis: string): number => {
  for (const [key, axes] of Object.entries(operation(given.op).inputs)) {
    const size = given.inputs[key.replace("?", "")]?.shape[axes.indexOf(axis)];
    if (axes.includes(axis) && size !== undefined) return size;
  }
  return 0;
};

const backwards = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => n - 1 - i);

/** Operators whose rows do not know of each other. */
const BY_ROW =
  /^(embed|linear|activeLinear|gatedLinear|activeGatedLinear|unembed|add|mul|activate|softmax|layerNorm|rmsNorm|crossEntropy|feedForward|gatedFeedForward)$/;
const PRODUCT = /^(linear|activeLinear|gatedLinear|activeGatedLinear|unembed)$/;
const LAYER = /^(feedForward|gatedFeedForward)$/;

const rowAxis = ({ op }: Case): string => (op === "softmax" ? "R" : "T");
/** What a product sums over, or a layer's neurons. */
const inner = ({ op }: Case): string =>
  LAYER.test(op) ? "F" : op.endsWith("inear") && !op.includes("ated") ? "I" : "D";

const rowsOf = (answer: Answer, T: number, order: readonly number[]): Answer =>
  Object.fromEntries(
    Object.entries(answer).map(([name, numbers]) => {
      const width = numbers.length / Math.max(1, T);
      const made = new Float64Array(order.length * width).map(
        (_, i) => numbers[(order[Math.floor(i / width)] ?? 0) * width + (i % width)] ?? 0,
      );
      return [name, made];
    }),
  );

const homogeneous = (given: Case): boolean => {
  const f = given.attributes["f"] as { readonly kind?: string; readonly shift?: number } | undefined;
  return PRODUCT.test(given.op) || (LAYER.test(given.op) && f?.kind === "relu" && f.shift === 0);
};

/** Behind a zero an infinity is NaN for whoever reads it: skipping and reading differ there, and both are right. */
const finite = ({ inputs }: Case): boolean =>
  Object.values(inputs).every(({ numbers }) => numbers.every(Number.isFinite));

const BIASES: readonly string[] = ["b", "upBias", "gateBias", "downBias"];

/** Without biases: a product is then as many times as large as its input. */
const unbiased = (given: Case): Case => ({
  ...given,
  inputs: Object.fromEntries(Object.entries(given.inputs).filter(([name]) => !BIASES.includes(name))),
});

const scaled =
  (factor: number) =>
  (given: Case): Case =>
    withInputs(given, (input, _, name) =>
      name === "x" ? { ...input, numbers: Float64Array.from(input.numbers, (x) => factor * x) } : input,
    );

export const LAWS: readonly Law[] = [
  {
    name: "rows in reverse give the answers in reverse",
    applies: ({ op }) => BY_ROW.test(op),
    other: (given) =>
      withInputs(given, (input, axes) =>
        picked(input, axes.indexOf(rowAxis(given)), backwards(sizeOf(given, rowAxis(given)))),
      ),
    expected: (answer, given) => {
      const T = sizeOf(given, rowAxis(given));
      return rowsOf(answer, T, backwards(T));
    },
    differs: "by roundings",
  },
  {
    name: "the last row alone gives its answer",
    applies: (given) => BY_ROW.test(given.op) && sizeOf(given, rowAxis(given)) > 1,
    other: (given) =>
      withInputs(given, (input, axes) =>
        picked(input, axes.indexOf(rowAxis(given)), [sizeOf(given, rowAxis(given)) - 1]),
      ),
    expected: (answer, given) => {
      const T = sizeOf(given, rowAxis(given));
      return rowsOf(answer, T, [T - 1]);
    },
    differs: "by roundings",
  },
  {
    name: "twice the input gives twice the answer",
    applies: (given) => homogeneous(given) && finite(given),
    from: unbiased,
    other: (given) => scaled(2)(unbiased(given)),
    // through a gate twice x counts twice
    expected: (answer, { op, dtype }) =>
      Object.fromEntries(
        Object.entries(answer).map(([name, y]) => [
          name,
          Float64Array.from(y, (value) =>
            roundedTo(FORMATS[dtype], (op === "gatedFeedForward" ? 4 : 2) * value),
          ),
        ]),
      ),
    differs: "where numbers fade",
  },
  {
    name: "terms in another order change no more than roundings",
    applies: ({ op }) => PRODUCT.test(op) || LAYER.test(op),
    other: (given) =>
      withInputs(given, (input, axes) =>
        picked(input, axes.indexOf(inner(given)), backwards(sizeOf(given, inner(given)))),
      ),
    expected: (answer) => answer,
    differs: "by roundings",
  },
  {
    name: "neurons that write nothing change nothing",
    applies: (given) => (PRODUCT.test(given.op) || LAYER.test(given.op)) && finite(given),
    other: padded,
    expected: (answer) => answer,
    differs: "by roundings",
  },
  {
    name: "skipping zeros and reading them give the same",
    applies: (given) =>
      (/^(active)?(linear|gatedLinear)$/i.test(given.op) || LAYER.test(given.op)) && finite(given),
    other: (given) =>
      LAYER.test(given.op)
        ? { ...given, attributes: { ...given.attributes, skip: given.attributes["skip"] !== true } }
        : { ...given, op: OTHER[given.op] ?? given.op },
    expected: (answer) => answer,
    differs: "by roundings",
  },
  {
    name: "a key that is still to come changes nothing",
    applies: (given) => given.op === "attend" && sizeOf(given, "T") > 1,
    other: (given) =>
      withInputs(given, (input, _, name) => {
        if (name !== "k" && name !== "v") return input;
        const width = input.shape[1] ?? 0;
        const numbers = Float64Array.from(input.numbers);
        for (let i = numbers.length - width; i < numbers.length; i++) numbers[i] = -(numbers[i] ?? 0);
        return { ...input, numbers };
      }),
    // every row but the last, which sees it
    expected: (answer, given) => {
      const T = sizeOf(given, "T");
      return rowsOf(answer, T, [...Array(T - 1).keys()]);
    },
    differs: "never",
  },
];

const OTHER: Readonly<Record<string, string>> = {
  linear: "activeLinear",
  activeLinear: "linear",
  gatedLinear: "activeGatedLinear",
  activeGatedLinear: "gatedLinear",
};

const MORE = 3;

/** The case with a few terms more, whose factors are zero on one side. */
function padded(given: Case): Case {
  const axis = inner(given);
  return withInputs(given, (input, axes, name) => {
    const at = axes.indexOf(axis);
    if (at < 0) return input;
    const n = input.shape[at] ?? 0;
    const order = [...Array(n).keys(), ...Array.from({ length: MORE }, (_, i) => i % Math.max(1, n))];
    const longer = picked(input, at, order);
    const zero = LAYER.test(given.op) ? name === "down" : name === "x";
    if (!zero) return longer;
    const columns = longer.shape.at(-1) ?? 1;
    const byColumn = at === longer.shape.length - 1;
    const numbers = Float64Array.from(longer.numbers, (value, i) =>
      (byColumn ? i % columns : Math.floor(i / columns)) >= n ? 0 : value,
    );
    return { ...longer, numbers };
  });
}
