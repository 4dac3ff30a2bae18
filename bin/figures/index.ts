// The figures, in the order of the paper.
import type { PaperFigure } from "./figure.ts";

export const figures: readonly PaperFigure[] = [];
