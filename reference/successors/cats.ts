// CATS: in a gated layer, the gate is shut where SiLU left it small; a shut gate skips a row of up and a row of down.
// The product with the gate's weights stays dense: it is what tells which neurons can go.
import type { Model } from "../models/model.ts";
import { type Ops, override } from "../ops/contract.ts";
import { map, type Tensor, type Tokens } from "../tensor.ts";
import { expectGated, feedForwards } from "./projections.ts";
import { quantile } from "./quantile.ts";
import { sightingOf, sightings } from "./sightings.ts";

/** For each gated layer, by its up projection, what |gate| must reach to stay open. */
export type GateThresholds = ReadonlyMap<Tensor, number>;

/**
 * t_l = the `target` quantile of |f(gate · x)| over the text, f the model's activation, layer by layer.
 *
 * @param text    to calibrate on: not the text that is judged
 * @param target  the share of gates to shut, in [0, 1]
 * @throws {RangeError} when the target is outside, the text is empty, or the model has no gates
 * @see Lee et al. 2024, arXiv:2404.08763
 */
export function catsThresholds(ops: Ops, model: Model, text: Tokens, target: number): GateThresholds {
  const ups = expectGated("catsThresholds", model);
  const intos = feedForwards(model).map(({ into }) => into);
  const seen = sightings(ops, model, text, intos);
  return new Map(
    intos.map((into, l) => {
      const { result } = sightingOf(seen, into);
      const sizes = ops.scope(() => ops.activate(result, model.config.activation).data.map(Math.abs));
      return [ups[l] ?? into, quantile(sizes, target)];
    }),
  );
}

/** `ops`, whose gated products have the gate shut, +0, where |g| < t: the neuron is skipped whole. */
export function cats(ops: Ops, thresholds: GateThresholds): Ops {
  const shut = <X extends Tensor>(g: X, w: Tensor): X => {
    const t = thresholds.get(w) ?? 0;
    return map(g, (value) => (Math.abs(value) < t ? 0 : value));
  };
  return override(ops, {
    gatedLinear: (x, w, g) => ops.gatedLinear(x, w, shut(g, w)),
    activeGatedLinear: (x, w, g) => ops.activeGatedLinear(x, w, shut(g, w)),
  });
}
