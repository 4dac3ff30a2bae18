// Activations and their slopes. docs/bounds.md, section 10.
import type { Activation } from "../../ops/contract.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { faint } from "./gauge-functions.ts";
import type { Single } from "./gauge-operations.ts";
import { certain, type Gauged, type Rounding, share, ZERO } from "./rounding.ts";
import { type Bowed, bowed, isSmooth } from "./smooth.ts";

type Fat = { readonly kind: "fatrelu" | "fatrelu-strict"; readonly threshold: number };

export function activations(
  of: Rounding,
  { subtract, multiply }: Single,
): Pick<Arithmetic<Gauged>, "activate" | "slope"> {
  const shifted = (f: Activation, x: Gauged): Gauged =>
    f.kind === "identity" || f.shift === 0 ? x : subtract(x, of.stored(f.shift));

  const activate = (f: Activation, x: Gauged): Gauged => {
    const z = shifted(f, x);
    if (isSmooth(f))
      return Number.isFinite(z.value)
        ? smooth(of, z, bowed(f, z.value, of).itself)
        : certain(relu(of, z).value);
    switch (f.kind) {
      case "identity":
        return x;
      case "relu":
        return relu(of, z);
      case "relu-squared":
        return multiply(relu(of, z), relu(of, z));
      case "fatrelu":
      case "fatrelu-strict":
        return jump(of, f, z);
      default:
        throw new TypeError(`activate: f is ${JSON.stringify(f)}; expected an activation`);
    }
  };

  const slope = (f: Activation, x: Gauged): Gauged => {
    const z = shifted(f, x);
    if (Number.isNaN(z.value)) return certain(z.value);
    if (isSmooth(f) && overflows(f, z.value, of)) return { ...certain(z.value > 0 ? 1 : 0), error: Infinity };
    if (isSmooth(f))
      return Number.isFinite(z.value)
        ? smooth(of, z, bowed(f, z.value, of).slope)
        : certain(z.value > 0 ? 1 : 0);
    switch (f.kind) {
      case "identity":
        return certain(1);
      case "relu":
        return step(z, 0, signIsKept(of, f.shift, x) ? 0 : z.error);
      case "relu-squared":
        return multiply(certain(2), relu(of, z));
      case "fatrelu":
      case "fatrelu-strict":
        return step(z, f.threshold, z.error + of.stored(f.threshold).error);
      default:
        throw new TypeError(`slope: f is ${JSON.stringify(f)}; expected an activation`);
    }
  };
  return { activate, slope };
}

/** max(z, 0): where z is below 0 for certain, 0 for certain; elsewhere as far off as z is. */
function relu({ off, gauged }: Rounding, z: Gauged): Gauged {
  if (z.value + z.error <= 0) return ZERO;
  return z.value >= 0 || Number.isNaN(z.value) ? z : gauged(0, z.value + off(z), z.variance);
}

/** z above the threshold, 0 below it; where the machine may be on either side, off by all of z. */
function jump({ gauged, stored }: Rounding, f: Fat, z: Gauged): Gauged {
  if (Number.isNaN(z.value)) return z;
  const over = z.value - f.threshold;
  const open = f.kind === "fatrelu" ? over >= 0 : over > 0;
  const unsure = z.error + stored(f.threshold).error;
  if (Math.abs(over) > unsure || unsure === 0) return open ? z : ZERO;
  const size = Math.abs(z.value) + z.error;
  return gauged(open ? z.value : 0, size, size * size);
}

/** x − shift keeps its sign when it is rounded, as no two numbers are nearer than the least: unless subnormals are 0. */
const signIsKept = ({ stored, model }: Rounding, shift: number, x: Gauged): boolean =>
  x.error === 0 && stored(shift).error === 0 && !model.flushesSubnormals;

/** 1 above the threshold, else 0; where the machine may be on either side, off by 1. */
function step(z: Gauged, threshold: number, unsure: number): Gauged {
  const open = z.value > threshold ? 1 : 0;
  if (Math.abs(z.value - threshold) > unsure || unsure === 0) return certain(open);
  return { value: open, error: 1, variance: 1, unit: 1 };
}

/** A smooth function of x: what x is off times the slope, what the evaluation adds, and what may vanish. */
function smooth({ model, off, gauged }: Rounding, x: Gauged, f: Bowed): Gauged {
  const e = off(x);
  const incline = Math.min(f.steepest, f.incline + share(f.curve / 2, e));
  const own = f.own + (model.losesTails ? f.lost : 0) + f.reach * faint(model);
  return gauged(f.value, share(incline, e) + own, incline * incline * x.variance + own * own);
}

/** Whether the argument of a slope's exponential, or its square, leaves the range: then 0 · Infinity may be in it. */
const overflows = (f: Activation, z: number, { max }: Rounding): boolean => {
  const size = Math.abs(z);
  if (!Number.isFinite(size)) return false;
  if (f.kind === "swish") return size * Math.max(1, Math.abs(f.beta)) > max;
  return (f.kind === "gelu" || f.kind === "gelu-tanh") && size * size > max;
};
