// Deja Vu's predictor: two thin matrices in a row, trained to say from a layer's input which of its neurons will fire.
// So rows of up can be skipped too, which ReLU's zeros, known only after the product with up, cannot give.
import { log } from "../elementary.ts";
import type { Ops, Trainable } from "../ops/contract.ts";
import { stream } from "../random.ts";
import { expect, type Matrix, map, matrix, type Tensor, type Vector, vector } from "../tensor.ts";
import { Optimizer } from "../training/optimizer.ts";
import type { Guess } from "./prediction.ts";

/** Chances of firing, p = sigmoid(x · narrow · widen + bias), through a width r far below D. */
export interface Predictor {
  readonly narrow: Matrix<"D", "r">;
  readonly widen: Matrix<"r", "F">;
  readonly bias: Vector<"F">;
}

export interface PredictorRecipe {
  /** r, the width in between */
  readonly rank: number;
  readonly steps: number;
  /** tokens a step */
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

/** The logits of p, [T, F]. */
export const logits = (ops: Pick<Ops, "linear">, x: Matrix<"T", "D">, { narrow, widen, bias }: Predictor) =>
  ops.linear(ops.linear(x, narrow), widen, bias);

/**
 * A predictor that was trained on what a layer read and which of its neurons fired, by the slope of the mean
 * cross-entropy −y log p − (1 − y) log(1 − p), which along the logits is (p − y) / (tokens · F).
 *
 * As in Deja Vu nothing bends between the two matrices. Ours: the bias, which learns how often each neuron fires; a loss
 * without weights, where the authors' code gives neurons that fire more of it, with the threshold to choose instead; and
 * the input, which is that of the layer itself and not of one before, which would leave time to fetch the rows.
 *
 * @param machine  what computes and changes weights in place
 * @param x        what the layer reads, [T, D]
 * @param hidden   what came of it, [T, F]: a neuron fired where it is not 0
 * @throws {RangeError} when x and hidden differ in T, or the recipe's rank is not a whole number from 1
 * @see Liu et al. 2023, arXiv:2310.17157
 */
export function trainedPredictor(
  machine: Trainable,
  x: Matrix<"T", "D">,
  hidden: Matrix<"T", "F">,
  recipe: PredictorRecipe,
): Predictor {
  const [[T, D], [, F]] = [x.shape, hidden.shape];
  expect(hidden, [T, F], "trainedPredictor: hidden is @; expected [T, F], with T the rows of x");
  const { rank, steps, batch, rate, seed } = recipe;
  const optimizer = new Optimizer<Predictor>(machine.inPlace, fresh(D, rank, F, seed), RULES);
  const places = stream(seed, "predictor batches");
  for (let step = 0; step < steps; step++) {
    const rows = Array.from({ length: batch }, () => places.integer(T));
    machine.scope(() => {
      const picked = matrix<"T", "D">(batch, D, (i, d) => x.get(rows[i] ?? 0, d));
      const fired = (i: number, f: number): number => (hidden.get(rows[i] ?? 0, f) === 0 ? 0 : 1);
      optimizer.gather(slopesOf(machine, picked, fired, optimizer.weights));
    });
    optimizer.descend(rate * (1 - step / steps), 0);
  }
  const { narrow, widen, bias } = optimizer.weights;
  const kept = {
    narrow: map(narrow, (value) => value),
    widen: map(widen, (value) => value),
    bias: map(bias, (value) => value),
  };
  optimizer.release();
  return kept;
}

const RULES = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0, clip: 1 };

function fresh(D: number, rank: number, F: number, seed: number): Predictor {
  if (!(Number.isInteger(rank) && rank > 0))
    throw new RangeError(`trainedPredictor: rank is ${rank}; expected a whole number, 1 or more`);
  const [first, second] = [stream(seed, "predictor narrow"), stream(seed, "predictor widen")];
  return {
    narrow: matrix(D, rank, () => first.normal() / Math.sqrt(D)),
    widen: matrix(rank, F, () => second.normal() / Math.sqrt(rank)),
    bias: vector(F, () => 0),
  };
}

/** The slopes along the three tensors, from the slope along the logits. */
function slopesOf(
  machine: Trainable,
  x: Matrix<"T", "D">,
  fired: (t: number, f: number) => number,
  { narrow, widen, bias }: Predictor,
) {
  const middle = machine.linear(x, narrow);
  const z = machine.linear(middle, widen, bias);
  const silu = machine.activate(z, { kind: "silu", shift: 0 });
  const chance = (t: number, f: number): number => (z.get(t, f) === 0 ? 0.5 : silu.get(t, f) / z.get(t, f)); // silu z = z · sigmoid z, which the machine knows
  const [T, F] = z.shape;
  const dz = matrix<"T", "F">(T, F, (t, f) => (chance(t, f) - fired(t, f)) / z.size);
  const [dmiddle, dwiden, dbias] = machine.gradient.linear(dz, middle, widen, bias);
  const [, dnarrow] = machine.gradient.linear(dmiddle, x, narrow);
  const slopes = new Map<Tensor, Tensor>([
    [narrow, dnarrow],
    [widen, dwiden],
  ]);
  if (dbias) slopes.set(bias, dbias);
  return slopes;
}

/**
 * Guesses the neurons with p ≥ threshold.
 *
 * @param threshold  in (0, 1): lower, more neurons are computed, and fewer that fire are missed
 * @throws {RangeError} when it is outside
 */
export function guessFrom(ops: Pick<Ops, "linear">, predictor: Predictor, threshold: number): Guess {
  expectChance("guessFrom", threshold);
  const least = log(threshold / (1 - threshold));
  return (x) => map(logits(ops, x, predictor), (z) => (z < least ? 0 : 1));
}

/**
 * Requires a probability that is neither 0 nor 1: no logit is as small or as large as those.
 *
 * @throws {RangeError} when it is none
 */
export function expectChance(method: string, threshold: number): void {
  if (!(threshold > 0 && threshold < 1))
    throw new RangeError(`${method}: threshold is ${threshold}; expected a probability in (0, 1)`);
}
