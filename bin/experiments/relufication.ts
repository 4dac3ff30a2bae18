// Sections 4 and 5.3: surgery, collapse, recovery. Each model is finetuned from where the last one ended, on the same text,
// with the loss, the zeros of every layer and the pre-activations before and after.

import { fromBF16, toBF16 } from "../../reference/formats/half.ts";
import type { Histogram } from "../../reference/measure/histogram.ts";
import { sparsity } from "../../reference/measure/sparsity.ts";
import type { Model } from "../../reference/models/model.ts";
import { preactivations, shiftFor } from "../../reference/relufication/shift.ts";
import { shifted, stage1, stage2 } from "../../reference/relufication/surgery.ts";
import { like, type Tokens } from "../../reference/tensor.ts";
import { judgement } from "../../reference/training/judgement.ts";
import { distilled } from "../../reference/training/objective.ts";
import { finetuning } from "../../reference/training/presets.ts";
import { plain, type Recipe } from "../../reference/training/train.ts";
import { mapTensors } from "../../reference/weights.ts";
import type { Experiment, Lab } from "./experiment.ts";
import { learning } from "./learning.ts";

export const recipe: Recipe = finetuning;
export const LOOKS = [0, 2, 5, 10, 20, 50, 100, 200, 400];
/** What part of the aim is the teacher's. */
const MIX = 0.5;
/** Tokens of the held-out text that each look reads: enough for a curve, and the first and last read all of it. */
export const SOME = 4000;
export const EPSILON = 0.01;

export interface Look {
  readonly step: number;
  readonly loss: number;
  /** layer by layer, zeros in the input of Q, K and V, of up, and of down */
  readonly zeros: readonly Readonly<Record<"qkv" | "up" | "down", number>>[];
}

export interface Surgery {
  readonly model: string;
  readonly name: string;
  /** whose weights it begins with: the model as it ships, or a surgery before */
  readonly from: string;
  readonly teacher: boolean;
  /** the share of pre-activations that the shift is to silence before any surgery, where there is one, and the shift */
  readonly target?: number;
  readonly shift: number;
  /** right after surgery, and at the end, on all of the held-out text */
  readonly before: Look;
  readonly after: Look;
  /** the way there, on its first tokens */
  readonly looks: readonly Look[];
  /** pre-activations of each layer, 64 bins from −8 to 8, as shares: right after surgery, and at the end */
  readonly histograms: { readonly before: Shares; readonly after: Shares };
}
type Shares = readonly (readonly number[])[];

export interface Relufication {
  readonly recipe: Recipe;
  /** how much of the aim is the teacher's, where there is one */
  readonly mix: number;
  /** tokens of the held-out text that each look on the way reads */
  readonly looksRead: number;
  /** the models as they ship: their loss and zeros on all of the held-out text */
  readonly before: readonly { readonly model: string; readonly look: Look; readonly histograms: Shares }[];
  readonly surgeries: readonly Surgery[];
}

/** How a model does on a text. */
export function lookOf(
  { machine }: Pick<Lab, "machine">,
  model: Model,
  text: Tokens,
  step: number,
): Look & { readonly histograms: Shares } {
  const { loss, layers, preactivations } = judgement(machine, model, text, recipe.context, EPSILON);
  return {
    ...{ step, loss },
    zeros: layers.map(({ qkv, up, down }) => ({
      qkv: sparsity(qkv),
      up: sparsity(up),
      down: sparsity(down),
    })),
    histograms: preactivations.map(shares),
  };
}

const shares = ({ counts, below, above }: Histogram): readonly number[] => {
  const total = counts.reduce((sum, count) => sum + count, below + above);
  return counts.map((count) => Number((count / total).toPrecision(4)));
};

/** The shift that silences a share of what the activations read of a text. */
export const shiftOf = (
  { machine }: Pick<Lab, "machine">,
  model: Model,
  text: Tokens,
  share: number,
): number => shiftFor(preactivations(machine, model, windowsOf(text)), share);

