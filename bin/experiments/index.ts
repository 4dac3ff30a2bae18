// The experiments, in the order of the paper.
import type { Experiment } from "./experiment.ts";

export const experiments: readonly Experiment[] = [];
