// What `relukit aggregate` shows a person: a curve a layer, the windows, the reuse, and who is hot.
import { exp } from "../reference/elementary.ts";
import type { Activation } from "../reference/ops/contract.ts";
import type { LayerResult } from "./aggregate-reading.ts";
import type { AggregateReport } from "./aggregate-report.ts";

interface Page extends AggregateReport {
  readonly model: { readonly path: string; readonly family: string; readonly activation: Activation };
  readonly text: string;
  readonly tokens: number;
}

/** The report as text, 100 columns wide at most. */
export const page = (report: Page): string =>
  [
    `${report.model.path}, ${report.text}: ${count(report.tokens, "token")}, ` +
      `${count(report.windows, "window")} of ${report.T}`,
    "",
    ...(report.hasZeros ? curves(report) : nothing(report)),
    ...(report.hasZeros ? [...windows(report), ...hot(report)] : []),
    ...reuse(report),
    "",
  ].join("\n");

const nothing = ({ model: { activation } }: Page): string[] => [
  `  Unused is 0 from the first token on: ${activation.kind} gave no exact zero, so every neuron fires on`,
  "  every token. A ReLU makes zeros: --activation relu tries it on these weights as they are;",
  "  relukit relufy --stage 1 writes such a model, and relukit finetune lets it recover.",
  "",
];

function curves({ layers, mean, chance, byUse, T }: Page): string[] {
  const times = powersOfTwo(T);
  const row = (label: string, curve: readonly number[]): string =>
    line(
      label,
      times.map((t) => percent(curve[t - 1])),
      plot(curve),
    );
  return [
    "  unused after t tokens, in %, the mean over the windows, and drawn from t = 1 on",
    line(
      "layer",
      times.map((t) => `${t}`),
    ),
    ...layers.map(({ unused }, l) => row(`${l}`, unused)),
    row("mean", mean),
    "  by chance",
    row("s^t", chance),
    row("each its own", byUse),
    "",
  ];
}

function windows({ layers, reuse }: Page): string[] {
  const gammas = reuse.map(({ gamma }) => gamma);
  const wanted = layers[0]?.largestWindow ?? [];
  const shares = wanted.map(({ wanted }) => `${Math.round(100 * wanted)} %`);
  const at = (layer: LayerResult, gamma: number): string => percent(layer.windowed[gamma - 1]);
  const most = layers[0]?.windowed.length ?? 0;
  const largest = (layer: LayerResult): string[] =>
    layer.largestWindow.map(({ gamma }) => (gamma === most ? `${gamma}+` : `${gamma}`));
  return [
    `  unused in any gamma tokens in a row, in %; then the largest gamma that leaves so much unused`,
    line("layer", [...gammas.map((gamma) => `${gamma}`), "", ...shares]),
    ...layers.map((layer, l) =>
      line(`${l}`, [...gammas.map((gamma) => at(layer, gamma)), "", ...largest(layer)]),
    ),
    "",
  ];
}

function hot({ layers }: Page): string[] {
  const shares = layers[0]?.use.hottest.map(({ neurons }) => `${Math.round(100 * neurons)} %`) ?? [];
  return [
    "  the share of all firings that the hottest neurons have, in %; neurons that never fired;",
    "  and the line of log count over log rank: its slope, and the factor by which counts are off it",
    line("layer", [...shares, "never", "slope", "factor"]),
    ...layers.map(({ use }, l) =>
      line(`${l}`, [
        ...use.hottest.map(({ firings }) => percent(firings)),
        `${use.ranked.filter((tokens) => tokens === 0).length}`,
        use.powerLaw ? use.powerLaw.slope.toFixed(2) : "-",
        use.powerLaw ? factor(use.powerLaw.deviation) : "-",
      ]),
    ),
    "",
  ];
}

function reuse({ reuse }: Page): string[] {
  const row = (label: string, cells: readonly string[]): string =>
    `  ${label.padStart(5)}${cells.map((cell) => cell.padStart(14)).join("")}`;
  return [
    "  perplexity while only loaded neurons may fire",
    row("gamma", ["loaded, %", "all", "loaded", "random", "tokens"]),
    ...reuse.map(({ gamma, loaded, perplexity: { all, loaded: own, random }, predictions }) =>
      row(`${gamma}`, [
        percent(loaded.reduce((total, share) => total + share, 0) / loaded.length),
        ...[all, own, random].map((value) => value.toFixed(2)),
        `${predictions}`,
      ]),
    ),
  ];
}

const line = (label: string, cells: readonly string[], end = ""): string =>
  `  ${label.padStart(12)}${cells.map((cell) => cell.padStart(7)).join("")}  ${end}`.trimEnd();

const percent = (share = Number.NaN): string => (100 * share).toFixed(1);
const count = (n: number, noun: string): string => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

/** By how much a count is usually too large or too small, from the deviation of its logarithm. */
const factor = (deviation: number): string => exp(deviation).toFixed(2);

/** 1, the greatest powers of two below T, and T itself: eight at most. */
function powersOfTwo(T: number): readonly number[] {
  const between = [];
  for (let t = 2; t < T; t *= 2) between.push(t);
  return [1, ...between.slice(-6), T];
}

/** The curve as sixteen blocks, the whole height for all neurons. */
function plot(curve: readonly number[]): string {
  const blocks = " ▁▂▃▄▅▆▇█";
  const at = (c: number): number => curve[Math.round((c / 15) * (curve.length - 1))] ?? 0;
  const block = (share: number): string => blocks[share > 0 ? Math.max(1, Math.round(8 * share)) : 0] ?? " ";
  return `|${Array.from({ length: 16 }, (_, c) => block(at(c))).join("")}|`;
}
