// The figures, in the order of the paper, and then those of what came after.
import { activationFigures, histogramFigures } from "./activations.ts";
import { afterFigures } from "./after.ts";
import { afterFinetuningFigures } from "./after-finetuning.ts";
import { aggregatedFigures } from "./aggregated.ts";
import type { PaperFigure } from "./figure.ts";
import { accuracyFigures, ladderFigures } from "./ladder.ts";
import { latencyFigures } from "./latency.ts";
import { shiftFigures, surgeryFigures, zerosFigures } from "./relufication.ts";
import { figure1b, figure9a } from "./row-skipping.ts";
import { optimalGammaFigures, speculativeFigures } from "./speculative.ts";

export const figures: readonly PaperFigure[] = [
  ...zerosFigures,
  figure1b,
  ...accuracyFigures,
  ...activationFigures,
  ...surgeryFigures,
  ...aggregatedFigures,
  ...speculativeFigures,
  ...shiftFigures,
  figure9a,
  ...latencyFigures,
  ...optimalGammaFigures,
  ...histogramFigures,
  ...ladderFigures,
  ...afterFigures,
  ...afterFinetuningFigures,
];
