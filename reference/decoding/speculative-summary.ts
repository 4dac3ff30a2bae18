// Many rounds of speculative decoding as a few numbers: acceptance, unused neurons and weights, and work for each token.
// Paper: section 5.2. Nothing here is a time: alpha and s̄ are what theorems 1 and 2 ask for.
import type { Work } from "../interpret/count.ts";
import { sum } from "../tensor.ts";
import type { Effort, SurveyedRound } from "./speculative-survey.ts";

/** What many rounds come to: what was accepted, what stayed unused, and the work for each token. Shares are in [0, 1]. */
export interface Summary {
  readonly rounds: number;
  /** what the text grew by in all rounds, the prompt not counted */
  readonly tokens: number;
  readonly tokensPerRound: number;
  /** how many tokens the draft proposed in all rounds */
  readonly drafted: number;
  /** how many of those the target accepted */
  readonly accepted: number;
  /** accepted / judged: the chance of a drafted token whose predecessors were accepted; NaN where none was judged */
  readonly alpha: number;
  /** of full windows, for 1, 2, … gamma + 1 positions: the share of neurons left unused, in each layer and on average */
  readonly unusedNeurons: {
    readonly layers: readonly (readonly number[])[];
    readonly mean: readonly number[];
  };
  /** of full windows: the share of the target's weights that the gamma + 1 positions leave unread */
  readonly unusedWeights: number;
  /** of both models, divided by the tokens that came of it */
  readonly perToken: Effort;
}

/**
 * A summary of rounds of one gamma. Windows that the end of the context cut short count for tokens and work alone.
 *
 * A round judges its accepted tokens and the first that is refused: so alpha = accepted / (accepted + refusals).
 *
 * @throws {RangeError} when no round has a full window
 */
export function summary(rounds: readonly SurveyedRound[], gamma: number): Summary {
  const full = rounds.filter(({ drafted }) => drafted.length === gamma);
  const [first] = full;
  if (!first) throw new RangeError(`summary: no round drafted ${gamma} tokens; expected one at least`);
  const total = (of: (round: SurveyedRound) => number, over = rounds): number =>
    sum(over.length, (i) => of(over[i] ?? first));

  const tokens = total((round) => round.tokens.length);
  const accepted = total((round) => round.accepted);
  const refusals = rounds.filter((round) => round.accepted < round.drafted.length).length;
  const layers = first.unused.map((curve, l) =>
    curve.map((_, t) => total(({ unused }) => unused[l]?.[t] ?? Number.NaN, full) / full.length),
  );
  const effort = (machine: keyof Effort): Work => ({
    multiplyAdds:
      total(({ work: { target, draft } }) => target[machine].multiplyAdds + draft[machine].multiplyAdds) /
      tokens,
    weightsRead:
      total(({ work: { target, draft } }) => target[machine].weightsRead + draft[machine].weightsRead) /
      tokens,
  });
  const read = (machine: keyof Effort): number => total(({ work }) => work.target[machine].weightsRead, full);
  return {
    rounds: rounds.length,
    tokens,
    tokensPerRound: tokens / rounds.length,
    drafted: total((round) => round.drafted.length),
    accepted,
    alpha: accepted / (accepted + refusals),
    unusedNeurons: {
      layers,
      mean: (layers[0] ?? []).map(
        (_, t) => sum(layers.length, (l) => layers[l]?.[t] ?? Number.NaN) / layers.length,
      ),
    },
    unusedWeights: 1 - read("sparse") / read("dense"),
    perToken: { dense: effort("dense"), sparse: effort("sparse") },
  };
}
