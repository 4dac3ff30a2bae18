// TEAL: without training, small inputs of every projection are set to zero, below a threshold read off a text.
// For models that have no zeros of their own. Paper: what its second stage wants, sparse inputs everywhere, at once.
import type { Model } from "../models/model.ts";
import { type Ops, override } from "../ops/contract.ts";
import { type Matrix, map, type Tensor, type Tokens } from "../tensor.ts";
import { projections } from "./projections.ts";
import { quantile } from "./quantile.ts";
import { sightingOf, sightings } from "./sightings.ts";

/** For each projection, by its weights, what |x| must reach to be read. */
export type Thresholds = ReadonlyMap<Tensor, number>;

/**
 * t_w = the `target` quantile of |x| over all that projection w reads of the text, for each projection of every layer.
 *
 * One target for all projections, and all thresholds read off the dense model. The authors also share out a block's
 * target among its projections by a greedy search, which is left out here.
 *
 * @param text    to calibrate on: not the text that is judged
 * @param target  the share of inputs to become zero, in [0, 1]
 * @throws {RangeError} when the target is outside, or the text is empty
 * @see Liu et al. 2024, arXiv:2408.14690
 */
export function tealThresholds(ops: Ops, model: Model, text: Tokens, target: number): Thresholds {
  const wanted = [...projections(model).keys()];
  const seen = sightings(ops, model, text, wanted);
  return thresholdsOf(wanted, (w) => sightingOf(seen, w).input, target);
}

/** The same, from inputs that were kept: one reading of a text serves many targets. */
export const thresholdsOf = (
  wanted: readonly Tensor[],
  inputOf: (w: Tensor) => Matrix,
  target: number,
): Thresholds => new Map(wanted.map((w) => [w, quantile(inputOf(w).data.map(Math.abs), target)]));

/**
 * `ops`, whose projections read x where |x| ≥ t_w and 0 elsewhere.
 *
 * What follows sees true zeros, so `teal(skipZeros(machine), …)` skips their rows. The values change: a tape laid over
 * it would not know, and does not compile.
 */
export function teal(ops: Ops, thresholds: Thresholds): Ops {
  const cut = <X extends Matrix>(x: X, w: Tensor): X => {
    const t = thresholds.get(w) ?? 0;
    return map(x, (value) => (Math.abs(value) < t ? 0 : value));
  };
  return override(ops, {
    linear: (x, w, b) => ops.linear(cut(x, w), w, b),
    activeLinear: (x, w, b) => ops.activeLinear(cut(x, w), w, b),
    gatedLinear: (x, w, g) => ops.gatedLinear(cut(x, w), w, g),
    activeGatedLinear: (x, w, g) => ops.activeGatedLinear(cut(x, w), w, g),
  });
}
