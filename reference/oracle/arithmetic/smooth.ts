// The smooth activations as an error analysis sees them: how steep they are, and where an evaluation rounds.
// docs/bounds.md, section 10.
import { erfc, exp, expm1, sigmoid } from "../../elementary.ts";
import { scalar } from "../../ops/activation.ts";
import { slope } from "../../ops/activation-gradient.ts";
import type { Activation } from "../../ops/contract.ts";
import { type Rounding, share } from "./rounding.ts";

export type Smooth =
  | { readonly kind: "silu" | "gelu" | "gelu-tanh"; readonly shift: number }
  | { readonly kind: "swish"; readonly beta: number; readonly shift: number };

export const isSmooth = (f: Activation): f is Smooth =>
  f.kind === "silu" || f.kind === "gelu" || f.kind === "gelu-tanh" || f.kind === "swish";

/** A function of one number, and how far its evaluation may be off. */
export interface Bowed {
  readonly value: number;
  /** the greatest slope anywhere, that here, and the greatest slope of the slope */
  readonly steepest: number;
  readonly incline: number;
  readonly curve: number;
  /** what the roundings of an evaluation add up to */
  readonly own: number;
  /** what 1 + erf or 1 + tanh adds, where it stands for a tail */
  readonly lost: number;
  /** what a number that vanished below the smallest normal one is multiplied by */
  readonly reach: number;
}

const GREATEST_SLOPE = 1.13; // of gelu, at √2; that of z · sigmoid(βz) is 1.0998 for every β
const GREATEST_CURVE = 0.8; // of gelu and gelu-tanh, at 0: 2/√(2π); of z · sigmoid(βz) it is β/2
const ROOT_2_OVER_PI = 0.7978845608028654;

/** z · gate(u(z)) at z, the shift already taken off, and its slope gate + z u′ gate′. */
export function bowed(f: Smooth, z: number, { model, max, growth }: Rounding) {
  const plain = { ...f, shift: 0 };
  const [value, incline] = [scalar(plain)(z), slope(plain)(z)];
  const { functions } = model;
  const { gate, density, climb, echo, moved } = innards(f, z, growth);
  const gone = gate * max < 2 ? gate : 0; // 1 / (1 + e^−u) of an e^−u that overflows is 0
  const curve = f.kind === "silu" ? 0.5 : f.kind === "swish" ? 0.5 * Math.abs(f.beta) : GREATEST_CURVE;
  const [size, F] = [Math.abs(z), functions + 3];
  const itself: Bowed = {
    value,
    steepest: GREATEST_SLOPE,
    incline: Math.abs(incline),
    curve,
    own: growth(F) * (Math.abs(value) + share(size, moved)) + share(size, moved + gone),
    lost: (size / 2) * growth(functions + 1),
    reach: size + 2,
  };
  const flat =
    growth(F + 1) * share(1 + climb, gate) + growth(2 * F + 10) * share(climb, density) + growth(1) * gate;
  const ofSlope: Bowed = {
    value: incline,
    steepest: curve,
    incline: curve,
    curve: 0,
    own: (1 + growth(2 * F + 10)) * (flat + share(1 + echo, moved)) + share(1 + climb, gone),
    lost: (1 + climb) * growth(functions + 1),
    reach: size + climb + 2,
  };
  return { itself, slope: ofSlope };
}

/**
 * The gate at u(z), its slope along u, and |z · du/dz| as `climb`; what the roundings of u move the gate by as `moved`,
 * and z u′ gate′ by `echo` times as much.
 */
function innards(f: Smooth, z: number, growth: (k: number) => number) {
  const logistic = (u: number, climb: number, roundings: number) => {
    const density = sigmoid(u) * sigmoid(-u);
    const moved = share(density, expm1(growth(roundings) * Math.abs(u)));
    return { gate: sigmoid(u), density, climb, echo: climb, moved };
  };
  switch (f.kind) {
    case "silu":
      return logistic(z, Math.abs(z), 3);
    case "swish":
      return logistic(f.beta * z, Math.abs(f.beta * z), 4);
    case "gelu-tanh": {
      const u = 2 * ROOT_2_OVER_PI * (z + 0.044715 * z * z * z);
      return logistic(u, Math.abs(2 * ROOT_2_OVER_PI * z * (1 + 0.134145 * z * z)), 10);
    }
    case "gelu": {
      const density = 0.5 * ROOT_2_OVER_PI * exp(-0.5 * z * z);
      const moved = z === 0 ? 0 : share(density, expm1(growth(3) * z * z)) / Math.abs(z);
      return { gate: 0.5 * erfc(-z * Math.SQRT1_2), density, climb: Math.abs(z), echo: z * z, moved };
    }
  }
}
