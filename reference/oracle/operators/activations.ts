// The activations, their slopes, and the feed-forward layers that are made of them and of products.
import type { Arithmetic } from "../arithmetic/arithmetic.ts";
import { type Grid, grid, mapped } from "./grid.ts";
import type { Operators, Single } from "./operators.ts";

export const activations = <N>(a: Arithmetic<N>): Pick<Single<N>, "activate" | "activateGradient"> => ({
  activate: (x, f) => mapped(x, (value) => a.activate(f, value)),
  activateGradient: (dy, x, f) =>
    grid(x.rows, x.columns, (t, d) => a.multiply(dy.at(t, d), a.slope(f, x.at(t, d)))),
});

/**
 * y = f(x · up + bias) · down + bias, or with a gate (f(x · gate + bias) ⊙ (x · upᵀ)) · down + bias.
 *
 * Made of the operators that it is given, so that what is wrong in one of them is wrong here too.
 */
export const feedForward =
  <N>(ops: Single<N>, kept: (x: Grid<N>) => Grid<N>): Operators<N>["feedForward"] =>
  (x, { gate, gateBias, up, upBias, down, downBias }, f, skip) => {
    const first = gate ? ops.linear(x, gate, gateBias) : ops.linear(x, up, upBias);
    const active = kept(ops.activate(kept(first), f));
    const gated = skip ? ops.activeGatedLinear : ops.gatedLinear;
    const h = gate ? kept(gated(x, up, active)) : active;
    return skip ? ops.activeLinear(h, down, downBias) : ops.linear(h, down, downBias);
  };
