// Sparse speculative decoding in theory: how much faster, and how many tokens to draft.
// Paper: section 5.2, theorems 1 and 2, and appendix C. What it measures in practice is in decoding/speculative.ts.
import { byChance } from "./aggregated.ts";

/** One round of speculative decoding: gamma tokens drafted, then verified by the target in one pass. */
export interface Round {
  /** time of one draft step / time of one dense step of the target, 0 or more */
  readonly c: number;
  /** drafted tokens a round, 1 or more */
  readonly gamma: number;
  /** s̄(gamma): the share of the target's weights that verifying a window does not need, in [0, 1] */
  readonly unused: number;
}

/** s̄ as a function of gamma: it never rises, for a longer window needs all that a shorter one needs. */
export type UnusedCurve = (gamma: number) => number;

/**
 * Theorem 1, sparse speculative decoding against standard speculative decoding:
 *
 *   (c·gamma + 1) / (c·gamma + 1 − s̄(gamma))
 *
 * A model of latency in which time goes as weights read. Four things it leaves open, which matter as much as the value:
 * - a round verifies gamma + 1 positions, the drafted tokens and the one before them, while the formula takes s̄(gamma):
 *   who measures s̄(gamma + 1) should say so;
 * - s̄ is a share of all the weights of the target. If only rows of down are skipped, the share of unused neurons has to
 *   be multiplied by down's share of the weights (`weighted`), a third of the blocks of an OPT;
 * - the draft may be sparse too: c is then the cost of its sparse step;
 * - nothing is said of caches, attention, or the time it takes to find the rows.
 *
 * @throws {RangeError} when an argument is outside its domain, or nothing is left that takes time
 * @see Mirzadeh et al. 2023, arXiv:2310.04564, theorem 1
 */
export function theorem1({ c, gamma, unused }: Round): number {
  return (c * gamma + 1) / cost("theorem1", { c, gamma, unused });
}

/**
 * Theorem 2, sparse speculative decoding against plain decoding with the dense target:
 *
 *   (1 − alpha^(gamma+1)) / ((1 − alpha) · (c·gamma + 1 − s̄(gamma)))
 *
 * With s̄ = 0 it is the speedup of Leviathan et al. The baseline is *dense*: against plain decoding that skips zeros
 * itself, multiply by 1 − s̄(1). What theorem 1 leaves open is open here too.
 *
 * @param alpha  the acceptance rate, in [0, 1]: of a drafted token whose predecessors were accepted
 * @throws {RangeError} as `theorem1`
 * @see Mirzadeh et al. 2023, arXiv:2310.04564, theorem 2; Leviathan et al. 2023, arXiv:2211.17192, theorem 3.8
 */
export function theorem2(round: Round, alpha: number): number {
  return expectedTokens(alpha, round.gamma) / cost("theorem2", round);
}

/**
 * Tokens that a round gives on average: Σ_{i=0}^{gamma} alpha^i = (1 − alpha^(gamma+1)) / (1 − alpha).
 *
 * As a sum it has no hole at alpha = 1, where it is gamma + 1; at alpha = 0 it is the one token of the target. It is
 * added up by halves, Σ_{i<2n} = (1 + alpha^n) · Σ_{i<n}, so that no gamma takes long.
 */
export function expectedTokens(alpha: number, gamma: number): number {
  checkShare("expectedTokens", "alpha", alpha);
  checkGamma("expectedTokens", gamma);
  return powers(alpha, gamma + 1).sum;
}

/** Σ_{i<n} alpha^i, and alpha^n. */
function powers(alpha: number, n: number): { readonly sum: number; readonly next: number } {
  if (n === 0) return { sum: 0, next: 1 };
  const { sum, next } = powers(alpha, Math.floor(n / 2));
  const even = { sum: (1 + next) * sum, next: next * next };
  return n % 2 === 0 ? even : { sum: even.sum + even.next, next: even.next * alpha };
}

export interface Best {
  readonly gamma: number;
  /** theorem 2 there: 1 or less says that drafting does not pay */
  readonly speedup: number;
}

/** The range that `bestGamma` searches unless it is given another: 1 to 256. */
export const usualGammas: readonly number[] = Array.from({ length: 256 }, (_, i) => i + 1);

/**
 * The gamma at which theorem 2 is greatest, by trying each; of equal ones the first.
 *
 * Where nothing limits gamma, as at alpha = 1 with a cheap draft, that is the end of the range.
 *
 * @throws {RangeError} when there is no gamma to try, and as `theorem2`
 */
export function bestGamma(
  c: number,
  alpha: number,
  unused: UnusedCurve,
  gammas: readonly number[] = usualGammas,
): Best {
  const [first, ...others] = gammas.map((gamma) => ({
    gamma,
    speedup: theorem2({ c, gamma, unused: unused(gamma) }, alpha),
  }));
  if (first === undefined) throw new RangeError("bestGamma: gammas is empty; expected one at least");
  return others.reduce((best, next) => (next.speedup > best.speedup ? next : best), first);
}

/**
 * The random baseline: s̄(gamma) = mean over layers of s_l^gamma, if tokens chose their neurons independently.
 *
 * @param sparsities  s_l of each layer, for a single token
 */
export const independent =
  (sparsities: readonly number[]): UnusedCurve =>
  (gamma) =>
    byChance(sparsities, gamma).mean[gamma - 1] ?? Number.NaN;

/** s̄ of all the weights, when only `share` of them can be skipped and `unused` speaks of those. */
export const weighted =
  (unused: UnusedCurve, share: number): UnusedCurve =>
  (gamma) =>
    share * unused(gamma);

/** What a round costs, in dense steps of the target: gamma draft steps and one sparse pass. */
function cost(caller: string, { c, gamma, unused }: Round): number {
  if (!(c >= 0 && c < Infinity)) throw new RangeError(`${caller}: c is ${c}; expected a number of 0 or more`);
  checkGamma(caller, gamma);
  checkShare(caller, "unused", unused);
  const steps = c * gamma + 1 - unused;
  if (steps > 0) return steps;
  throw new RangeError(
    `${caller}: c is ${c} and unused is ${unused}, a round that takes no time; expected c·gamma + 1 − unused > 0`,
  );
}

function checkGamma(caller: string, gamma: number): void {
  if (!(Number.isSafeInteger(gamma) && gamma >= 1))
    throw new RangeError(`${caller}: gamma is ${gamma}; expected a whole number of 1 or more`);
}

function checkShare(caller: string, argument: string, share: number): void {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`${caller}: ${argument} is ${share}; expected a number in [0, 1]`);
}
