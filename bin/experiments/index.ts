// The experiments, in the order of the paper.
import { aggregated } from "./aggregated.ts";
import type { Experiment } from "./experiment.ts";
import { seeds } from "./seeds.ts";

export const experiments: readonly Experiment[] = [seeds];
