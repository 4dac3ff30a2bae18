// What speculative decoding shows and takes, round by round: the neurons of each window, and the work of both models.
// Paper: section 5.2. The shares here are what theorems 1 and 2 ask for.
import { count, type Work } from "../interpret/count.ts";
import { skipZeros } from "../interpret/skip-zeros.ts";
import { fired, union, unused } from "../measure/aggregated.ts";
import type { Model } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import type { Tokens, Vector } from "../tensor.ts";
import { check, type Pair, prefilled, type Round, type Settings, speculativeRound } from "./speculative.ts";

/** Work as a dense machine does it, and as one does that skips rows of zeros. */
export interface Effort {
  readonly dense: Work;
  readonly sparse: Work;
}

/** A round of speculative or plain decoding: no run, but the neurons of its window and the work of both models. */
export interface SurveyedRound extends Omit<Round, "run"> {
  /** for each layer, the neurons that some position of the window used: 1 or 0, [F] */
  readonly union: readonly Vector<"F">[];
  /** for each layer, the share of neurons that the first 1, 2, … gamma + 1 positions of the window leave unused */
  readonly unused: readonly (readonly number[])[];
  /** what each model multiplied and read in this round */
  readonly work: Pair<Effort>;
}

/**
 * The rounds of `speculate`, the same tokens, each with its window's neurons and its work; the prompt is not counted.
 *
 * A weight that several positions of one pass read counts once: so the rows that a sparse pass reads are those of the
 * union, and its share of the dense reads is 1 − s̄ of all the weights.
 *
 * @param machine  what computes both models
 * @throws {RangeError} as `speculate`
 */
export function* speculativeSurvey(
  machine: Ops,
  models: Pair<Model>,
  prompt: Tokens,
  settings: Settings,
): Generator<SurveyedRound> {
  check(models, prompt, settings);
  yield* surveyed(machine, models, prompt, settings);
}

/** The same of plain decoding: rounds that draft nothing and give a token each, with windows of one position. */
export function* plainSurvey(
  machine: Ops,
  model: Model,
  prompt: Tokens,
  sampling: Omit<Settings, "gamma" | "verify">,
): Generator<SurveyedRound> {
  const models = { target: model, draft: model };
  check(models, prompt, { ...sampling, gamma: 1 });
  yield* surveyed(machine, models, prompt, { ...sampling, gamma: 0 });
}

function* surveyed(
  machine: Ops,
  models: Pair<Model>,
  prompt: Tokens,
  settings: Settings,
): Generator<SurveyedRound> {
  let place = prefilled({ target: machine, draft: machine }, models, prompt);
  while (place.text.length <= models.target.config.sizes.P) {
    const [target, draft] = [meter(machine), meter(machine)];
    const ops = { target: target.ops, draft: draft.ops };
    const { run, ...round } = speculativeRound(ops, models, place, settings);
    const masks = run.layers.map(({ hidden }) => fired(hidden.hidden));
    const work = { target: target.effort(), draft: draft.effort() };
    yield { ...round, union: masks.map(union), unused: masks.map(unused), work };
    place = round.next;
  }
}

/** `machine` with rows of zeros skipped, and the work of what it has done so far. */
function meter(machine: Ops): { readonly ops: Ops; readonly effort: () => Effort } {
  const done = count(machine);
  const asked = count(skipZeros(done));
  return { ops: asked, effort: () => ({ dense: total(asked.ledger), sparse: total(done.ledger) }) };
}

const total = (ledger: ReadonlyMap<unknown, Work>): Work => {
  const works = [...ledger.values()];
  return {
    multiplyAdds: works.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
    weightsRead: works.reduce((sum, { weightsRead }) => sum + weightsRead, 0),
  };
};
