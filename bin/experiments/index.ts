// The experiments, in the order of the paper.

import { after } from "./after.ts";
import { afterFinetuning } from "./after-finetuning.ts";
import { aggregated } from "./aggregated.ts";
import type { Experiment } from "./experiment.ts";
import { ladder } from "./ladder.ts";
import { latency } from "./latency.ts";
import { relufication } from "./relufication.ts";
import { seeds } from "./seeds.ts";
import { speculative } from "./speculative.ts";
import { speculativeLatency } from "./speculative-latency.ts";

export const experiments: readonly Experiment[] = [
  seeds,
  relufication,
  ladder,
  aggregated,
  speculative,
  speculativeLatency,
  latency,
  after,
  afterFinetuning,
];
