// What `relukit inspect` shows a person: the architecture, and for a text the zeros layer by layer and the work.
import type { Histogram } from "../reference/measure/histogram.ts";
import type { Activation } from "../reference/ops/contract.ts";
import type { Architecture, Reading } from "./inspect-report.ts";
import { short } from "./numbers.ts";

const columns = ["qkv", "output", "up", "down"] as const;

/** The report as text, 100 columns wide at most. */
export const page = (model: Architecture, reading: Reading | undefined): string =>
  [
    ...architecture(model),
    ...(reading
      ? [...likelihood(reading), ...zeros(reading), ...preactivations(reading), ...work(reading)]
      : []),
  ]
    .join("\n")
    .concat("\n");

function architecture({
  path,
  family,
  sizes,
  parameters,
  bytes,
  epsilon,
  activation,
  afterNorm,
}: Architecture): string[] {
  const { V, D, F, L, N, G, K, P } = sizes;
  return [
    `${path}`,
    `  ${family}, ${parameters.toLocaleString("en")} parameters, ${short(bytes, "B")}`,
    `  V ${V} vocabulary   D ${D} width   F ${F} feed-forward   L ${L} layers   P ${P} positions`,
    `  N ${N} query heads over G ${G} key and value heads of width K ${K}`,
    `  activation ${named(activation)}   after norms ${named(afterNorm)}   epsilon ${epsilon}`,
  ];
}

function named(f: Activation): string {
  if (f.kind === "identity") return "none";
  const own = f.kind === "swish" ? ` beta ${f.beta}` : "threshold" in f ? ` threshold ${f.threshold}` : "";
  return `${f.kind}${own}${f.shift === 0 ? "" : ` shifted by ${f.shift}`}`;
}

const likelihood = ({ text, predictions, meanNegativeLogLikelihood, perplexity }: Reading): string[] => [
  "",
  `${text}: ${predictions.toLocaleString("en")} tokens predicted`,
  `  mean negative log-likelihood ${meanNegativeLogLikelihood.toFixed(4)} nats, perplexity ${perplexity.toFixed(2)}`,
];

function zeros({ layers, epsilon }: Reading): string[] {
  const row = (label: string, cells: readonly string[], end = "") =>
    `  ${label.padStart(5)}${cells.map((cell) => cell.padStart(18)).join("")}  ${end}`.trimEnd();
  const mean = (column: (typeof columns)[number], share: "sparsity" | "nearSparsity") =>
    layers.reduce((total, { inputs }) => total + inputs[column][share], 0) / layers.length;
  const cell = (exact: number, near: number) => `${percent(exact)} (${percent(near)})`;
  return [
    "",
    `  zeros in the input of each projection, and in brackets |x| < ${epsilon}, in %`,
    row("layer", columns),
    ...layers.map(({ inputs }, l) =>
      row(
        `${l}`,
        columns.map((c) => cell(inputs[c].sparsity, inputs[c].nearSparsity)),
        bar(inputs.down.sparsity),
      ),
    ),
    row(
      "mean",
      columns.map((c) => cell(mean(c, "sparsity"), mean(c, "nearSparsity"))),
    ),
  ];
}

function work({ dense, multiplyAdds, bytesRead, predictions }: Reading): string[] {
  const row = (label: string, adds: string, bytes: string) =>
    `  ${label.padEnd(16)}${adds.padStart(16)}${bytes.padStart(16)}`;
  const per = (total: number, unit = "") => short(total / predictions, unit);
  const share = (part: number, whole: number) => `${percent(part / whole)} %`;
  return [
    "",
    row("work per token", "multiply-adds", "bytes read"),
    row("dense", per(dense.multiplyAdds), per(dense.bytesRead, "B")),
    row("zeros skipped", per(multiplyAdds), per(bytesRead, "B")),
    row("", share(multiplyAdds, dense.multiplyAdds), share(bytesRead, dense.bytesRead)),
  ];
}

/** Each layer's histogram between −4 and 4, two bins a column, the tallest column full. */
function preactivations({ layers }: Reading): string[] {
  const blocks = " ▁▂▃▄▅▆▇█";
  const row = (histogram: Histogram): string => {
    const middle = histogram.counts.slice(32, 96);
    const columns = Array.from({ length: 32 }, (_, c) => (middle[2 * c] ?? 0) + (middle[2 * c + 1] ?? 0));
    const top = Math.max(1, ...columns);
    const drawn = columns.map(
      (count) => blocks[count === 0 ? 0 : Math.max(1, Math.round((8 * count) / top))],
    );
    return `${drawn.slice(0, 16).join("")}|${drawn.slice(16).join("")}`;
  };
  return [
    "",
    "  what the activation reads, from -4 to 4, the line at 0; a ReLU shifted by b makes zero of all up to b",
    ...layers.map(
      ({ preactivation }, l) => `  ${`${l}`.padStart(5)}   ${preactivation ? row(preactivation) : ""}`,
    ),
  ];
}

const percent = (share: number): string => (100 * share).toFixed(1);

/** The share of zeros in the input of down, as twenty blocks. */
const bar = (share: number): string => "█".repeat(Math.round(20 * share)).padEnd(20, "░");
