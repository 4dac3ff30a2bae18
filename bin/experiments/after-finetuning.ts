// What came after the paper and has to be learned: dReLU, ReLU², and an L1 penalty that rises in stages.
// Each is finetuned as the surgeries of `relufication` are, from the same model, so that the numbers stand side by side.
import type { Config } from "../../reference/models/config.ts";
import type { Model } from "../../reference/models/model.ts";
import type { Ops } from "../../reference/ops/contract.ts";
import { stage1 } from "../../reference/relufication/surgery.ts";
import { dRelu } from "../../reference/successors/d-relu.ts";
import { penaltyWeight, type Stage } from "../../reference/successors/l1.ts";
import { nextToken, type Objective, sparing } from "../../reference/training/objective.ts";
import { plain } from "../../reference/training/train.ts";
import { thirds } from "../finetune-lesson.ts";
import type { Experiment, Lab } from "./experiment.ts";
import { learning } from "./learning.ts";
import { type Look, lookOf, recipe } from "./relufication.ts";

export interface Course {
  readonly model: string;
  readonly name: string;
  /** the stages of the penalty; none without one */
  readonly stages: readonly Stage[];
  /** right after the change, and after finetuning, on all of the held-out text */
  readonly before: Look;
  readonly after: Look;
}

export interface AfterFinetuning {
  readonly recipe: typeof recipe;
  readonly courses: readonly Course[];
}

interface Plan {
  readonly model: string;
  readonly name: string;
  readonly change: <C extends Config>(config: C) => C;
  /** what running the model means, while it learns and when it is judged */
  readonly meaning?: <O extends Ops>(ops: O) => O;
  readonly lambda?: number;
}

const same = <C>(config: C): C => config;
const squared = <C extends Config>(config: C): C => ({
  ...config,
  activation: { kind: "relu-squared", shift: 0 },
});

/** Weights of the penalty at its last stage. */
const LAMBDAS = [1];

export const PLANS: readonly Plan[] = [
  { model: "llama-silu", name: "dReLU", change: stage1, meaning: dRelu },
  { model: "llama-silu", name: "ReLU²", change: squared },
  ...LAMBDAS.flatMap((lambda) => [
    { model: "llama-silu", name: `stage 1, L1 ${lambda}`, change: stage1, lambda },
    { model: "opt-relu", name: `L1 ${lambda}`, change: same, lambda },
  ]),
];

export const afterFinetuning: Experiment = {
  name: "after-finetuning",
  paper: "after the paper",
  summary: "dReLU, ReLU² and an L1 penalty in stages, finetuned: loss and zeros",
  async run(lab): Promise<AfterFinetuning> {
    const courses = [];
    for (const plan of PLANS) {
      const key = `${plan.model} ${plan.name} ${JSON.stringify(recipe)}`;
      courses.push(await lab.part(key, () => course(lab, plan)));
    }
    return { recipe, courses };
  },
};

/** The model that a plan begins with, and the machine that runs it as the plan means it. */
export function beginning(
  lab: Pick<Lab, "machine" | "model">,
  { model: name, change, meaning = same }: Plan,
) {
  const { model: shipped, tokenizer, validation } = lab.model(name);
  const model = { ...shipped, config: change(shipped.config) } as Model;
  return { model, tokenizer, validation, machine: meaning(lab.machine) };
}

async function course(lab: Lab, plan: Plan): Promise<Course> {
  const { model, tokenizer, validation, machine } = beginning(lab, plan);
  const stages = plan.lambda === undefined ? [] : thirds(plan.lambda, recipe.steps);
  const objective: Objective =
    stages.length === 0 ? nextToken : sparing(nextToken, (step) => penaltyWeight(stages, step));
  const before = lookOf({ machine }, model, validation, 0);
  const { seen } = await learning(lab, {
    ...{ model, recipe, looks: [recipe.steps], name: `${plan.model}, ${plan.name}` },
    text: tokenizer.encode(lab.texts().training),
    lesson: { ...plain, objective, meaning: plan.meaning ?? plain.meaning },
    look: (learner, step) => lookOf({ machine }, learner, validation, step),
  });
  const [after = before] = seen;
  return { model: plan.model, name: plan.name, stages, before: bare(before), after: bare(after) };
}

const bare = ({ step, loss, zeros }: Look): Look => ({ step, loss, zeros });
