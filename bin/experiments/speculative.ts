// Speculative decoding of a shipped target by the shipped draft: acceptance, what windows leave unused, and work.
// Paper: section 5.2. Every number is a count: the same on every machine. Times are in speculative-latency.ts.

import { neuronRows } from "../../reference/decoding/firing.ts";
import type { Pair } from "../../reference/decoding/speculative.ts";
import { type Summary, summary } from "../../reference/decoding/speculative-summary.ts";
import {
  plainSurvey,
  type SurveyedRound,
  speculativeSurvey,
} from "../../reference/decoding/speculative-survey.ts";
import type { Model } from "../../reference/models/model.ts";
import type { Ops } from "../../reference/ops/contract.ts";
import { stream } from "../../reference/random.ts";
import type { Tokens } from "../../reference/tensor.ts";
import type { Experiment, Lab } from "./experiment.ts";

export const gammas: readonly number[] = Array.from({ length: 16 }, (_, i) => i + 1);
export const modes = { greedy: 0, sampled: 1 } as const;
export type Mode = keyof typeof modes;

const PROMPTS = 8;
const PROMPT_TOKENS = 32;
const SEED = 2310;

/** What is kept of a summary: windows at gamma and gamma + 1 positions instead of whole curves. */
export type Entry = ReturnType<typeof entry>;

export interface Result {
  readonly target: string;
  readonly draft: string;
  readonly prompts: number;
  readonly promptTokens: number;
  /** the neurons' rows as a share of the target's weights: what a window can leave unread at most */
  readonly skippableShare: number;
  /** weights that a step reads, of the draft as a share of the target's, both dense: c, if time goes as weights */
  readonly draftWeights: number;
  readonly plain: Readonly<Record<Mode, Entry>>;
  readonly speculative: Readonly<Record<Mode, readonly Entry[]>>;
  readonly firstPrompt: Tokens;
  /** what followed the first prompt at gamma 4: a test and a lesson make it again */
  readonly slice: Readonly<Record<Mode, Entry>>;
}

/** Stretches of the held-out text, evenly apart. */
export function prompts(validation: Tokens, count = PROMPTS, length = PROMPT_TOKENS): readonly Tokens[] {
  const apart = Math.floor(validation.length / count);
  return Array.from({ length: count }, (_, i) => validation.slice(i * apart, i * apart + length));
}

/** The rounds that follow one prompt, to the end of the context; gamma 0 is plain decoding. */
export function rounds(
  machine: Ops,
  models: Pair<Model>,
  prompt: Tokens,
  { gamma, mode, i }: { readonly gamma: number; readonly mode: Mode; readonly i: number },
): readonly SurveyedRound[] {
  const { uniform } = stream(SEED, `speculative ${gamma} ${i}`);
  const sampling = { temperature: modes[mode], topP: 1, uniform };
  return gamma === 0
    ? [...plainSurvey(machine, models.target, prompt, sampling)]
    : [...speculativeSurvey(machine, models, prompt, { ...sampling, gamma })];
}

export function entry(gamma: number, found: Summary) {
  const { unusedNeurons, alpha, ...counts } = found;
  const { layers, mean } = unusedNeurons;
  const at = (t: number) => ({
    mean: mean[t] ?? Number.NaN,
    layers: layers.map((curve) => curve[t] ?? Number.NaN),
  });
  return {
    gamma,
    ...counts,
    alpha: gamma === 0 ? 0 : alpha,
    unusedNeurons: { atGamma: at(Math.max(0, gamma - 1)), atGammaPlusOne: at(gamma) },
  };
}

export const speculative: Experiment = {
  name: "speculative",
  paper: "section 5.2, figures 7d and 10",
  summary: "acceptance, unused neurons and work of speculative decoding, gamma 1 to 16",
  async run(lab: Lab): Promise<Result> {
    const [target, draft] = [lab.model("opt-relu"), lab.model("draft")];
    const models = { target: target.model, draft: draft.model };
    const texts = prompts(target.validation);
    const all = (gamma: number, mode: Mode) =>
      lab.part(`${mode} gamma ${gamma}`, () => {
        lab.say(() => `${mode}, gamma ${gamma}`);
        return entry(
          gamma,
          summary(
            texts.flatMap((prompt, i) => rounds(lab.machine, models, prompt, { gamma, mode, i })),
            gamma,
          ),
        );
      });
    const of = async (mode: Mode) => {
      const entries: Entry[] = [];
      for (const gamma of gammas) entries.push(await all(gamma, mode));
      return entries;
    };
    const slice = (mode: Mode): Entry =>
      entry(4, summary(rounds(lab.machine, models, texts[0] ?? [], { gamma: 4, mode, i: 0 }), 4));
    const plain = { greedy: await all(0, "greedy"), sampled: await all(0, "sampled") };
    const [step] = plainSurvey(lab.machine, models.draft, [0], { temperature: 0, topP: 1, uniform: () => 0 });
    const weights = plain.greedy.perToken.dense.weightsRead;
    return {
      target: "opt-relu",
      draft: "draft",
      prompts: PROMPTS,
      promptTokens: PROMPT_TOKENS,
      skippableShare:
        neuronRows(models.target)
          .flat()
          .reduce((sum, { size }) => sum + size, 0) / weights,
      draftWeights: (step?.work.target.dense.weightsRead ?? Number.NaN) / weights,
      plain,
      speculative: { greedy: await of("greedy"), sampled: await of("sampled") },
      firstPrompt: texts[0] ?? [],
      slice: { greedy: slice("greedy"), sampled: slice("sampled") },
    };
  },
};
