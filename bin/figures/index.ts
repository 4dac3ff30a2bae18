// The figures, in the order of the paper.
import { afterFigures } from "./after.ts";
import { aggregatedFigures } from "./aggregated.ts";
import type { PaperFigure } from "./figure.ts";
import { latencyFigures } from "./latency.ts";
import { figure1b, figure9a } from "./row-skipping.ts";
import { optimalGammaFigures, speculativeFigures } from "./speculative.ts";

export const figures: readonly PaperFigure[] = [
  figure1b,
  ...aggregatedFigures,
  ...speculativeFigures,
  figure9a,
  ...latencyFigures,
  ...optimalGammaFigures,
  ...afterFigures,
];
