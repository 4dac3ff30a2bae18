// The methods after the paper, as the command offers them: their sources, what they are told, and their measures.
import { ALPHAS, CHANCES, predictorRows, RANKS, signRows } from "./guesses.ts";
import { BATCHES, batchRows, WINDOWS, windowRows } from "./sets.ts";
import type { Subject } from "./subject.ts";
import { cettRows, dReluRows, LIMITS, l1Rows, STAGES, squaredRows } from "./tails.ts";
import { catsRows, fatReluLimitRows, fatReluRows, TARGETS, tealRows, topKRows } from "./thresholds.ts";

/** What a method may be told on the command line; what is not told has the experiment's values. */
export interface Settings {
  readonly target?: readonly number[];
  readonly limit?: readonly number[];
  readonly chance?: readonly number[];
  readonly rank?: readonly number[];
  readonly alpha?: readonly number[];
  readonly window?: readonly number[];
  readonly batch?: readonly number[];
  readonly seed: number;
}

export interface Method {
  readonly name: string;
  readonly source: string;
  readonly summary: string;
  /** the settings that it takes, besides the seed */
  readonly takes: readonly (keyof Settings)[];
  readonly measure: (subject: Subject, settings: Settings) => object;
}

export const methods: readonly Method[] = [
  {
    name: "teal",
    source: "TEAL, arXiv:2408.14690",
    summary: "zeros in the inputs of all projections, below thresholds that are quantiles",
    takes: ["target"],
    measure: (subject, { target = TARGETS.teal }) => tealRows(subject, target),
  },
  {
    name: "cats",
    source: "CATS, arXiv:2404.08763",
    summary: "gates shut where they are small: rows of up and down skipped",
    takes: ["target"],
    measure: (subject, { target = TARGETS.cats }) => catsRows(subject, target),
  },
  {
    name: "fatrelu",
    source: "FATReLU in ProSparse, arXiv:2402.13516",
    summary: "a ReLU that keeps what reaches a threshold, beside a shifted ReLU; --limit is a CETT",
    takes: ["target", "limit"],
    measure: (subject, { target, limit }) => ({
      ...(target || !limit ? fatReluRows(subject, target ?? TARGETS.fatrelu) : {}),
      ...(limit ? { limits: fatReluLimitRows(subject, limit) } : {}),
    }),
  },
  {
    name: "top-k",
    source: "statistical top-k in Spark Transformer, arXiv:2506.06644",
    summary: "about k of F neurons, by mean and deviation; --target is k/F",
    takes: ["target"],
    measure: (subject, { target = TARGETS.topK }) => topKRows(subject, target),
  },
  {
    name: "cett",
    source: "ReLU² Wins, arXiv:2402.03804",
    summary: "how many neurons can go for so much error of the layer's output",
    takes: ["limit"],
    measure: (subject, { limit = LIMITS }) => cettRows(subject, limit),
  },
  {
    name: "relu-squared",
    source: "ReLU² Wins, arXiv:2402.03804",
    summary: "the tail of ReLU² beside that of ReLU, over the same pre-activations",
    takes: ["limit"],
    measure: (subject, { limit = [0.2] }) => ({ rows: limit.map((one) => squaredRows(subject, one)) }),
  },
  {
    name: "drelu",
    source: "dReLU in TurboSparse, arXiv:2406.05955",
    summary: "a ReLU on both branches of a gated layer, without finetuning",
    takes: [],
    measure: dReluRows,
  },
  {
    name: "l1",
    source: "the L1 penalty of ProSparse, arXiv:2402.13516",
    summary: "the mean height of each hidden layer, and a staged schedule of the penalty's weight",
    takes: [],
    measure: (subject) => l1Rows(subject, STAGES, 50),
  },
  {
    name: "predictor",
    source: "Deja Vu, arXiv:2310.17157",
    summary: "a low-rank predictor of the neurons that fire, trained on the first half of the text",
    takes: ["rank", "chance"],
    measure: (subject, { rank = RANKS, chance = CHANCES, seed }) =>
      predictorRows(subject, rank, chance, { steps: 1000, batch: 128, rate: 0.01, seed }),
  },
  {
    name: "sign-predictor",
    source: "SparseInfer, arXiv:2411.12692",
    summary: "a guess of the neurons that fire by signs alone",
    takes: ["alpha"],
    measure: (subject, { alpha = ALPHAS }) => signRows(subject, alpha),
  },
  {
    name: "window-cache",
    source: "LLM in a Flash, arXiv:2312.11514",
    summary: "neurons loaded a token when those of the last k tokens stay",
    takes: ["window"],
    measure: (subject, { window = WINDOWS }) => windowRows(subject, window),
  },
  {
    name: "batch-union",
    source: "Polar Sparsity, arXiv:2505.14884",
    summary: "neurons that no sequence of a batch uses",
    takes: ["batch"],
    measure(subject, { batch, seed }) {
      const sequences = Math.floor(subject.judged.length / subject.model.config.sizes.P);
      return batchRows(subject, batch ?? BATCHES.filter((B) => B <= Math.max(1, sequences)), 200, seed);
    },
  },
];
