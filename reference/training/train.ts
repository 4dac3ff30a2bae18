// The training loop: windows of a text, their slopes by the tape, a step of AdamW, and again.
import { observe } from "../interpret/observe.ts";
import { record } from "../interpret/record.ts";
import { noZeros, sparsity, together, zeros } from "../measure/sparsity.ts";
import { empty } from "../models/cache.ts";
import { forward, type Model } from "../models/model.ts";
import type { Ops, Trainable } from "../ops/contract.ts";
import { sum, type Tensor, type Tokens } from "../tensor.ts";
import { names } from "../weights.ts";
import { batch, strides, type Window } from "./corpus.ts";
import { nextToken, type Objective } from "./objective.ts";
import type { Optimizer, Rules } from "./optimizer.ts";
import { rate, type Schedule } from "./schedule.ts";

/** Everything that a run depends on besides its model, its text and its machine. */
export interface Recipe extends Schedule, Rules {
  readonly seed: number;
  /** windows a step */
  readonly batch: number;
  /** T, tokens a window */
  readonly context: number;
}

/** What a run teaches, and what running its model means meanwhile. */
export interface Lesson {
  readonly objective: Objective;
  /** an interpretation around the tape, such as dReLU; the tape sees what it asks for */
  readonly meaning: (ops: Ops) => Ops;
}

/** The next token, and the model as it is. */
export const plain: Lesson = { objective: nextToken, meaning: (ops) => ops };

/** What one step showed. */
export interface Progress {
  /** the step just taken, 1 at first */
  readonly step: number;
  /** the mean over the batch, in nats a token, before the step */
  readonly loss: number;
  /** the length of the slopes before clipping */
  readonly norm: number;
  readonly rate: number;
  /** the zeros in the input of every down projection, over the batch's first window, in [0, 1] */
  readonly sparsity: number;
}

/** A step's loss or slopes were NaN or infinite: the weights are as they were before it. */
export class Diverged extends Error {
  override readonly name = "Diverged";
  readonly step: number;
  constructor(step: number, what: string) {
    super(`train: ${what} at step ${step}; a lower rate, or a longer warm-up, may keep it finite`);
    this.step = step;
  }
}

/**
 * Takes steps until the recipe's last, and yields after each. The same recipe, text and machine give the same bits,
 * with or without a stop and a checkpoint in between.
 *
 * @param machine    what computes: `reference`, or the kernels
 * @param model      its weights are the optimizer's, and change in place
 * @param lesson     what it is taught, and what running it means: the next token, as it is, where nothing is said
 * @throws {Diverged} before a step whose loss or slopes are not finite
 */
export function* train<M extends Model>(
  machine: Trainable,
  model: M,
  optimizer: Optimizer<M["weights"]>,
  text: Tokens,
  recipe: Recipe,
  lesson: Lesson = plain,
): Generator<Progress> {
  const downs = new Set(downsOf(model));
  while (optimizer.step < recipe.steps) {
    const step = optimizer.step + 1;
    const windows = batch(text, recipe.seed, step, recipe.batch, recipe.context);
    let [loss, seen] = [0, noZeros];
    const look = (x: Tensor, w: Tensor): void => {
      if (downs.has(w)) seen = together(seen, zeros(x, 0));
    };
    for (const [i, window] of windows.entries()) {
      const share = { windows: windows.length, step, lesson };
      loss += slopesOf(machine, model, optimizer, window, share, i === 0 ? look : undefined);
    }
    const norm = optimizer.length();
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      optimizer.forget(); // else the next step, of a run with a lower rate, would begin with them
      const what = Number.isFinite(loss) ? `the length of the slopes is ${norm}` : `the loss is ${loss}`;
      throw new Diverged(step, what);
    }
    const now = rate(recipe, step);
    optimizer.descend(now, norm);
    yield { step, loss, norm, rate: now, sparsity: sparsity(seen) };
  }
}

/** How much of a step a window is, and what the step teaches. */
export interface Share {
  /** how many windows share the step */
  readonly windows: number;
  readonly step: number;
  readonly lesson?: Lesson;
}

/**
 * Gathers the slopes of one window's share of a step, and returns that share of the mean loss.
 *
 * @param look  is shown every projection's input and weights
 */
export function slopesOf<M extends Model>(
  machine: Trainable,
  model: M,
  optimizer: Optimizer<M["weights"]>,
  window: Window,
  { windows, step, lesson = plain }: Share,
  look?: (x: Tensor, w: Tensor) => void,
): number {
  return machine.scope(() => {
    const tape = record(machine);
    const ops = lesson.meaning(look ? observe(tape, look) : tape);
    const run = forward(ops, model, window.tokens, empty);
    const share = 1 / (window.tokens.length * windows);
    const { loss, seeds } = lesson.objective({ tape, machine, run, window, share, step });
    optimizer.gather(tape.pull(seeds));
    return loss;
  });
}

/**
 * The mean of −log p over every token of a text but the first, in nats, each predicted from half a context at least.
 *
 * @param told  after each window: how many tokens are predicted, of how many
 */
export function validationLoss(
  ops: Ops,
  model: Model,
  text: Tokens,
  context: number,
  told: (done: number, total: number) => void = () => undefined,
): number {
  let [total, done] = [0, 0];
  for (const { window, counts } of strides(text, context)) {
    const { tokens, targets } = window;
    total += ops.scope(() => {
      const losses = ops.crossEntropy(forward(ops, model, tokens, empty).logits, targets);
      return sum(counts, (i) => losses.get(tokens.length - counts + i));
    });
    done += counts;
    told(done, text.length - 1);
  }
  return total / done;
}

/** The weights of the down projections: their input is what the paper's sparsity speaks of. */
export const downsOf = (model: Model): readonly Tensor[] =>
  [...names(model.weights)]
    .filter(([w, path]) => /^layers\.\d+\.down\b/.test(path) && w.shape.length === 2)
    .map(([w]) => w);
