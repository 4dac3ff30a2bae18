// Learning inside an experiment: a recipe's steps, with a look at the model after some of them.
import type { Model } from "../../reference/models/model.ts";
import type { Tokens } from "../../reference/tensor.ts";
import { Optimizer } from "../../reference/training/optimizer.ts";
import { plain, type Recipe, train } from "../../reference/training/train.ts";
import type { Lab } from "./experiment.ts";

export interface Course<Seen> {
  /** what the model is and does at the start */
  readonly model: Model;
  readonly text: Tokens;
  readonly recipe: Recipe;
  readonly lesson?: typeof plain;
  /** the steps after which to look; 0 is before the first */
  readonly looks: readonly number[];
  readonly look: (model: Model, step: number, loss: number) => Seen;
  /** what to say of it while it runs */
  readonly name: string;
}

/** What the looks saw, and the training loss at each step. The weights are given back at the end. */
export async function learning<Seen>(
  { machine, say }: Pick<Lab, "machine" | "say">,
  { model, text, recipe, lesson = plain, looks, look, name }: Course<Seen>,
): Promise<{ readonly seen: readonly Seen[]; readonly losses: readonly number[] }> {
  const optimizer = new Optimizer<Model["weights"]>(machine.inPlace, model.weights, recipe);
  const learner = { ...model, weights: optimizer.weights } as Model;
  const seen: Seen[] = [];
  const losses: number[] = [];
  if (looks.includes(0)) seen.push(look(learner, 0, Number.NaN));
  for (const { step, loss } of train(machine, learner, optimizer, text, recipe, lesson)) {
    losses.push(loss);
    say(() => `${name}: step ${step} of ${recipe.steps}, loss ${loss.toFixed(3)}`);
    if (looks.includes(step)) seen.push(look(learner, step, loss));
    if (step % 50 === 0) await new Promise((resolve) => setImmediate(resolve)); // signals are heard
  }
  optimizer.release();
  return { seen, losses };
}

/** Means over every `every` numbers. */
export const thinned = (values: readonly number[], every: number): readonly number[] =>
  Array.from({ length: Math.ceil(values.length / every) }, (_, i) => {
    const part = values.slice(i * every, (i + 1) * every);
    return part.reduce((total, value) => total + value, 0) / part.length;
  });
