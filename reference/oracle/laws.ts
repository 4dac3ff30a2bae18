// What must hold of any kernel on any tensors, an author's own of whatever size: no truth is needed, two answers are
// compared. Where the order of a sum may change between them, both may be off by their bounds; elsewhere no bit may differ.
import type { Numbers } from "../tensor.ts";
import type { Case, Input } from "./case.ts";
import { pictureOf } from "./case.ts";
import type { Kernel, Outcome } from "./kernel.ts";
import { modelOf } from "./model.ts";
import { operation } from "./operations.ts";
import { numbersIn } from "./picture.ts";
import { poisonOutputs } from "./poison.ts";
import { places } from "./trespass.ts";
import { type ByOutput, gaugeOf } from "./truth.ts";

export interface Held {
  readonly law: string;
  readonly verdict: "HOLDS" | "BROKEN" | "ERROR";
  /** what was seen, where it does not hold */
  readonly sentence?: string;
}

/** A law: another call, and what the first call's answer says that its answer is. */
interface Law {
  readonly name: string;
  readonly applies: (given: Case) => boolean;
  /** the call it begins from, where that is not the one given */
  readonly from?: (given: Case) => Case;
  readonly other: (given: Case) => Case;
  readonly expected: (answer: ByOutput<Numbers>, given: Case) => ByOutput<Numbers>;
  /** whether no order of a sum changes, so that no bit may */
  readonly exact: boolean;
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
    exact: false,
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
    exact: false,
  },
  {
    name: "twice the input gives twice the answer",
    applies: homogeneous,
    from: unbiased,
    other: (given) => scaled(2)(unbiased(given)),
    // through a gate twice x counts twice
    expected: (answer, { op }) =>
      Object.fromEntries(
        Object.entries(answer).map(([name, y]) => [
          name,
          Float64Array.from(y, (value) => (op === "gatedFeedForward" ? 4 : 2) * value),
        ]),
      ),
    exact: true,
  },
  {
    name: "terms in another order change no more than roundings",
    applies: ({ op }) => PRODUCT.test(op) || LAYER.test(op),
    other: (given) =>
      withInputs(given, (input, axes) =>
        picked(input, axes.indexOf(inner(given)), backwards(sizeOf(given, inner(given)))),
      ),
    expected: (answer) => answer,
    exact: false,
  },
  {
    name: "neurons that write nothing change nothing",
    applies: ({ op }) => PRODUCT.test(op) || LAYER.test(op),
    other: padded,
    expected: (answer) => answer,
    exact: false,
  },
  {
    name: "skipping zeros and reading them give the same",
    applies: ({ op }) => /^(active)?(linear|gatedLinear)$/i.test(op) || LAYER.test(op),
    other: (given) =>
      LAYER.test(given.op)
        ? { ...given, attributes: { ...given.attributes, skip: given.attributes["skip"] !== true } }
        : { ...given, op: OTHER[given.op] ?? given.op },
    expected: (answer) => answer,
    exact: false,
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
    exact: true,
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

/** Whether each law that speaks of the operator holds of the kernel on these tensors. */
export async function lawsHeld(
  kernel: Kernel,
  given: Case,
  onLaw: (held: Held, done: number, total: number) => void = () => {},
): Promise<readonly Held[]> {
  const { ops } = kernel.declaration;
  const mine = LAWS.filter(
    (law) => law.applies(given) && (ops === undefined || ops.includes(law.other(given).op)),
  );
  const found: Held[] = [];
  for (const law of mine) {
    found.push(await heldBy(kernel, given, law));
    onLaw(found.at(-1) as Held, found.length, mine.length);
  }
  return found;
}

async function heldBy(kernel: Kernel, given: Case, law: Law): Promise<Held> {
  const from = law.from?.(given) ?? given;
  const [first, second] = [await answerTo(kernel, from), await answerTo(kernel, law.other(given))];
  if ("status" in first) return { law: law.name, verdict: "ERROR", sentence: first.message };
  if ("status" in second) return { law: law.name, verdict: "ERROR", sentence: second.message };
  const wanted = law.expected(first.answer, from);
  const gauge = law.exact ? {} : gaugeOf(law.other(given), modelOf(kernel.declaration, given.dtype));
  for (const [output, expected] of Object.entries(wanted)) {
    const got = second.answer[output] ?? expected;
    const off = [...expected.keys()].filter((i) => {
      const [a, b] = [got[i] ?? Number.NaN, expected[i] ?? Number.NaN];
      return a !== b && !Object.is(a, b) && !(Math.abs(a - b) <= 2 * (gauge[output]?.bound[i] ?? 0));
    });
    const [at] = off;
    if (at !== undefined) {
      const within = law.exact
        ? "that very number"
        : `it within ${(2 * (gauge[output]?.bound[at] ?? 0)).toPrecision(3)}`;
      const sentence = `out.${output} element ${at} is ${got[at]} where the other call says ${expected[at]}; expected ${within}; wrong at ${places(off)}`;
      return { law: law.name, verdict: "BROKEN", sentence };
    }
  }
  return { law: law.name, verdict: "HOLDS" };
}

async function answerTo(
  kernel: Kernel,
  given: Case,
): Promise<{ readonly answer: Answer } | Exclude<Outcome, { readonly status: "ok" }>> {
  const picture = pictureOf(given);
  poisonOutputs(picture, "nan");
  const outcome = await kernel.run(picture);
  if (outcome.status !== "ok") return outcome;
  const outputs = picture.views.filter(({ name }) => name.startsWith("out."));
  return {
    answer: Object.fromEntries(outputs.map((view) => [view.name.slice(4), numbersIn(picture, view)])),
  };
}
