// Section 3 with an error bar: four activations, four seeds each, one recipe; likelihood, zeros and a cloze test.
import { cloze, gaps } from "../../reference/decoding/cloze.ts";
import { type Interval, meanInterval, shareInterval } from "../../reference/measure/interval.ts";
import { nearSparsity, sparsity, together } from "../../reference/measure/sparsity.ts";
import { initialOpt } from "../../reference/models/initialize.ts";
import type { Model } from "../../reference/models/model.ts";
import type { Activation } from "../../reference/ops/contract.ts";
import { type Judgement, judgement } from "../../reference/training/judgement.ts";
import { presetOf } from "../../reference/training/presets.ts";
import type { Recipe } from "../../reference/training/train.ts";
import { parameters } from "../training-run.ts";
import type { Experiment, Lab } from "./experiment.ts";
import { learning } from "./learning.ts";

export const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: { kind: "silu", shift: 0 },
  gelu: { kind: "gelu", shift: 0 },
  "swish, beta 8": { kind: "swish", beta: 8, shift: 0 },
  relu: { kind: "relu", shift: 0 },
};
const SEEDS = [1, 2, 3, 4];
const LOOKS = [0, 125, 250, 500, 1000];
export const GAPS = { seed: 7, gaps: 300, before: 120, after: 30 };
/** |h| below this counts as near zero. */
export const EPSILON = 0.01;

const { recipe } = presetOf("opt-relu");

export const recipeOf = (seed: number): Recipe => ({
  ...recipe,
  ...{ seed, steps: LOOKS.at(-1) ?? 0, peak: 0.004, decay: 0.3 },
});

/** 0.2 M parameters of OPT style: the same weights for every activation of a seed. */
export function freshModel(activation: Activation, seed: number): Model {
  const sizes = { V: 512, D: 64, F: 256, L: 3, N: 2, G: 2, K: 32, P: 128 };
  return initialOpt({ sizes, epsilon: 1e-5, activation, afterNorm: { kind: "identity" } }, seed, 0.06);
}

export interface Look {
  readonly step: number;
  /** nats a token, on text that was held out */
  readonly loss: number;
  /** of what the down projections read, all layers together */
  readonly zeros: number;
  readonly nearZeros: number;
  readonly cloze: number;
  /** pre-activations of each layer, 64 bins from −8 to 8, as shares; of the first seed alone */
  readonly histograms?: readonly (readonly number[])[];
}

interface Run {
  readonly seed: number;
  readonly looks: readonly Look[];
}

export interface Seeds {
  readonly recipe: Recipe;
  readonly parameters: number;
  readonly gaps: typeof GAPS;
  readonly epsilon: number;
  readonly activations: readonly {
    readonly name: string;
    readonly runs: readonly Run[];
    readonly loss: Interval;
    /** the loss less that of ReLU, seed by seed */
    readonly lossOverRelu: Interval;
    readonly zeros: Interval;
    /** right answers: the spread is that of the seeds, which all answer the same questions */
    readonly cloze: Interval;
    /** the spread is that of the questions */
    readonly clozeOfFirstSeed: Interval;
    readonly clozeOverRelu: Interval;
  }[];
}

/** The held-out text once, and how a model does on it. */
export const judgeOf = (lab: Pick<Lab, "machine" | "model" | "texts">) => {
  const { tokenizer, validation } = lab.model("opt-relu");
  const questions = gaps(lab.texts().validation, GAPS);
  return (model: Model, step: number, withHistograms: boolean): Look => {
    const judged = judgement(lab.machine, model, validation, recipe.context, EPSILON);
    const right = cloze(lab.machine, model, (text) => tokenizer.encode(text), questions);
    const all = judged.layers.map(({ down }) => down).reduce(together);
    return {
      step,
      loss: judged.loss,
      zeros: sparsity(all),
      nearZeros: nearSparsity(all),
      cloze: right.filter(Boolean).length / right.length,
      ...(withHistograms ? { histograms: histogramsOf(judged) } : {}),
    };
  };
};

const histogramsOf = ({ preactivations }: Judgement) =>
  preactivations.map(({ counts, below, above }) => {
    const total = counts.reduce((sum, count) => sum + count, below + above);
    return counts.map((count) => Number((count / total).toPrecision(4)));
  });

export const seeds: Experiment = {
  name: "seeds",
  paper: "section 3, figures 2 and 11",
  summary: "four activations from scratch, four seeds each: loss, zeros, a cloze test, and the spread",
  async run(lab): Promise<Seeds> {
    const { tokenizer } = lab.model("opt-relu");
    const text = tokenizer.encode(lab.texts().training);
    const judge = judgeOf(lab);
    const found = [];
    for (const [name, activation] of Object.entries(ACTIVATIONS)) {
      const runs: Run[] = [];
      for (const seed of SEEDS) {
        const make = async () => {
          const { seen } = await learning(lab, {
            model: freshModel(activation, seed),
            ...{ text, recipe: recipeOf(seed), looks: LOOKS, name: `${name}, seed ${seed}` },
            look: (model, step) => judge(model, step, seed === SEEDS[0]),
          });
          return { seed, looks: seen };
        };
        runs.push(await lab.part(`${name} ${seed} ${JSON.stringify(recipeOf(seed))}`, make));
      }
      found.push({ name, runs });
    }
    const ends = found.map(({ name, runs }) => ({ name, last: runs.map(({ looks }) => looks.at(-1)) }));
    const relu = ends.find(({ name }) => name === "relu")?.last ?? [];
    return {
      recipe: recipeOf(1),
      parameters: parameters(freshModel(ACTIVATIONS["relu"] ?? { kind: "identity" }, 1)),
      gaps: GAPS,
      epsilon: EPSILON,
      activations: found.map(({ name, runs }, a) => ({ name, runs, ...summary(ends[a]?.last ?? [], relu) })),
    };
  },
};

function summary(last: readonly (Look | undefined)[], relu: readonly (Look | undefined)[]) {
  const column = (looks: readonly (Look | undefined)[], key: "loss" | "zeros" | "cloze") =>
    looks.map((look) => look?.[key] ?? Number.NaN);
  const less = (key: "loss" | "cloze") => {
    const others = column(relu, key);
    return meanInterval(column(last, key).map((value, i) => value - (others[i] ?? Number.NaN)));
  };
  const first = Math.round((last[0]?.cloze ?? 0) * GAPS.gaps);
  return {
    loss: meanInterval(column(last, "loss")),
    lossOverRelu: less("loss"),
    zeros: meanInterval(column(last, "zeros")),
    cloze: meanInterval(column(last, "cloze")),
    clozeOfFirstSeed: shareInterval(first, GAPS.gaps),
    clozeOverRelu: less("cloze"),
  };
}
