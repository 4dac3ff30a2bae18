// A sliding window of neurons: what a token used stays loaded while one of the last k tokens used it.
// From LLM in a Flash, where the rows come from flash memory. Paper: section 5.1 says why it should pay.
import type { Matrix } from "../tensor.ts";

/** What the window did over T tokens of one layer. */
export interface WindowLoads {
  /** neurons that a token used and that were not there, token by token */
  readonly loads: readonly number[];
  /** neurons that a token used, token by token */
  readonly uses: readonly number[];
  /** neurons that are there after the token, token by token */
  readonly resident: readonly number[];
}

/**
 * Loads of token t = the neurons it uses that none of the k tokens before it used.
 *
 * Kept as the last use of each neuron: it is there while t − last ≤ k. With k = 0 nothing stays.
 *
 * @param hidden  after the activation, [T, F], T tokens of one text in their order: a neuron is used where it is not 0
 * @param k       tokens that the window looks back, a whole number from 0
 * @throws {RangeError} when k is none
 * @see Alizadeh et al. 2023, arXiv:2312.11514
 */
export function windowLoads(hidden: Matrix<"T", "F">, k: number): WindowLoads {
  if (!(Number.isInteger(k) && k >= 0))
    throw new RangeError(`windowLoads: k is ${k}; expected a whole number of tokens, 0 or more`);
  const [T, F] = hidden.shape;
  const last = new Array<number>(F).fill(-Infinity);
  const [loads, uses, resident]: [number[], number[], number[]] = [[], [], []];
  for (let t = 0; t < T; t++) {
    let [loaded, used, there] = [0, 0, 0];
    for (let f = 0; f < F; f++) {
      const before = last[f] ?? -Infinity;
      if (hidden.get(t, f) !== 0) {
        used++;
        if (t - before > k) loaded++;
        last[f] = t;
      }
      if (t - (last[f] ?? -Infinity) < k) there++;
    }
    loads.push(loaded);
    uses.push(used);
    resident.push(there);
  }
  return { loads, uses, resident };
}

/** The fraction of uses that found their neuron loaded, in [0, 1]; NaN where nothing was used. */
export const hitRate = ({ loads, uses }: WindowLoads): number => 1 - total(loads) / total(uses);

/** The mean number of neurons that a token loads. */
export const loadsPerToken = ({ loads }: WindowLoads): number => total(loads) / loads.length;

/** The mean number of neurons in memory between tokens: what the window costs. */
export const residentNeurons = ({ resident }: WindowLoads): number => total(resident) / resident.length;

/**
 * The bytes that a token loads: each neuron's rows of every matrix it owns one in, bundled to be read in one piece.
 *
 * @param D      model width, the numbers in a row
 * @param rows   two in a plain layer, up and down; three in a gated one
 * @param bytes  of a weight
 */
export const bytesPerToken = (loads: WindowLoads, D: number, rows: number, bytes: number): number =>
  loadsPerToken(loads) * D * rows * bytes;

const total = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);
