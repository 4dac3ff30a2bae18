// Where an engine answers something else than the oracle, by what it does and not by rounding: case by case, with what the
// wrong elements have in common. No bound is widened for them; every other element of the case is judged as always.
import type { Case } from "../../reference/oracle/case.ts";
import type { Wrong } from "../../reference/oracle/judge.ts";

export interface Difference {
  readonly reason: string;
  readonly configurations: readonly string[];
  /** operator/name, whatever the type */
  readonly cases: readonly string[];
  /** what is true of an element that differs so */
  readonly holds: (wrong: Wrong, given: Case) => boolean;
}

const at = ({ inputs }: Case, name: string, { index }: Wrong): number => inputs[name]?.numbers[index] ?? 0;
const names = (op: string, kinds: readonly string[], of: string): readonly string[] =>
  kinds.map((kind) => `${op}/${kind}-${of}`);

const SIGMOIDS = ["silu", "shifted-silu", "swish"];
const EAGER = ["torch-eager", "torch-transformers"];

export const DIFFERENCES: readonly Difference[] = [
  {
    reason:
      "the slope of a rectifier at NaN is taken for 1: the backward pass asks whether x ≤ 0, and NaN is not",
    configurations: EAGER,
    cases: names(
      "activate.gradient",
      ["relu", "shifted-relu", "relu-shifted-down", "fatrelu", "fatrelu-strict"],
      "special",
    ),
    holds: (wrong, given) => Number.isNaN(at(given, "x", wrong)) && wrong.got === at(given, "dy", wrong),
  },
  {
    reason:
      "FATReLU written with where(z < t, 0, z) has slope 1 at z = t; the oracle's is that of the closed side, 0",
    configurations: EAGER,
    cases: ["activate.gradient/fatrelu-steps", "activate.gradient/fatrelu-rows"],
    holds: (wrong, given) => at(given, "x", wrong) === 0.5 && wrong.got === at(given, "dy", wrong),
  },
  {
    reason: "the same, compiled",
    configurations: ["torch-compile"],
    cases: ["activate.gradient/fatrelu-steps"],
    holds: (wrong, given) => at(given, "x", wrong) === 0.5 && wrong.got === at(given, "dy", wrong),
  },
  {
    reason: "x σ(x) at −∞ is −∞ · 0 or −∞ / ∞: NaN, where the limit is 0",
    configurations: [...EAGER, "numpy", "onnxruntime-plain", "tfjs-wasm"],
    cases: names("activate", SIGMOIDS, "special"),
    holds: (wrong, given) => at(given, "x", wrong) === -Infinity && Number.isNaN(wrong.got),
  },
  {
    reason: "the slope of a smooth activation at an infinity is ∞ · 0: NaN, where the limit is 0 or 1",
    configurations: EAGER,
    cases: names("activate.gradient", [...SIGMOIDS, "gelu", "gelu-tanh"], "special"),
    holds: (wrong, given) => Math.abs(at(given, "x", wrong)) === Infinity && Number.isNaN(wrong.got),
  },
  {
    reason:
      "attention weighs what it may not see by 0, and 0 · NaN is NaN: a NaN in a later value reaches every row",
    configurations: [...EAGER, "numpy", "onnxruntime-fused"],
    cases: ["attend/nan-in-the-future"],
    holds: ({ got }) => Number.isNaN(got),
  },
];

/** The differences that are listed for a case of a configuration. */
export const differencesOf = (configuration: string, { id, op }: Case): readonly Difference[] => {
  const name = `${op}/${id.split("/").at(-1)}`;
  return DIFFERENCES.filter((one) => one.configurations.includes(configuration) && one.cases.includes(name));
};
