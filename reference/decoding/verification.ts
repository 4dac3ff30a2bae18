// The verdict on drafted tokens: which to accept so that the text is distributed as the target alone would have it.
// Leviathan et al. 2023, algorithm 1. The passes that make p and q are in speculative.ts.
import type { Tokens } from "../tensor.ts";
import { type Candidate, drawn } from "./sampling.ts";

/** The tokens that have a chance, likeliest first, with probabilities that add up to 1. */
export type Distribution = readonly Candidate[];

/** The candidates with their probabilities scaled to 1. */
export function normalized(candidates: readonly Candidate[]): Distribution {
  const total = candidates.reduce((sum, { p }) => sum + p, 0);
  return candidates.map(({ token, p }) => ({ token, p: p / total }));
}

/** How many of the drafted tokens are accepted, and the target's own token after them. */
export interface Verdict {
  readonly accepted: number;
  readonly next: number;
}

/**
 * x_i is accepted with probability min(1, p_i(x_i) / q_i(x_i)), one after another. The first that is not gives way to a
 * draw from max(0, p_i − q_i), scaled to 1; after all of them comes a draw from p_gamma.
 *
 * So a token comes with min(p, q) + (1 − Σ min(p, q)) · max(0, p − q) / Σ max(0, p − q) = p, whatever q was.
 *
 * @param q  the draft's distributions, gamma
 * @param p  the target's, gamma + 1
 * @see Leviathan et al. 2023, appendix A.1, for the proof
 */
export function verification(
  drafted: Tokens,
  q: readonly Distribution[],
  p: readonly Distribution[],
  uniform: () => number,
): Verdict {
  for (const [i, token] of drafted.entries()) {
    const [wanted, offered] = [p[i] ?? [], q[i] ?? []];
    if (uniform() * probability(offered, token) < probability(wanted, token)) continue;
    return { accepted: i, next: drawn(residual(wanted, offered), uniform()) };
  }
  return { accepted: drafted.length, next: drawn(p[drafted.length] ?? [], uniform()) };
}

/** max(0, p − q), not scaled: what the draft offers too little of. Where rounding leaves nothing, p itself. */
function residual(p: Distribution, q: Distribution): Distribution {
  const offered = new Map(q.map(({ token, p }) => [token, p]));
  const missing = p.map(({ token, p }) => ({ token, p: Math.max(0, p - (offered.get(token) ?? 0)) }));
  return missing.some(({ p }) => p > 0) ? missing : p;
}

const probability = (distribution: Distribution, token: number): number =>
  distribution.find((candidate) => candidate.token === token)?.p ?? 0;
