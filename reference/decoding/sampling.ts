// From a row of logits to one token: the greatest, or a draw by temperature from the likeliest few.
import { softmax } from "../ops/softmax.ts";
import { type Matrix, matrix } from "../tensor.ts";

/** Chooses the next token by the last row of the logits. */
export type Choose = (logits: Matrix<"T", "V">) => number;

/** What `sampler` draws by: a temperature, how many of the likeliest tokens stay in, and uniform numbers. */
export interface Sampling {
  /** above 0; towards 0 the greatest wins ever more surely */
  readonly temperature: number;
  /** in (0, 1]: only the likeliest tokens that together have this probability are drawn from */
  readonly topP: number;
  /** the next number of a stream, uniform in [0, 1) */
  readonly uniform: () => number;
}

/**
 * The token of the greatest logit, the lowest id among equals.
 *
 * A NaN is never the greatest; where all are NaN there is nothing to choose by, and it is token 0.
 *
 * @param logits  [T, V], the last row counts
 */
export const greedy: Choose = (logits) => greatest(rowOf(logits, logits.shape[0] - 1));

/**
 * A token drawn by its probability softmax(logits / temperature), among the likeliest that reach topP.
 *
 * @param logits  [T, V], the last row counts; a NaN is never drawn
 * @throws {RangeError} when the temperature or topP is outside its domain
 * @see Holtzman et al. 2020, arXiv:1904.09751, for topP
 */
export function sampler({ temperature, topP, uniform }: Sampling): Choose {
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new RangeError(
      `sampler: temperature is ${temperature}; expected a finite number above 0 (0 is greedy)`,
    );
  }
  if (!(topP > 0 && topP <= 1)) throw new RangeError(`sampler: topP is ${topP}; expected a number in (0, 1]`);
  return (logits) => drawn(candidates(logits, logits.shape[0] - 1, { temperature, topP }), uniform());
}

/** A token that may come next, and its probability among all tokens. */
export interface Candidate {
  readonly token: number;
  readonly p: number;
}

/**
 * The tokens that may follow position t, likeliest first: by softmax(logits[t] / temperature), the first to reach topP
 * together. At temperature 0 the greatest logit alone, as `greedy` takes it.
 *
 * Their probabilities add up to topP or more, and are not scaled up to 1.
 *
 * @param logits  [T, V]; a NaN has no chance
 */
export function candidates(
  logits: Matrix<"T", "V">,
  t: number,
  { temperature, topP }: Pick<Sampling, "temperature" | "topP">,
): readonly Candidate[] {
  const z = rowOf(logits, t);
  if (temperature === 0) return [{ token: greatest(z), p: 1 }];
  const scaled = z.map((z) => (Number.isNaN(z) ? -Infinity : z / temperature));
  const p = softmax(matrix(1, scaled.length, (_, v) => scaled[v] ?? -Infinity));
  return nucleus([...p.data], topP);
}

/** The likeliest candidates, the first to reach topP together. */
function nucleus(p: readonly number[], topP: number): readonly Candidate[] {
  const likeliestFirst = p.map((p, token) => ({ token, p })).sort((a, b) => b.p - a.p || a.token - b.token);
  let total = 0;
  const end = likeliestFirst.findIndex(({ p }) => {
    total += p;
    return total >= topP;
  });
  return end < 0 ? likeliestFirst : likeliestFirst.slice(0, end + 1);
}

/** The candidate at which the running sum of p passes u of the whole. */
export function drawn(candidates: readonly Candidate[], u: number): number {
  const goal = u * candidates.reduce((total, { p }) => total + p, 0);
  let total = 0;
  for (const { token, p } of candidates) {
    total += p;
    if (total > goal) return token;
  }
  return candidates[0]?.token ?? 0;
}

/** Where the greatest is, the first among equals; 0 where all are NaN. */
function greatest(z: Float64Array): number {
  let [best, top] = [0, -Infinity];
  for (let v = 0; v < z.length; v++) {
    const value = z[v] ?? Number.NaN;
    if (value > top) [best, top] = [v, value];
  }
  return best;
}

/** A row in float64, which holds every float32 as it is. */
const rowOf = ({ data, shape: [, V] }: Matrix<"T", "V">, t: number): Float64Array =>
  new Float64Array(data.subarray(t * V, (t + 1) * V));
