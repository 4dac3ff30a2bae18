// The parts of the report of `relukit speculate`: what was seen, what was counted, what is modelled, what was timed.
import type { Summary } from "../reference/decoding/speculative-summary.ts";
import type { SurveyedRound } from "../reference/decoding/speculative-survey.ts";
import type { Work } from "../reference/interpret/count.ts";
import { bytesOf } from "../reference/measure/ledger.ts";
import { theorem1, theorem2 } from "../reference/measure/speculative.ts";
import type { Tokens } from "../reference/tensor.ts";
import type { Milliseconds } from "./speculate-latency.ts";

/** What decoding gave: the text, and a summary of each way. */
export interface Found {
  readonly tokens: Tokens;
  readonly rounds: readonly SurveyedRound[];
  readonly speculative: Summary;
  readonly plain: Summary;
}

/** Acceptance, and what windows leave unused. */
export function shown({ unusedNeurons, unusedWeights, ...found }: Summary, gamma: number) {
  const { layers, mean } = unusedNeurons;
  const at = (t: number) => ({
    mean: mean[t] ?? Number.NaN,
    layers: layers.map((curve) => curve[t] ?? Number.NaN),
  });
  return {
    rounds: found.rounds,
    tokensPerRound: found.tokensPerRound,
    acceptance: { alpha: found.alpha, accepted: found.accepted, drafted: found.drafted },
    unusedNeurons: { atGamma: at(gamma - 1), atGammaPlusOne: at(gamma) },
    unusedWeights,
  };
}

/** Each window: its tokens, the neurons that it used, a digit each, 1 or 0, layer by layer, and what the target read. */
export const windows = ({ rounds }: Found) =>
  rounds.map(({ drafted, accepted, tokens, union, work }) => ({
    ...{ drafted, accepted, tokens },
    union: union.map(({ data }) => [...data].join("")),
    bytesRead: {
      dense: bytesOf(work.target.dense.weightsRead),
      sparse: bytesOf(work.target.sparse.weightsRead),
    },
  }));

/** Work for each token, and how many times less it is than that of plain dense decoding. */
export function worked({ plain: { perToken: plain }, speculative: { perToken: speculative } }: Found) {
  const read = ({ multiplyAdds, weightsRead }: Work) => ({ multiplyAdds, bytesRead: bytesOf(weightsRead) });
  const ratios = (of: (work: Work) => number) => ({
    plainSparse: of(plain.dense) / of(plain.sparse),
    speculative: of(plain.dense) / of(speculative.dense),
    speculativeSparse: of(plain.dense) / of(speculative.sparse),
  });
  return {
    perToken: {
      plain: { dense: read(plain.dense), sparse: read(plain.sparse) },
      speculative: { dense: read(speculative.dense), sparse: read(speculative.sparse) },
    },
    flopRatio: ratios(({ multiplyAdds }) => multiplyAdds),
    byteRatio: ratios(({ weightsRead }) => weightsRead),
  };
}

/** The theorems with what was measured; s̄ is that of the gamma + 1 positions of a round. */
export function modelled(
  { alpha, unusedWeights: unused }: Summary,
  gamma: number,
  { draft, plain }: Milliseconds,
) {
  const c = draft / plain;
  const round = { c, gamma, unused };
  return {
    modelledLatency: {
      ...{ c, alpha, unused },
      theorem1: theorem1(round),
      theorem2: theorem2(round, alpha),
      theorem2WithoutSparsity: theorem2({ ...round, unused: 0 }, alpha),
    },
  };
}

export const clocked = (milliseconds: Milliseconds, sparse: boolean) => ({
  measuredLatency: {
    millisecondsPerToken: milliseconds,
    speedup: milliseconds.plain / (sparse ? milliseconds.sparse : milliseconds.standard),
    sparseOverStandard: milliseconds.standard / milliseconds.sparse,
  },
});
