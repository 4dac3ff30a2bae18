// The activations and their slopes as one machine of a model evaluates them.
import { erf, erfc, exp, sigmoid, tanh } from "../../elementary.ts";
import type { Activation } from "../../ops/contract.ts";
import type { Model } from "../model.ts";
import type { Arithmetic } from "./arithmetic.ts";

/** What a machine's activations are made of: its roundings, of a single operation and of exp and its kin. */
export interface Roundings {
  readonly model: Model;
  /** of two ways to write a line, the second */
  readonly second: boolean;
  readonly round: (x: number) => number;
  readonly rough: (x: number) => number;
}

const relu = (z: number): number => Math.max(z, 0);

export function machineActivations(of: Roundings): Pick<Arithmetic<number>, "activate" | "slope"> {
  const { model, second, round, rough } = of;
  const multiply = (x: number, y: number): number => round(x * y);
  const shifted = (f: Activation, x: number): number =>
    f.kind === "identity" || f.shift === 0 ? x : round(x - f.shift);
  const halves = model.losesTails && second; // z/2 · (1 + erf), z/2 · (1 + tanh)

  const swish = (z: number, u: number): number => {
    if (z === -Infinity && u === -Infinity) return -0;
    return halves ? multiply(z / 2, round(1 + rough(tanh(u / 2)))) : multiply(z, rough(sigmoid(u)));
  };
  const gelu = (z: number): number => {
    if (z === -Infinity) return -0;
    const scaled = multiply(z, round(Math.SQRT1_2));
    return halves ? multiply(z / 2, round(1 + rough(erf(scaled)))) : multiply(z / 2, rough(erfc(-scaled)));
  };

  const activate = (f: Activation, x: number): number => {
    const z = shifted(f, x);
    switch (f.kind) {
      case "identity":
        return x;
      case "relu":
        return relu(z);
      case "relu-squared":
        return multiply(relu(z), relu(z));
      case "fatrelu":
        return z < f.threshold ? 0 : z;
      case "fatrelu-strict":
        return z <= f.threshold ? 0 : z;
      case "silu":
        return swish(z, z);
      case "swish":
        return swish(z, multiply(f.beta, z));
      case "gelu":
        return gelu(z);
      case "gelu-tanh":
        return swish(z, bent(z, round));
    }
  };

  const slope = (f: Activation, x: number): number => {
    if (f.kind === "identity") return 1;
    const z = shifted(f, x);
    if (Number.isNaN(z)) return z;
    if (Math.abs(z) === Infinity && f.kind !== "relu-squared") return farSlope(f, z); // s is 1 or 0, and 0 · z NaN
    switch (f.kind) {
      case "relu":
        return z > 0 ? 1 : 0;
      case "relu-squared":
        return multiply(2, relu(z));
      case "fatrelu":
      case "fatrelu-strict":
        return z > f.threshold ? 1 : 0;
      case "silu":
        return swishSlope(of, z, z, 1);
      case "swish":
        return swishSlope(of, z, multiply(f.beta, z), f.beta);
      case "gelu":
        return geluSlope(of, z);
      case "gelu-tanh": {
        const inner = multiply(1.5957691216057308, round(1 + multiply(0.134145, multiply(z, z))));
        return swishSlope(of, z, bent(z, round), inner);
      }
    }
  };
  return { activate, slope };
}

/** 2 √(2/π) (z + 0.044715 z³) */
const bent = (z: number, round: (x: number) => number): number =>
  round(1.5957691216057308 * round(z + round(0.044715 * round(z * round(z * z)))));

/** s + z u′ s (1 − s), or s (1 + z u′ (1 − s)) */
function swishSlope({ second, round, rough }: Roundings, z: number, u: number, du: number): number {
  const [s, rest] = [rough(sigmoid(u)), rough(sigmoid(-u))];
  if (second) {
    const other = round(1 - s);
    return s === 0 ? 0 : round(s * round(1 + (other === 0 ? 0 : round(round(z * du) * other)))); // 0 · Infinity is NaN
  }
  const tail = round(s * rest);
  return round(s + (tail === 0 ? 0 : round(round(z * du) * tail)));
}

/** Φ(z) + z φ(z) */
function geluSlope({ round, rough }: Roundings, z: number): number {
  const density = round(0.3989422804014327 * rough(exp(round((z / 2) * -z))));
  const tail = density === 0 ? 0 : round(z * density);
  return round(rough(erfc(-round(z * Math.SQRT1_2))) / 2 + tail);
}

const farSlope = (f: Activation, z: number): number => {
  const u = f.kind === "swish" ? f.beta * z : z;
  return Number.isNaN(u) ? u : u > 0 ? 1 : 0;
};
