// The union over a batch: a row of weights is skipped only if no sequence of the batch wants it.
// From Polar Sparsity, which finds that a batch uses up the feed-forward's zeros while attention heads keep theirs.
import { pow } from "../elementary.ts";
import type { Stream } from "../random.ts";
import { type Matrix, sum } from "../tensor.ts";

/**
 * The share of neurons that none of a group's tokens uses, the mean over the groups; one token a group: the sparsity.
 *
 * @param hidden  after the activation, [T, F]: a neuron is used where it is not 0
 * @param groups  rows of hidden that are decoded together, one of each sequence
 * @see Shrestha et al. 2025, arXiv:2505.14884
 */
export function unusedByAll(hidden: Matrix<"T", "F">, groups: readonly (readonly number[])[]): number {
  const F = hidden.shape[1];
  const unused = (group: readonly number[]): number =>
    sum(F, (f) => (group.every((t) => hidden.get(t, f) === 0) ? 1 : 0)) / F;
  return sum(groups.length, (i) => unused(groups[i] ?? [])) / groups.length;
}

/** s^B: what would stay unused if every token used a random set of its own. */
export const unusedByChance = (sparsity: number, B: number): number => pow(sparsity, B);

/**
 * mean_f (1 − p_f)^B, p_f how often neuron f is used: what would stay unused if tokens were independent of each other but
 * neurons kept their own rates. Above s^B wherever rates differ: neurons that are always wanted are wanted together.
 */
export function unusedByRates(hidden: Matrix<"T", "F">, B: number): number {
  const [T, F] = hidden.shape;
  const rate = (f: number): number => sum(T, (t) => (hidden.get(t, f) === 0 ? 0 : 1)) / T;
  return sum(F, (f) => pow(1 - rate(f), B)) / F;
}

/**
 * Groups of B tokens, each from another sequence, all at the same position: what a batch decodes in one step.
 *
 * @param sequences  how many there are, of `length` tokens each, one after another in the rows
 * @param count      groups to draw
 * @throws {RangeError} when there are not B sequences
 */
export function batches(
  sequences: number,
  length: number,
  B: number,
  count: number,
  random: Stream,
): readonly (readonly number[])[] {
  if (!(Number.isInteger(B) && B >= 1 && B <= sequences))
    throw new RangeError(
      `batches: B is ${B}; expected a whole number from 1 to ${sequences}, the sequences there are`,
    );
  const all = Array.from({ length: sequences }, (_, i) => i);
  return Array.from({ length: count }, () => {
    const t = random.integer(length);
    const chosen = random.shuffle(all).slice(0, B);
    return chosen.map((sequence) => sequence * length + t);
  });
}
