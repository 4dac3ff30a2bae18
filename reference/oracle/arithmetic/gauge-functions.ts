// Powers, logarithms, roots and angles. docs/bounds.md, sections 5, 8 and 9.

import { cos, exp, expm1, log, sin } from "../../elementary.ts";
import type { Rotation, Scaling } from "../../ops/contract.ts";
import { stretch } from "../../ops/frequencies.ts";
import type { Arithmetic, Row } from "./arithmetic.ts";
import { certain, type Gauged, lost, type Rounding, ZERO } from "./rounding.ts";

type Functions = "overRoot" | "top" | "power" | "log" | "direction";

export function functions(of: Rounding): Pick<Arithmetic<Gauged>, Functions> {
  return {
    overRoot: (x) => overRoot(of, x),
    top: (n, x) => top(of, n, x),
    power: (x, greatest) => power(of, x, greatest),
    log: (x) => logarithm(of, x),
    direction: (position, base, i, K, scaling) => direction(of, position, { base, K, scaling }, i),
  };
}

function overRoot({ model, off, rounded }: Rounding, x: Gauged): Gauged {
  const value = 1 / Math.sqrt(x.value);
  const left = x.value - off(x);
  if (Number.isNaN(value) || x.value === Infinity || (x.error === 0 && x.value === 0)) return certain(value);
  if (!(left > 0)) return lost(value);
  const relative = off(x) / (2 * left);
  const variance = (value * value * x.variance) / (4 * x.value * x.value);
  return rounded(value, value * relative, variance, 0, model.functions);
}

/**
 * The greatest of x. Whatever number near it a machine takes off, the ratio of two powers stays: it is off only by what
 * it loses when it is brought to powers of two, and matters only to who adds it again.
 */
function top({ u }: Rounding, n: number, x: Row<Gauged>): Gauged {
  let [value, rising, falling, last] = [-Infinity, 0, 0, -Infinity];
  for (let i = 0; i < n; i++) {
    if (x(i).value > value) rising += 1;
    if (x(n - 1 - i).value > last) falling += 1;
    value = Math.max(value, x(i).value);
    last = Math.max(last, x(n - 1 - i).value);
  }
  if (!Number.isFinite(value)) return certain(value);
  const renewals = { most: Math.max(0, n - 1), usual: Math.max(rising, falling) };
  return { value, error: u * Math.abs(value), variance: (u * u * value * value) / 3, unit: 0, renewals };
}

/** e^(x − top): what x is off; roundings of the argument, in any of four forms; exp itself; and each new top on the way. */
function power({ model, u, off }: Rounding, x: Gauged, { value: top, renewals }: Gauged): Gauged {
  const { functions } = model;
  const z = x.value - top;
  if (Number.isNaN(z)) return certain(Number.NaN);
  if (z === -Infinity) return ZERO;
  const value = exp(z);
  if (off(x) === Infinity) return lost(value);
  const { most, usual } = renewals ?? { most: 0, usual: 0 };
  const argument = off(x) + u * (3 * (Math.abs(x.value) + off(x)) + 4 * Math.abs(z));
  const exponent = argument + u * (functions + (functions + 1) * most);
  const error = exponent < 1 ? value * expm1(exponent) : exp(z + exponent);
  const chance = (u * u * (2 * x.value * x.value + 4 * z * z + functions * functions * (1 + usual))) / 3;
  return { value, error: error + faint(model), variance: value * value * (x.variance + chance), unit: 0 };
}

/** What exp and its kin may lose below the smallest normal number: many flush there, whatever is declared. */
export const faint = ({ accumulator, flushesSubnormals }: Rounding["model"]): number =>
  accumulator.precision === 11 && !flushesSubnormals ? accumulator.eta : accumulator.tiny;

function logarithm({ model, u, least, off, gauged }: Rounding, x: Gauged): Gauged {
  const { functions } = model;
  const value = log(x.value);
  const left = x.value - off(x);
  if (!Number.isFinite(value) && x.error === 0) return certain(value);
  if (!(left > 0)) return lost(value);
  const moved = off(x) / left;
  // fast logarithms are as far off near 1, where the value is small
  const own = functions * u * (Math.abs(value) + moved + (functions > 4 ? 1 : 0));
  return gauged(value, moved + own + least, x.variance / (x.value * x.value) + own * own);
}

/**
 * The frequency a power, or a product of i equal ones; the angle its product with the position. Scaling multiplies the
 * frequency: by its reciprocal factor, or by what goes evenly from that to 1 with the turns, which are as far off as the
 * frequency: then moved, at worst, factor − 1 times as far for each part of the way.
 */
function direction({ model, u, gauged }: Rounding, position: number, rotation: Turning, i: number) {
  const { base, K, scaling } = rotation;
  if (position === 0) return [certain(1), ZERO] as const;
  const { functions } = model;
  const bend = Math.abs(log(base) * ((2 * i) / K));
  const times = scaling ? stretch({ base, K, scaling }, i) : 1;
  const angle = position * exp(-log(base) * ((2 * i) / K)) * times;
  const plain = expm1(u * ((functions + 1) * (i + 1) + (functions + 2) * bend + 2));
  const relative = scaling ? plain + (plain + 4 * u) * wayOf(scaling, times) + 6 * u : plain;
  const error = Math.min(2, Math.abs(angle) * relative + functions * u + faint(model));
  const one = (value: number): Gauged => gauged(value, error, (error * error) / 9);
  return [one(cos(angle)), one(sin(angle))] as const;
}

type Turning = Pick<Rotation, "base" | "K"> & { readonly scaling: Scaling | undefined };

/** How many times as far as the turns of a pair its stretch is moved, relative to itself. */
function wayOf(scaling: Scaling, times: number): number {
  if (scaling.kind === "linear" || times === 1 || times * scaling.factor === 1) return 0;
  const { factor, lowFactor, highFactor } = scaling;
  return ((factor - 1) * highFactor) / (highFactor - lowFactor);
}