const windowsOf = (text: Tokens): readonly Tokens[] => {
  const { context } = recipe;
  return Array.from({ length: Math.floor(text.length / context) }, (_, i) =>
    text.slice(i * context, (i + 1) * context),
  );
};

interface Step {
  readonly name: string;
  readonly from?: string;
  readonly teacher?: boolean;
  readonly target?: number;
  readonly change: (config: Model["config"], b: number) => Model["config"];
}

const asItIs: Step = { name: "as it is", change: (config) => config };
const first: Step = { name: "stage 1", change: stage1 };
const second: Step = { name: "stage 2", from: "stage 1", change: stage2 };
const taught: readonly Step[] = [
  { name: "stage 1, taught", teacher: true, change: stage1 },
  { name: "stage 2, taught", from: "stage 1, taught", teacher: true, change: stage2 },
];
const moved = (target: number): Step => ({ name: "shifted", target, change: shifted });

const COURSES: Readonly<Record<string, readonly Step[]>> = {
  "llama-silu": [asItIs, first, second, ...taught, moved(0.9)],
  "opt-gelu": [asItIs, first, second],
  "opt-relu": [asItIs, second, moved(0.97)],
  "falcon-gelu": [asItIs, first, second],
};

export const relufication: Experiment = {
  name: "relufication",
  paper: "sections 4 and 5.3, figures 4 to 6 and 8",
  summary: "surgery, collapse and recovery of a Llama, a Falcon and two OPT, by stages, shifted, and taught",
  async run(lab): Promise<Relufication> {
    const found = [];
    for (const [name, steps] of Object.entries(COURSES))
      found.push(await lab.part(`${name} ${JSON.stringify(recipe)}`, () => surgeriesOn(lab, name, steps)));
    return {
      ...{ recipe, mix: MIX, looksRead: SOME },
      before: found.map(({ before }) => before),
      surgeries: found.flatMap(({ surgeries }) => surgeries),
    };
  },
};

async function surgeriesOn(lab: Lab, name: string, steps: readonly Step[]) {
  const shipped = lab.model(name);
  const text = shipped.tokenizer.encode(lab.texts().training);
  const { validation } = shipped;
  const models = new Map([["", shipped.model]]);
  const surgeries: Surgery[] = [];
  for (const step of steps) {
    const start = models.get(step.from ?? "") ?? shipped.model;
    const { target } = step;
    const b = target === undefined ? 0 : shiftOf(lab, start, text.slice(0, SOME), target);
    const model = { ...start, config: step.change(start.config, b) } as Model;
    const before = lookOf(lab, model, validation, 0);
    let end = model;
    const { seen } = await learning(lab, {
      ...{ model, text, recipe, looks: LOOKS, name: `${name}, ${step.name}` },
      lesson: step.teacher ? { ...plain, objective: distilled(shipped.model, MIX, 1) } : plain,
      look: (learner, at) => {
        if (at === recipe.steps) end = asSaved(lab, learner);
        return plainLook(lookOf(lab, learner, validation.slice(0, SOME), at));
      },
    });
    models.set(step.name, end);
    const after = lookOf(lab, end, validation, recipe.steps);
    surgeries.push({
      ...{ model: name, name: step.name, from: step.from ?? "", teacher: step.teacher ?? false },
      ...(target === undefined ? { shift: b } : { target, shift: b }),
      ...{ before: plainLook(before), after: plainLook(after), looks: seen },
      histograms: { before: before.histograms, after: after.histograms },
    });
  }
  const { histograms, ...look } = lookOf(lab, shipped.model, validation, 0);
  return { before: { model: name, look, histograms }, surgeries };
}

const plainLook = ({ step, loss, zeros }: Look): Look => ({ step, loss, zeros });

/** The model with its weights rounded to BF16, as finetune saves them: what the next stage begins with. */
export function asSaved({ machine }: Pick<Lab, "machine">, model: Model): Model {
  const rounded = mapTensors(model.weights, (w) => like(w, fromBF16(toBF16(w.data))));
  return { ...model, weights: machine.load(rounded) } as Model;
}
