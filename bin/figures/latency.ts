// Figure 9b, from the experiment `latency`: measured time against multiply-adds.
import { lines } from "../../lessons/notebook/figure.ts";
import type { LatencyResult, Part } from "../experiments/latency.ts";
import { type Drawing, type PaperFigure, result } from "./figure.ts";

const source = "fixtures/results/latency.json";
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** A curve a size over the FLOP ratio, with the line on which time goes as multiply-adds do. */
function against(part: Part, what: string, type: "linear" | "log"): Drawing {
  const { sizes } = result<LatencyResult>("latency");
  const measured = sizes.map(({ D, F, rows }) => ({ D, F, rows: rows.filter((row) => row.part === part) }));
  const flops = measured[0]?.rows.map(({ flopRatio }) => 100 * flopRatio) ?? [];
  const told = measured.map(({ D, F, rows }) => {
    const at = rows
      .filter(({ sparsity }) => [0.5, 0.9, 0.99].includes(sparsity))
      .map(
        ({ flopRatio, timeRatio: { median, low, high } }) =>
          `${percent(median)} (${percent(low)} to ${percent(high)}) for ${percent(flopRatio)}`,
      );
    return `${D} → ${F}: ${at.join(", ")}`;
  });
  return {
    figure: lines({
      x: { label: "multiply-adds, % of dense", values: flops, type, domain: [100, Math.min(...flops)] },
      y: { label: "time, % of dense", type },
      series: [
        ...measured.map(({ D, F, rows }) => ({
          name: `${D} × ${F}`,
          values: rows.map(({ timeRatio }) => 100 * timeRatio.median),
        })),
        { name: "as many", values: flops },
      ],
    }),
    alt:
      `Measured processor time of ${what} with zeros skipped, in percent of dense, against its multiply-adds in percent of dense, one ` +
      `curve a size from dense at the left, and the line on which the two are equal. Medians, with the range of the middle half of the rounds, at ` +
      `50, 90 and 99 % zeros: ${told.join("; ")}.`,
  };
}

export const latencyFigures: readonly PaperFigure[] = [
  {
    ...{ id: "9b", title: "Time against multiply-adds, down projection", source },
    draw: () => against("down", "a down projection", "log"),
  },
  {
    ...{ id: "9b-layer", title: "Time against multiply-adds, whole plain feed-forward", source },
    draw: () => against("layer", "a plain feed-forward, its up projection read in full,", "linear"),
  },
];
