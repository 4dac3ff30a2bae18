// Appendix E: is a larger model with zeros better than a smaller one without, for the same work?
// Three sizes, each finetuned alike as it is and relufied; the work is counted on the held-out text, zeros skipped.
import { cloze, gaps } from "../../reference/decoding/cloze.ts";
import { survey } from "../../reference/decoding/survey.ts";
import type { Work } from "../../reference/interpret/count.ts";
import { type Interval, shareInterval } from "../../reference/measure/interval.ts";
import type { Model } from "../../reference/models/model.ts";
import { stage2 } from "../../reference/relufication/surgery.ts";
import type { Tensor, Tokens } from "../../reference/tensor.ts";
import { names } from "../../reference/weights.ts";
import { parameters } from "../training-run.ts";
import type { Experiment, Lab } from "./experiment.ts";
import { learning } from "./learning.ts";
import { asSaved, type Look, lookOf, recipe } from "./relufication.ts";
import { GAPS } from "./seeds.ts";

const SIZES = ["llama-small", "llama-silu", "llama-large"];
/** Tokens of the held-out text that the work is counted on, decoded one by one. */
export const COUNTED = 1000;

export interface Rung {
  readonly model: string;
  readonly parameters: number;
  readonly kind: "dense" | "relufied, stage 2";
  readonly look: Look;
  readonly cloze: Interval;
  /** a token's multiply-adds, without attention scores: with the unembedding, and of the layers alone */
  readonly multiplyAdds: { readonly all: number; readonly layers: number };
  readonly dense: { readonly all: number; readonly layers: number };
}

export interface Ladder {
  readonly recipe: typeof recipe;
  readonly counted: number;
  readonly rungs: readonly Rung[];
}

export const ladder: Experiment = {
  name: "ladder",
  paper: "appendix E, figures 1c and 12",
  summary:
    "larger relufied models against smaller dense ones: likelihood and cloze test over the work a token takes",
  async run(lab): Promise<Ladder> {
    const rungs = [];
    for (const name of SIZES)
      for (const kind of ["dense", "relufied, stage 2"] as const)
        rungs.push(await lab.part(`${name} ${kind} ${JSON.stringify(recipe)}`, () => rung(lab, name, kind)));
    return { recipe, counted: COUNTED, rungs };
  },
};

async function rung(lab: Lab, name: string, kind: Rung["kind"]): Promise<Rung> {
  const { model: shipped, tokenizer, validation } = lab.model(name);
  const config = kind === "dense" ? shipped.config : stage2(shipped.config);
  let end = shipped;
  await learning(lab, {
    model: { ...shipped, config } as Model,
    text: tokenizer.encode(lab.texts().training),
    ...{ recipe, looks: [recipe.steps], name: `${name}, ${kind}` },
    look: (learner) => {
      end = asSaved(lab, learner);
    },
  });
  const { histograms: _, ...look } = lookOf(lab, end, validation, recipe.steps);
  const right = cloze(lab.machine, end, (text) => tokenizer.encode(text), gaps(lab.texts().validation, GAPS));
  return {
    ...{ model: name, parameters: parameters(end), kind, look },
    cloze: shareInterval(right.filter(Boolean).length, right.length),
    ...workOf(lab, end, validation),
  };
}

/** The multiply-adds of a token, rows of zeros skipped, and dense. */
export function workOf({ machine }: Pick<Lab, "machine">, model: Model, text: Tokens) {
  const { done, asked, predictions } = survey(machine, model, text.slice(0, COUNTED), { epsilon: 0 });
  const paths = names(model.weights);
  const total = (ledger: ReadonlyMap<Tensor, Work>) => {
    let [all, layers] = [0, 0];
    for (const [w, { multiplyAdds }] of ledger) {
      all += multiplyAdds / predictions;
      if (paths.get(w)?.startsWith("layers.")) layers += multiplyAdds / predictions;
    }
    return { all, layers };
  };
  return { multiplyAdds: total(done), dense: total(asked) };
}
