// The slopes of the activations. A slope of the ReLU family is 0 or as if nothing were there: what is closed learns
// nothing, which is how a neuron that never fires stays dead.
import { erfc, exp, sigmoid } from "../elementary.ts";
import { expect, matrix } from "../tensor.ts";
import { ROOT_2_OVER_PI, relu } from "./activation.ts";
import type { Activation, Gradients } from "./contract.ts";

/** dx = dy ⊙ f′(x) */
export const activateGradient: Gradients["activate"] = (dy, x, f) => {
  const [T, D] = x.shape;
  expect(dy, [T, D], "activateGradient: dy is @; expected [T, D], the shape of x");
  const slopeAt = slope(f);
  return [matrix(T, D, (t, d) => dy.get(t, d) * slopeAt(x.get(t, d)))];
};

/**
 * f′ as a function of one number.
 *
 * Where f has no slope, the slope of the closed side: relu′(0) = 0, and 0 at the threshold of both FATReLUs, though
 * one of them lets the threshold itself pass. The jump of a FATReLU there is seen by no slope. NaN stays NaN.
 */
export function slope(f: Activation): (x: number) => number {
  if (f.kind === "identity") return () => 1;
  const b = f.shift;
  switch (f.kind) {
    case "relu":
      return (x) => above(x - b, 0);
    case "relu-squared":
      return (x) => 2 * relu(x - b);
    case "fatrelu":
    case "fatrelu-strict":
      return (x) => above(x - b, f.threshold);
    case "silu":
      return (x) => swishSlope(x - b, 1);
    case "swish":
      return (x) => swishSlope(x - b, f.beta);
    case "gelu":
      return (x) => geluSlope(x - b);
    case "gelu-tanh":
      return (x) => geluTanhSlope(x - b);
  }
}

/** 1 where x > threshold, 0 where x ≤ threshold */
const above = (x: number, threshold: number): number => (Number.isNaN(x) ? x : x > threshold ? 1 : 0);

/** swish′(x) = s + βx · s · (1 − s), s = sigmoid(βx); 1 − s is written sigmoid(−βx), which keeps its small values */
function swishSlope(x: number, beta: number): number {
  const u = beta * x;
  return sigmoid(u) + damped(u, sigmoid(u) * sigmoid(-u));
}

/** gelu′(x) = Φ(x) + x · φ(x), φ(x) = exp(−x²/2) / √(2π) the density of the normal distribution Φ */
const geluSlope = (x: number): number =>
  0.5 * erfc(-x * Math.SQRT1_2) + damped(x, 0.5 * ROOT_2_OVER_PI * exp(-0.5 * x * x));

/** geluTanh(x) = x · s, s = sigmoid(2u), so geluTanh′(x) = s + x · 2u′ · s · (1 − s) with u′ = √(2/π) · (1 + 3 · 0.044715x²) */
function geluTanhSlope(x: number): number {
  const u = ROOT_2_OVER_PI * (x + 0.044715 * x * x * x);
  const du = ROOT_2_OVER_PI * (1 + 3 * 0.044715 * x * x);
  return sigmoid(2 * u) + damped(2 * x * du, sigmoid(2 * u) * sigmoid(-2 * u));
}

/** x · tail, where tail falls faster than x grows: 0 once the tail is, for infinite x too. */
const damped = (x: number, tail: number): number => (tail === 0 ? 0 : x * tail);
