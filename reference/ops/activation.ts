// The activations whose zeros this project is about: the ReLU family, and the smooth ones it replaces.
// Paper: sections 3 (x · sigmoid(βx)) and 5.3 (the shift). NaN stays NaN; a zero is +0 in the ReLU family.
import { erfc, sigmoid } from "../elementary.ts";
import { map } from "../tensor.ts";
import type { Activation, Ops } from "./contract.ts";

/** f(x − shift), element by element. */
export const activate: Ops["activate"] = (x, f) => {
  const of = scalar(f);
  return map(x, of);
};

/**
 * The activation as a function of one number.
 *
 * @throws {RangeError} when its shift, β or threshold is no finite number
 */
export function scalar(f: Activation): (x: number) => number {
  if (f.kind === "identity") return (x) => x;
  const b = finite(f.shift, "shift");
  switch (f.kind) {
    case "relu":
      return (x) => relu(x - b);
    case "relu-squared":
      return (x) => reluSquared(x - b);
    case "fatrelu":
    case "fatrelu-strict": {
      const [of, threshold] = [
        f.kind === "fatrelu" ? fatRelu : fatReluStrict,
        finite(f.threshold, "threshold"),
      ];
      return (x) => of(x - b, threshold);
    }
    case "silu":
      return (x) => silu(x - b);
    case "swish": {
      const beta = finite(f.beta, "beta");
      return (x) => swish(x - b, beta);
    }
    case "gelu":
      return (x) => gelu(x - b);
    case "gelu-tanh":
      return (x) => geluTanh(x - b);
  }
}

/** relu(x) = max(x, 0); relu(NaN) is NaN and relu(−0) is +0, as ECMAScript's Math.max has it. */
export const relu = (x: number): number => Math.max(x, 0);

/** relu(x)². @see Zhang et al. 2024, arXiv:2402.03804 */
export const reluSquared = (x: number): number => relu(x) * relu(x);

/** x where x ≥ threshold, else +0: survivors keep their height. @see Song et al. 2024, arXiv:2402.13516 */
export const fatRelu = (x: number, threshold: number): number => (x < threshold ? 0 : x) + 0; // −0 + 0 is +0

/** x where x > threshold, else +0: what some kernels compute in fatRelu's name; the two differ at x = threshold. */
export const fatReluStrict = (x: number, threshold: number): number => (x <= threshold ? 0 : x) + 0;

/** swish(x, β) = x · sigmoid(βx): SiLU at β = 1, near GELU at β = 1.702, and ReLU in the limit. Paper: section 3. */
export const swish = (x: number, beta: number): number => (vanishes(x, beta) ? -0 : x * sigmoid(beta * x));

/** silu(x) = x · sigmoid(x); −0 at −Infinity. @see Elfwing et al. 2017, arXiv:1702.03118 */
export const silu = (x: number): number => swish(x, 1);

/**
 * gelu(x) = x · Φ(x) = x/2 · erfc(−x/√2), Φ the normal distribution; −0 at −Infinity.
 *
 * The form with 1 + erf loses every digit of the negative tail to cancellation; this one does not.
 * @see Hendrycks and Gimpel 2016, arXiv:1606.08415
 */
export const gelu = (x: number): number => (x === -Infinity ? -0 : 0.5 * x * erfc(-x * Math.SQRT1_2));

/**
 * gelu's approximation x/2 · (1 + tanh u) with u = √(2/π) · (x + 0.044715x³), another function: it differs from gelu
 * by up to 4.7e-4. Computed as x · sigmoid(2u), the same number without cancellation.
 */
export const geluTanh = (x: number): number =>
  x === -Infinity ? -0 : x * sigmoid(2 * ROOT_2_OVER_PI * (x + 0.044715 * x * x * x));

/** √(2/π) = 2/√(2π), to the nearest double. */
export const ROOT_2_OVER_PI = 0.7978845608028654;

/** Where x · sigmoid(βx) would be −Infinity · 0 = NaN; its limit is −0. */
const vanishes = (x: number, beta: number): boolean => x === -Infinity && beta > 0;

const finite = (value: number, name: string): number => {
  if (Number.isFinite(value)) return value;
  throw new RangeError(`activate: ${name} is ${value}; expected a finite number`);
};
