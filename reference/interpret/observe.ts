// Sightings: each projection's input, weights and result, as it happens, over any corpus, keeping nothing.
// Paper: figures 1, 2, 4 and 7. For one run, the model's own record of activations says more.
import { type Ops, override } from "../ops/contract.ts";
import type { Matrix } from "../tensor.ts";

/** Told of each projection: its input [T, I], its weights, its result [T, O]. */
export type Look = (input: Matrix, weights: Matrix, result: Matrix) => void;

/**
 * `ops`, showing `look` every projection as it happens.
 *
 * A gated product shows its input x; the zeros of its gate come back as zeros of its result.
 */
export function observe<O extends Ops>(ops: O, look: Look): O {
  const seen = <Y extends Matrix>(x: Matrix, w: Matrix, y: Y): Y => {
    look(x, w, y);
    return y;
  };
  return override(ops, {
    linear: (x, w, b) => seen(x, w, ops.linear(x, w, b)),
    activeLinear: (x, w, b) => seen(x, w, ops.activeLinear(x, w, b)),
    gatedLinear: (x, w, g) => seen(x, w, ops.gatedLinear(x, w, g)),
    activeGatedLinear: (x, w, g) => seen(x, w, ops.activeGatedLinear(x, w, g)),
    unembed: (x, table) => seen(x, table, ops.unembed(x, table)),
  });
}
