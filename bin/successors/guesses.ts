// Measures of guessing ahead: a trained low-rank predictor, and the signs alone. Recall, precision, and the end of it.
import { scalar } from "../../reference/ops/activation.ts";
import {
  type Guess,
  guessedShare,
  type Hits,
  hitsOf,
  onlyGuessed,
  precision,
  recall,
} from "../../reference/successors/prediction.ts";
import {
  expectChance,
  guessFrom,
  type Predictor,
  type PredictorRecipe,
  trainedPredictor,
} from "../../reference/successors/predictor.ts";
import { expectZeros, type FeedForward, feedForwards } from "../../reference/successors/projections.ts";
import { type Sighting, sightingOf, sightings } from "../../reference/successors/sightings.ts";
import { signGuess } from "../../reference/successors/sign-predictor.ts";
import { type Matrix, map, type Tensor } from "../../reference/tensor.ts";
import { effectOf, type Subject } from "./subject.ts";

export const RANKS = [8, 16, 32] as const;
export const CHANCES = [0.02, 0.05, 0.1, 0.2, 0.5] as const;
export const ALPHAS = [1, 1.1, 1.2, 1.35, 1.5, 2] as const;
export const RECIPE: Omit<PredictorRecipe, "rank"> = { steps: 1000, batch: 128, rate: 0.01, seed: 2310 };

/** What a guess came to: shares of all layers together, of each, and what the model does with it. */
export interface GuessRow {
  readonly recall: number;
  readonly precision: number;
  /** the share of neurons that is computed */
  readonly guessed: number;
  readonly layers: readonly {
    readonly recall: number;
    readonly precision: number;
    readonly guessed: number;
  }[];
  readonly nats: number;
}

/** Predictors of each rank, at each threshold: trained on the calibration text, judged on the other. */
export function predictorRows(
  subject: Subject,
  ranks: readonly number[],
  thresholds: readonly number[],
  recipe: Omit<PredictorRecipe, "rank"> = RECIPE,
) {
  const { machine, model, calibration, say } = subject;
  expectZeros("predictor", model);
  for (const threshold of thresholds) expectChance("predictor", threshold);
  const { D, F } = model.config.sizes;
  const layers = feedForwards(model);
  const seen = sightings(
    machine,
    model,
    calibration,
    layers.map(({ into }) => into),
  );
  const train = ({ into }: FeedForward, rank: number, l: number): Predictor => {
    say(() => `predictor of rank ${rank}: layer ${l}`);
    const { input, result } = sightingOf(seen, into);
    return trainedPredictor(machine, input as Matrix<"T", "D">, hiddenOf(subject, result), {
      ...recipe,
      rank,
    });
  };
  return ranks.flatMap((rank) => {
    const predictors = layers.map((layer, l) => train(layer, rank, l));
    const rows = judgedGuesses(subject, thresholds, (threshold, l) => {
      const predictor = predictors[l];
      if (!predictor) throw new RangeError(`predictorRows: layer ${l} has no predictor`);
      return guessFrom(machine, predictor, threshold);
    });
    const cost = (rank * (D + F)) / (D * F); // of the predictor's product, in products with up
    return rows.map((row, i) => ({ rank, cost, threshold: thresholds[i] ?? Number.NaN, ...row }));
  });
}

/** The signs at each alpha: nothing is trained. */
export function signRows(subject: Subject, alphas: readonly number[]) {
  expectZeros("sign-predictor", subject.model);
  const layers = feedForwards(subject.model);
  const rows = judgedGuesses(subject, alphas, (alpha, l) => {
    const layer = layers[l];
    if (!layer) throw new RangeError(`signRows: there is no layer ${l}`);
    return signGuess(layer.into, alpha);
  });
  return rows.map((row, i) => ({ alpha: alphas[i] ?? Number.NaN, ...row }));
}

/** Each setting's guesses against what the dense model did, and the likelihood of a model that computes only those. */
function judgedGuesses(
  subject: Subject,
  settings: readonly number[],
  guessOf: (setting: number, l: number) => Guess,
): readonly GuessRow[] {
  const { machine, model, judged } = subject;
  const intos = feedForwards(model).map(({ into }) => into);
  const seen = sightings(machine, model, judged, intos);
  return settings.map((setting) => {
    const guesses = new Map<Tensor, Guess>(intos.map((into, l) => [into, guessOf(setting, l)]));
    const hits = intos.map((into) => hitsIn(subject, sightingOf(seen, into), guesses.get(into)));
    const shares = (of: Hits) => ({
      recall: recall(of),
      precision: precision(of),
      guessed: guessedShare(of),
    });
    const found = effectOf(subject, `guessing at ${setting}`, (ops) => onlyGuessed(ops, guesses));
    return { ...shares(hits.reduce(added)), layers: hits.map(shares), nats: found.meanNegativeLogLikelihood };
  });
}

function hitsIn(subject: Subject, { input, result }: Sighting, guess?: Guess): Hits {
  const hidden = hiddenOf(subject, result);
  const guessed = subject.machine.scope(() => guess?.(input as Matrix<"T", "D">));
  return hitsOf(guessed ?? hidden, hidden);
}

/** Pre-activations after the model's activation: what fired. */
const hiddenOf = ({ model }: Subject, z: Matrix<"T">): Matrix<"T", "F"> =>
  map(z as Matrix<"T", "F">, scalar(model.config.activation));

const added = (a: Hits, b: Hits): Hits => ({
  neurons: a.neurons + b.neurons,
  guessed: a.guessed + b.guessed,
  active: a.active + b.active,
  hits: a.hits + b.hits,
});
