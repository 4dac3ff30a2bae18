// Experiment `after`: what came after the paper, each method on a model that ships, judged on held-out text.
// What needs finetuning is another experiment's: here no weight of a model is changed.
import { ALPHAS, CHANCES, predictorRows, RANKS, RECIPE, signRows } from "../successors/guesses.ts";
import { BATCHES, batchRows, WINDOWS, windowRows } from "../successors/sets.ts";
import type { Subject } from "../successors/subject.ts";
import { cettRows, dReluRows, LIMITS, l1Rows, STAGES, squaredRows } from "../successors/tails.ts";
import { catsRows, fatReluRows, TARGETS, tealRows, topKRows } from "../successors/thresholds.ts";
import type { Experiment, Lab } from "./experiment.ts";

/** Tokens to calibrate on, from the start of the training text, and to be judged by, from that of the held-out text. */
export const CALIBRATION = 4096;
export const JUDGED = 8192;
const [GROUPS, SEED] = [200, 2310];

/** The first tokens of both texts, for the slice: all methods again, with one setting each, in a second or two. */
export const FEW = 256;

interface Method {
  readonly model: string;
  readonly measure: (subject: Subject) => object;
  /** the same with one setting, for few tokens */
  readonly slice: (subject: Subject) => object;
}

const fat = (target: number | undefined, subject: Subject) =>
  fatReluRows(subject, target === undefined ? TARGETS.fatrelu : [target]);
const few = { ...RECIPE, steps: 20 };

/** Each method, on the model it is for. */
export const METHODS = {
  teal: {
    model: "llama-silu",
    measure: (on) => tealRows(on, TARGETS.teal),
    slice: (on) => tealRows(on, [0.5]),
  },
  cats: {
    model: "llama-silu",
    measure: (on) => catsRows(on, TARGETS.cats),
    slice: (on) => catsRows(on, [0.5]),
  },
  fatReluOpt: { model: "opt-relu", measure: (on) => fat(undefined, on), slice: (on) => fat(0.94, on) },
  fatReluLlama: { model: "llama-relu", measure: (on) => fat(undefined, on), slice: (on) => fat(0.94, on) },
  topK: {
    model: "opt-relu",
    measure: (on) => topKRows(on, TARGETS.topK),
    slice: (on) => topKRows(on, [0.1]),
  },
  cettRelu: { model: "opt-relu", measure: (on) => cettRows(on, LIMITS), slice: (on) => cettRows(on, [0.2]) },
  cettSilu: { model: "opt-silu", measure: (on) => cettRows(on, LIMITS), slice: (on) => cettRows(on, [0.2]) },
  squared: {
    model: "opt-relu",
    measure: (on) => squaredRows(on, 0.2),
    slice: (on) => squaredRows(on, 0.2),
  },
  dRelu: { model: "llama-relu", measure: dReluRows, slice: dReluRows },
  l1: { model: "opt-relu", measure: (on) => l1Rows(on, STAGES, 50), slice: (on) => l1Rows(on, STAGES, 50) },
  predictor: {
    model: "opt-relu",
    measure: (on) => predictorRows(on, RANKS, CHANCES),
    slice: (on) => predictorRows(on, [4], [0.1], few),
  },
  signOpt: { model: "opt-relu", measure: (on) => signRows(on, ALPHAS), slice: (on) => signRows(on, [1.1]) },
  signLlama: {
    model: "llama-relu",
    measure: (on) => signRows(on, ALPHAS),
    slice: (on) => signRows(on, [1.1]),
  },
  window: { model: "opt-relu", measure: (on) => windowRows(on, WINDOWS), slice: (on) => windowRows(on, [8]) },
  batchOpt: {
    model: "opt-relu",
    measure: (on) => batchRows(on, BATCHES, GROUPS, SEED),
    slice: (on) => batchRows(on, [1, 2], GROUPS, SEED),
  },
  batchLlama: {
    model: "llama-relu",
    measure: (on) => batchRows(on, BATCHES, GROUPS, SEED),
    slice: (on) => batchRows(on, [1, 2], GROUPS, SEED),
  },
} as const satisfies Readonly<Record<string, Method>>;

type Methods = typeof METHODS;
export type Key = keyof Methods;

/** The document: for each method its model, what was found, and the slice. */
export type AfterResult = { readonly calibration: number; readonly judged: number; readonly few: number } & {
  readonly [M in Key]: {
    readonly model: string;
    readonly found: ReturnType<Methods[M]["measure"]>;
    readonly slice: ReturnType<Methods[M]["slice"]>;
  };
};

export const after: Experiment = {
  name: "after",
  paper: "after the paper",
  summary:
    "TEAL, CATS, FATReLU, ReLU², dReLU, L1, CETT, predictors, windows, top-k and batches, on shipped models",
  async run(lab: Lab): Promise<object> {
    const found: Record<string, object> = {};
    for (const [key, { model, measure, slice }] of Object.entries(METHODS) as readonly [Key, Method][])
      found[key] = await lab.part(`${key} ${model} ${CALIBRATION} ${JUDGED} ${FEW}`, () => ({
        model,
        found: measure(subjectOf(lab, model, CALIBRATION, JUDGED)),
        slice: slice(subjectOf(lab, model, FEW, FEW)),
      }));
    return { calibration: CALIBRATION, judged: JUDGED, few: FEW, ...found };
  },
};

/** A shipped model and its texts, as the methods want them. */
export function subjectOf(lab: Lab, name: string, calibration: number, judged: number): Subject {
  const { model, tokenizer, validation } = lab.model(name);
  const beginning = lab.texts().training.slice(0, 8 * calibration); // a token of these is 2 characters or so
  return {
    machine: lab.machine,
    model,
    calibration: tokenizer.encode(beginning).slice(0, calibration),
    judged: validation.slice(0, judged),
    say: (text) => lab.say(() => `${name}: ${text()}`),
  };
}
