// The gradient tape: each operator notes what its result was made from, and how a slope passes back through it.
// A tape serves one loss, or a sum of losses: for the next step, make the next tape.
import type { Differentiable, Ops } from "../ops/contract.ts";
import { expect, map, type Tensor, type Vector } from "../tensor.ts";

/** The slope of the loss along each tensor that it depends on, weights and activations alike. */
export type Slopes = ReadonlyMap<Tensor, Tensor>;

/** What remembers how results were made, and passes slopes back through them: for one loss, or a sum of losses. */
export interface Tape {
  /**
   * The slopes of whatever has the slopes `seeds` along the tensors in it: a loss that this tape did not see, such as
   * a penalty on activations or the distance from a teacher's logits.
   */
  pull(seeds: Slopes): Slopes;
  /** The slopes of weight · Σ_t loss[t]; for a mean over T, weight = 1/T. A tensor the loss does not depend on has none. */
  slopes(loss: Vector<"T">, weight: number): Slopes;
}

type Tensors = readonly (Tensor | undefined)[];

interface Note {
  readonly from: Tensors;
  readonly pull: (dy: Tensor) => Tensors;
}

/**
 * `ops`, remembering how each result was made.
 *
 * @throws {TypeError} from an operator that returns an argument or an earlier result, whose note would be lost
 */
export function record(ops: Differentiable): Ops & Tape {
  const back = ops.gradient;
  const notes = new Map<Tensor, Note>(); // in order of time, as a Map keeps it

  function made<Y extends Tensor>(y: Y, from: Tensors, pull: (dy: Y) => Tensors): Y {
    if (from.includes(y) || notes.has(y))
      throw new TypeError(
        "record: an operator returned a tensor that was there before; expected a fresh one",
      );
    notes.set(y, { from, pull: (dy) => pull(dy as Y) }); // a slope has the shape of what it is the slope of
    return y;
  }

  function pull(seeds: Slopes): Slopes {
    for (const [y, { shape }] of seeds) {
      if (!notes.has(y))
        throw new TypeError(
          "pull: a seed is of a tensor from elsewhere; expected one that this tape recorded",
        );
      expect(y, shape, "pull: the tensor is @; expected the shape of its seed");
    }
    const found = new Map(seeds);
    for (const [y, { from, pull }] of [...notes].reverse()) {
      const dy = found.get(y); // complete: everything made from y came later
      if (!dy) continue;
      for (const [i, slope] of pull(dy).entries()) {
        const x = from[i];
        if (!x || !slope) continue;
        const before = found.get(x);
        found.set(x, before ? ops.add(before, slope) : slope);
      }
    }
    return found;
  }

  function slopes(loss: Vector<"T">, weight: number): Slopes {
    if (!notes.has(loss))
      throw new TypeError("slopes: loss is a tensor from elsewhere; expected one that this tape recorded");
    return pull(new Map([[loss, map(loss, () => weight)]]));
  }

  return {
    pull,
    slopes,
    scope: ops.scope,
    embed: (tokens, table) => made(ops.embed(tokens, table), [table], (dx) => back.embed(dx, tokens, table)),
    linear: (x, w, b) => made(ops.linear(x, w, b), [x, w, b], (dy) => back.linear(dy, x, w, b)),
    activeLinear: (x, w, b) => made(ops.activeLinear(x, w, b), [x, w, b], (dy) => back.linear(dy, x, w, b)),
    gatedLinear: (x, w, g) =>
      made(ops.gatedLinear(x, w, g), [x, w, g], (dh) => back.gatedLinear(dh, x, w, g)),
    activeGatedLinear: (x, w, g) =>
      made(ops.activeGatedLinear(x, w, g), [x, w, g], (dh) => back.gatedLinear(dh, x, w, g)),
    unembed: (x, table) => made(ops.unembed(x, table), [x, table], (dz) => back.unembed(dz, x, table)),
    add: (x, y) => made(ops.add(x, y), [x, y], (dz) => [dz, dz]),
    mul: (x, y) => made(ops.mul(x, y), [x, y], (dz) => back.mul(dz, x, y)),
    activate: (x, f) => made(ops.activate(x, f), [x], (dy) => back.activate(dy, x, f)),
    softmax: (x) => made(ops.softmax(x), [x], (dp) => back.softmax(dp, x)),
    layerNorm: (x, gain, bias, epsilon) =>
      made(ops.layerNorm(x, gain, bias, epsilon), [x, gain, bias], (dy) =>
        back.layerNorm(dy, x, gain, bias, epsilon),
      ),
    rmsNorm: (x, gain, epsilon) =>
      made(ops.rmsNorm(x, gain, epsilon), [x, gain], (dy) => back.rmsNorm(dy, x, gain, epsilon)),
    rotary: (x, rotation) => made(ops.rotary(x, rotation), [x], (dy) => back.rotary(dy, rotation)),
    append: (past, next) => made(ops.append(past, next), [past, next], (dy) => back.append(dy, past, next)),
    attend: (q, k, v, K) => made(ops.attend(q, k, v, K), [q, k, v], (dy) => back.attend(dy, q, k, v, K)),
    crossEntropy: (z, targets) =>
      made(ops.crossEntropy(z, targets), [z], (dloss) => back.crossEntropy(dloss, z, targets)),
  };
}
