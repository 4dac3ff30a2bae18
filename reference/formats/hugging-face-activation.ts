// Activations in config.json: the names of the format, and our own values where it has none.
import type { Activation } from "../ops/contract.ts";
import type { JsonField } from "./json-field.ts";

const NAMED: Readonly<Record<string, Activation>> = {
  relu: { kind: "relu", shift: 0 },
  relu2: { kind: "relu-squared", shift: 0 },
  silu: { kind: "silu", shift: 0 },
  swish: { kind: "silu", shift: 0 },
  gelu: { kind: "gelu", shift: 0 },
  gelu_new: { kind: "gelu-tanh", shift: 0 },
  gelu_fast: { kind: "gelu-tanh", shift: 0 },
  gelu_pytorch_tanh: { kind: "gelu-tanh", shift: 0 },
};

/** The name of FATReLU, of models whose code comes with them, and the field of its threshold. */
const FATRELU = "fatrelu";
const THRESHOLD = "hidden_act_param";

/**
 * The activation that config.json names; `usual` is the one of a file that names none.
 *
 * FATReLU is x where x > threshold, as in vLLM's FatreluAndMul, which serves openbmb/MiniCPM-S-1B-sft; others take x ≥ threshold.
 */
export function activationNamed(root: JsonField, name: string, usual: string): Activation {
  const field = root.get(name);
  const word = field.text(usual);
  if (word === FATRELU) return { kind: "fatrelu-strict", threshold: root.get(THRESHOLD).real(), shift: 0 };
  const known = Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;
  return known ?? field.refuse(`one of ${[...Object.keys(NAMED), FATRELU].join(", ")}`);
}

/** The name of an activation in config.json; one that the format does not have gets a name that nobody takes for another. */
export function activationName(activation: Activation): string {
  const shifted = activation.kind !== "identity" && activation.shift !== 0;
  if (activation.kind === "fatrelu-strict" && !shifted) return FATRELU;
  const known = Object.entries(NAMED).find(([, { kind }]) => kind === activation.kind)?.[0];
  return known === undefined || shifted ? `relukit:${activation.kind}` : known;
}

/** What config.json says of an activation beside its name. */
export const activationFacts = (activation: Activation): Readonly<Record<string, number>> =>
  activationName(activation) === FATRELU && "threshold" in activation
    ? { [THRESHOLD]: activation.threshold }
    : {};

/** An activation as `relukit` keeps it: the value itself. */
export function activationOf(field: JsonField): Activation {
  const kind = field.get("kind");
  const shift = (): number => field.get("shift").real();
  switch (kind.value) {
    case "identity":
      return { kind: kind.value };
    case "relu":
    case "relu-squared":
    case "silu":
    case "gelu":
    case "gelu-tanh":
      return { kind: kind.value, shift: shift() };
    case "swish":
      return { kind: kind.value, beta: field.get("beta").real(), shift: shift() };
    case "fatrelu":
    case "fatrelu-strict":
      return { kind: kind.value, threshold: field.get("threshold").real(), shift: shift() };
    default:
      return kind.refuse("an activation's kind, such as relu");
  }
}
