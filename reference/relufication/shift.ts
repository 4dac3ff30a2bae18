// Where to put the shift of relu(x − b): at a quantile of what the activation reads.
// Paper: section 5.3, which reads b off the histogram of pre-activations once and keeps it.
import { empty } from "../models/cache.ts";
import { forward, type Model } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import type { Tokens } from "../tensor.ts";
import { shifted } from "./surgery.ts";

/** What every layer's activation reads of some windows of text, all of it, in no order worth knowing. */
export function preactivations(ops: Ops, model: Model, windows: readonly Tokens[]): Float64Array {
  const { L, F } = model.config.sizes;
  const all = new Float64Array(L * F * windows.reduce((total, window) => total + window.length, 0));
  let at = 0;
  for (const window of windows)
    ops.scope(() => {
      for (const { hidden } of forward(ops, model, window, empty).layers) {
        all.set(hidden.preactivation.data, at);
        at += hidden.preactivation.size;
      }
    });
  return all;
}

/**
 * The least b, among the values, for which relu(x − b) is zero on a share of at least `sparsity` of them.
 *
 * One b serves all layers, as in the paper; the layers then differ in their zeros.
 *
 * @param values    pre-activations over some text
 * @param sparsity  the share of zeros wanted, in (0, 1)
 * @throws {RangeError} when there is no value, one of them is NaN, sparsity is outside, or b would silence every neuron
 */
export function shiftFor(values: Float64Array, sparsity: number): number {
  if (!(sparsity > 0 && sparsity < 1))
    throw new RangeError(`shiftFor: sparsity is ${sparsity}; expected a number above 0 and below 1`);
  if (values.length === 0) throw new RangeError("shiftFor: there are no values; expected one at least");
  if (values.some(Number.isNaN)) throw new RangeError("shiftFor: a value is NaN; expected numbers");
  const ascending = values.slice().sort();
  const n = ascending.length;
  const up = Math.ceil(sparsity * n); // 0.07 · 100 is a little above 7
  const b = ascending[((up - 1) / n >= sparsity ? up - 1 : up) - 1] ?? Number.NaN;
  const greatest = ascending.at(-1) ?? Number.NaN;
  if (b < greatest) return b + 0; // −0 is 0
  throw new RangeError(
    `shiftFor: of ${values.length} values ${greatest} is the greatest, and a share of ${sparsity} reaches it; ` +
      "expected a share that leaves a neuron alive",
  );
}

/** The share of the values that relu(x − b) makes zero: those at or below b. */
export function silenced(values: Float64Array, b: number): number {
  let zeros = 0;
  for (const value of values) if (value <= b) zeros++;
  return zeros / values.length;
}

/** How near a share of zeros has to come to the one wanted, and how many rounds it is given for that. */
const NEAR = 0.002;
const ROUNDS = 8;

/**
 * A b that gives a share of zeros *while it is in place*: what one layer silences changes what the next one reads, so the
 * quantile is taken again of the model that has the shift, until the share stays within 0.002 of the wanted one, or
 * for 8 rounds.
 *
 * @param model    with a ReLU, whose shift does not matter
 * @param windows  text to read
 * @param told     of each round
 * @throws {RangeError} as `shiftFor`
 */
export function settledShift(
  ops: Ops,
  model: Model,
  windows: readonly Tokens[],
  sparsity: number,
  told: (round: number) => void = () => undefined,
): number {
  let b = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    told(round);
    const moved = { ...model, config: shifted(model.config, b) } as Model;
    const values = preactivations(ops, moved, windows);
    if (Math.abs(silenced(values, b) - sparsity) <= NEAR) return b;
    b = shiftFor(values, sparsity);
  }
  return b;
}

/** The greatest number that any layer's activation reads on a text. */
export const greatestPreactivation = (ops: Ops, model: Model, windows: readonly Tokens[]): number =>
  preactivations(ops, model, windows).reduce((most, value) => Math.max(most, value), -Infinity);
