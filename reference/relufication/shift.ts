// Where to put the shift of relu(x − b): at a quantile of what the activation reads.
// Paper: section 5.3, which reads b off the histogram of pre-activations once and keeps it.
import type { Run } from "../models/model.ts";

/** Every layer's pre-activations of the runs, in no order worth knowing. */
export function preactivations(runs: Iterable<Run>): Float64Array {
  const parts = [...runs].flatMap(({ layers }) => layers.map(({ hidden }) => hidden.preactivation.data));
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
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
  const b = ascending[Math.ceil(sparsity * ascending.length) - 1] ?? Number.NaN;
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
