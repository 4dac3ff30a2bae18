// What the methods after the paper are measured on: a model, a text to calibrate with, and another to be judged by.
import type { Model } from "../../reference/models/model.ts";
import type { Ops, Trainable } from "../../reference/ops/contract.ts";
import { type Effect, effect, inputSparsity } from "../../reference/successors/effect.ts";
import { feedForwards } from "../../reference/successors/projections.ts";
import type { Matrix, Tensor, Tokens } from "../../reference/tensor.ts";
import { names } from "../../reference/weights.ts";

export interface Subject {
  readonly machine: Trainable;
  /** with its weights where the machine reads them */
  readonly model: Model;
  /** what thresholds and predictors are made from */
  readonly calibration: Tokens;
  /** what they are judged by: none of it is in the calibration */
  readonly judged: Tokens;
  /** says how far it is */
  say(text: () => string): void;
}

/** The effect of an interpretation on the judged text, in nats a token; `what` names it for whoever waits. */
export const effectOf = (
  { machine, model, judged, say }: Subject,
  what: string,
  interpret?: (ops: Ops) => Ops,
): Effect =>
  effect(machine, model, judged, interpret, (done, total) =>
    say(() => `${what}: ${done} of ${total} tokens`),
  );

/** The zeros in the input of all down projections, in [0, 1]. */
export const hiddenSparsity = (model: Model, found: Effect): number =>
  inputSparsity(
    found,
    feedForwards(model).map(({ down }) => down),
  );

/**
 * The multiply-adds of the layers' projections that are left, of all: Σ |w| · left(w) / Σ |w|.
 *
 * @param left  the share of a projection's rows that are read
 */
export function workLeft(projections: Iterable<Matrix>, left: (w: Matrix) => number): number {
  let [all, rest] = [0, 0];
  for (const w of projections) [all, rest] = [all + w.size, rest + w.size * left(w)];
  return rest / all;
}

/** What kind of projection each is: the last word of its path, without `.weight`. */
export const kinds = (model: Model): ReadonlyMap<Tensor, string> =>
  new Map(
    [...names(model.weights)].map(([w, path]) => [w, /^layers\.\d+\.(\w+)/.exec(path)?.[1] ?? ""] as const),
  );

export const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
