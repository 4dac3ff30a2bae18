// Appendix E: is a larger model with zeros better than a smaller one without, for the same work?
// Three sizes as trained, and relufied by `relukit finetune`; the work is counted on the held-out text, zeros skipped.
import { cloze, gaps } from "../../reference/decoding/cloze.ts";
import { survey } from "../../reference/decoding/survey.ts";
import type { Work } from "../../reference/interpret/count.ts";
import { type Interval, shareInterval } from "../../reference/measure/interval.ts";
import type { Model } from "../../reference/models/model.ts";
import type { Tensor, Tokens } from "../../reference/tensor.ts";
import { names } from "../../reference/weights.ts";
import { parameters } from "../training-run.ts";
import type { Experiment, Lab } from "./experiment.ts";
import { type Look, lookOf } from "./relufication.ts";
import { GAPS } from "./seeds.ts";

/** Each size as trained with SiLU, and after stage 2; of the middle one the shifted model too. */
export const RUNGS = [
  { model: "llama-small", size: "small", kind: "dense" },
  { model: "llama-small-stage2", size: "small", kind: "stage 2" },
  { model: "llama-silu", size: "middle", kind: "dense" },
  { model: "llama-stage2", size: "middle", kind: "stage 2" },
  { model: "llama-shifted", size: "middle", kind: "shifted" },
  { model: "llama-large", size: "large", kind: "dense" },
  { model: "llama-large-stage2", size: "large", kind: "stage 2" },
] as const;
/** Tokens of the held-out text that the work is counted on, decoded one by one. */
export const COUNTED = 1000;

/** A token's multiply-adds, without attention scores: with the unembedding, and of the layers alone. */
export interface TokenWork {
  readonly all: number;
  readonly layers: number;
}

export interface Rung {
  readonly model: string;
  readonly size: string;
  readonly kind: string;
  readonly parameters: number;
  readonly look: Look;
  readonly cloze: Interval;
  readonly multiplyAdds: TokenWork;
  readonly dense: TokenWork;
}

export interface Ladder {
  readonly counted: number;
  readonly gaps: typeof GAPS;
  readonly rungs: readonly Rung[];
}

export const ladder: Experiment = {
  name: "ladder",
  paper: "appendix E, figures 1c and 12",
  summary:
    "larger relufied models against smaller dense ones: likelihood and a cloze test over a token's work",
  async run(lab): Promise<Ladder> {
    const rungs = [];
    for (const one of RUNGS)
      rungs.push(await lab.part(one.model, () => ({ ...one, ...rungOf(lab, one.model) })));
    return { counted: COUNTED, gaps: GAPS, rungs };
  },
};

function rungOf(lab: Lab, name: string) {
  lab.say(() => `reading with ${name}`);
  const { model, tokenizer, validation } = lab.model(name);
  const { histograms: _, ...look } = lookOf(lab, model, validation, 0);
  const asked = gaps(lab.texts().validation, GAPS);
  const right = cloze(lab.machine, model, (text) => tokenizer.encode(text), asked);
  return {
    ...{ parameters: parameters(model), look },
    cloze: shareInterval(right.filter(Boolean).length, right.length),
    ...workOf(lab, model, validation),
  };
}

/** The multiply-adds of a token, rows of zeros skipped, and dense. */
export function workOf({ machine }: Pick<Lab, "machine">, model: Model, text: Tokens) {
  const { done, asked, predictions } = survey(machine, model, text.slice(0, COUNTED), { epsilon: 0 });
  const paths = names(model.weights);
  const total = (ledger: ReadonlyMap<Tensor, Work>): TokenWork => {
    let [all, layers] = [0, 0];
    for (const [w, { multiplyAdds }] of ledger) {
      all += multiplyAdds / predictions;
      if (paths.get(w)?.startsWith("layers.")) layers += multiplyAdds / predictions;
    }
    return { all, layers };
  };
  return { multiplyAdds: total(done), dense: total(asked) };
}
