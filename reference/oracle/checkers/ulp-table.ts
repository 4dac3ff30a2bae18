// The checker of the web platform tests for WebNN: so many steps of the type, by a table of operators.

import { type StoredArray, roundedTo as storedAs } from "../../formats/dtype.ts";
import type { Activation } from "../../ops/contract.ts";
import type { Case } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import { type Checker, eachOutput } from "./checker.ts";

/** What an output may be off: steps of its type, or a distance. */
export type Allowed = { readonly steps: number } | { readonly distance: number };

/** The table has a column for float32 and one for float16: BF16 is read in the second, F64 in the first. */
const isHalf = (dtype: FloatDtype): boolean => dtype === "F16" || dtype === "BF16";

/** The sizes of an input's two axes. */
const sizes = ({ inputs }: Case, name: string): readonly [rows: number, columns: number] => {
  const shape = inputs[name]?.shape ?? [];
  return [shape[0] ?? 0, shape[1] ?? 0];
};

/** clamp 0, relu 0, sub 1, mul 1, sigmoid 34 or 10, gelu 18, and of gelu's approximation, which has none, the same. */
function activationSteps(f: Activation, dtype: FloatDtype): number {
  if (f.kind === "identity") return 0;
  const shift = f.shift === 0 ? 0 : 1;
  const sigmoid = isHalf(dtype) ? 10 : 34;
  const own: Readonly<Record<typeof f.kind, number>> = {
    relu: 0,
    "relu-squared": 1,
    fatrelu: 0,
    "fatrelu-strict": 0,
    silu: sigmoid + 1,
    swish: sigmoid + 2,
    gelu: 18,
    "gelu-tanh": 18,
  };
  return shift + own[f.kind];
}

/** Two steps for each term of a product. */
const product = (terms: number): number => 2 * terms;
const softmax = (columns: number): number => 3 * columns + 3;

/**
 * The table. Operators that WebNN does not have are put together from those that it has, whose steps its tests add up;
 * gradients, of which it has none, from the products and factors that they are made of.
 */
const STEPS: Readonly<Record<string, (given: Case, output: string) => number>> = {
  embed: () => 0,
  "embed.gradient": (given) => sizes(given, "tokens")[0],
  append: () => 0,
  "append.gradient": () => 0,
  linear: (given) => linear(given),
  activeLinear: (given) => linear(given),
  "linear.gradient": (given, output) => {
    const [T, O] = sizes(given, "dy");
    return output === "dx" ? product(O) : output === "dw" ? product(T) : T;
  },
  unembed: (given) => product(sizes(given, "x")[1]),
  "unembed.gradient": (given, output) => product(sizes(given, "dz")[output === "dx" ? 1 : 0]),
  gatedLinear: (given) => product(sizes(given, "x")[1]) + 1,
  activeGatedLinear: (given) => product(sizes(given, "x")[1]) + 1,
  "gatedLinear.gradient": (given, output) => {
    const [[T, F], D] = [sizes(given, "dh"), sizes(given, "x")[1]];
    return product(output === "dx" ? F : output === "dw" ? T : D) + 1;
  },
  add: () => 1,
  mul: () => 1,
  "mul.gradient": () => 1,
  activate: ({ attributes, dtype }) => activationSteps(attributes["f"] as Activation, dtype),
  "activate.gradient": ({ attributes, dtype }) => activationSteps(attributes["f"] as Activation, dtype) + 1,
  softmax: (given) => softmax(sizes(given, "x")[1]),
  "softmax.gradient": (given) => softmax(sizes(given, "x")[1]) + product(sizes(given, "x")[1]) + 2,
  attend: (given) => attention(given),
  "attend.gradient": (given) => 2 * attention(given) + product(sizes(given, "q")[0]),
  "crossEntropy.gradient": (given) => softmax(sizes(given, "z")[1]) + 2,
  feedForward: (given) => layer(given),
  gatedFeedForward: (given) => layer(given) + product(sizes(given, "x")[1]) + 1,
};

const linear = (given: Case): number => product(sizes(given, "x")[1]) + (given.inputs["b"] ? 1 : 0);

const attention = (given: Case): number => {
  const S = sizes(given, "k")[0];
  return product(given.attributes["K"] as number) + 1 + softmax(S) + product(S);
};

const layer = (given: Case): number => {
  const [F] = sizes(given, "down");
  const f = given.attributes["f"] as Activation;
  return product(sizes(given, "x")[1]) + 1 + activationSteps(f, given.dtype) + product(F) + 1;
};

/** layerNormalization, cos and sin: 1/1024, or 1/512 in float16; log: 1/1024 in both. */
const DISTANCES: Readonly<Record<string, readonly [float32: number, float16: number]>> = {
  layerNorm: [1 / 1024, 1 / 512],
  rmsNorm: [1 / 1024, 1 / 512],
  rotary: [1 / 1024, 1 / 512],
  crossEntropy: [1 / 1024, 1 / 1024],
};

/** What the table allows an output of the case. */
export function allowed(given: Case, output: string): Allowed {
  const { op, dtype } = given;
  const steps = STEPS[op];
  if (steps) return { steps: steps(given, output) };
  const [float32, float16] = DISTANCES[op.replace(".gradient", "")] ?? [1 / 1024, 1 / 512];
  return { distance: isHalf(dtype) ? float16 : float32 };
}

/**
 * How many numbers of the type two are apart, as the tests count: words subtracted, in float16 those of the signs too,
 * so that a tiny number is far from its negative. NaN is a word like others.
 */
export function stepsBetween(dtype: FloatDtype, x: number, y: number): bigint {
  const word = (value: number): bigint => {
    const stored = wordOf(storedAs(dtype, Float64Array.of(Math.abs(value))));
    if (!(value < 0)) return stored;
    return dtype === "F16" ? 0x8000n + stored : -stored;
  };
  const distance = word(x) - word(y);
  return distance < 0n ? -distance : distance;
}

const wordOf = (stored: StoredArray): bigint =>
  stored instanceof Float64Array
    ? (new BigUint64Array(stored.buffer, 0, 1)[0] ?? 0n)
    : stored instanceof Float32Array
      ? BigInt(new Uint32Array(stored.buffer, 0, 1)[0] ?? 0)
      : BigInt(stored[0] ?? 0);

/**
 * WebNN's tests in the web platform tests: zero steps for relu, 18 for gelu, 2K for a product of K terms. Steps are
 * finest near zero, where a sum that cancels is off by thousands; and the distances that norms are allowed are coarse.
 *
 * @see web-platform-tests webnn/resources/utils.js: operatorToleranceDict, getGemmPrecisionTolerance and its like,
 *   assert_array_approx_equals_ulp; norms, cos, sin and log in its older PrecisionMetrics
 */
export const ulpTable: Checker = {
  name: "ulp-table",
  rule: "steps by operator: relu 0, gelu 18, products 2K, softmax 3K + 3; norms within 1/1024 (F16: 1/512)",
  source: "web platform tests for WebNN",
  accepts: (answer) =>
    eachOutput(answer, (got, expected, output) => {
      const most = allowed(answer.given, output);
      return expected.every((wanted, i) => {
        const found = got[i] ?? Number.NaN;
        if ("distance" in most) return Math.abs(found - wanted) <= most.distance;
        return found === wanted || stepsBetween(answer.given.dtype, found, wanted) <= BigInt(most.steps);
      });
    }),
};
