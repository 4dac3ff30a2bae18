// Measures of what is not zero and could be: CETT, ReLU²'s tail, dReLU, and the penalty that would press it down.
import { cett, outputSizes, truncated, truncation } from "../../reference/successors/cett.ts";
import { dRelu } from "../../reference/successors/d-relu.ts";
import { penalty, penaltyWeight, type Stage } from "../../reference/successors/l1.ts";
import {
  expectGated,
  expectPlain,
  expectZeros,
  feedForwards,
} from "../../reference/successors/projections.ts";
import { cutTail, withReluSquared } from "../../reference/successors/relu-squared.ts";
import { sightingOf, sightings } from "../../reference/successors/sightings.ts";
import type { Matrix } from "../../reference/tensor.ts";
import { effectOf, hiddenSparsity, mean, type Subject } from "./subject.ts";

export const LIMITS = [0.05, 0.1, 0.2, 0.3, 0.5] as const;

/** For each CETT limit, the share of neurons that can go, layer by layer, what the limit is on other text, and the cost. */
export function cettRows(subject: Subject, limits: readonly number[]) {
  const { machine, model, calibration, judged, say } = subject;
  const layers = feedForwards(model);
  const downs = layers.map(({ down }) => down);
  const [before, after] = [calibration, judged].map((text) => sightings(machine, model, text, downs));
  const hidden = (seen: typeof before, down: Matrix) =>
    sightingOf(seen ?? new Map(), down).input as Matrix<"T", "F">;
  return limits.map((limit) => {
    const found = downs.map((down, l) => {
      say(() => `cett ${limit}: layer ${l}`);
      const h = hidden(before, down);
      const { threshold } = truncation(h, down, outputSizes(h, down), limit, machine);
      const other = hidden(after, down);
      return { down, ...cett(other, down, outputSizes(other, down), threshold, machine) };
    });
    const thresholds = new Map(found.map(({ down, threshold }) => [down, threshold]));
    const cut = effectOf(subject, `cett ${limit}`, (ops) => truncated(ops, thresholds));
    return {
      limit,
      sparsity: mean(found.map(({ sparsity }) => sparsity)),
      layers: found.map(({ sparsity, cett, threshold }) => ({ sparsity, cett, threshold })),
      nats: cut.meanNegativeLogLikelihood,
    };
  });
}

/** ReLU and ReLU² over the same pre-activations: zeros, what can be cut at a CETT limit, and the model after the swap. */
export function squaredRows(subject: Subject, limit: number) {
  const { machine, model, judged } = subject;
  expectPlain("relu-squared", model);
  expectZeros("relu-squared", model);
  const layers = feedForwards(model);
  const seen = sightings(
    machine,
    model,
    judged,
    layers.map(({ into }) => into),
  );
  const cutAt = (kind: "relu" | "relu-squared") =>
    layers.map(({ into, down }) => {
      const z = sightingOf(seen, into).result as Matrix<"T", "F">;
      return cutTail(z, down, { kind, shift: 0 }, limit, machine).sparsity;
    });
  const zeros = layers.map(({ into }) => {
    const { data } = sightingOf(seen, into).result;
    let count = 0;
    for (const z of data) if (z <= 0) count++;
    return count / data.length;
  });
  const [relu, squared] = [cutAt("relu"), cutAt("relu-squared")];
  return {
    limit,
    zeros: mean(zeros),
    relu: mean(relu),
    squared: mean(squared),
    layers: layers.map((_, l) => ({ zeros: zeros[l], relu: relu[l], squared: squared[l] })),
    nats: effectOf(subject, "relu").meanNegativeLogLikelihood,
    swappedNats: effectOf({ ...subject, model: withReluSquared(model) }, "relu-squared")
      .meanNegativeLogLikelihood,
  };
}

/** A gated ReLU model before and after a ReLU on up as well, with no finetuning in between. */
export function dReluRows(subject: Subject) {
  const { model } = subject;
  expectGated("drelu", model);
  expectZeros("drelu", model);
  const [gate, both] = [effectOf(subject, "relu on the gate"), effectOf(subject, "drelu", dRelu)];
  const row = (found: typeof gate) => ({
    sparsity: hiddenSparsity(model, found),
    nats: found.meanNegativeLogLikelihood,
  });
  return { gate: row(gate), both: row(both) };
}

/** Stages for 3,000 steps, such as a finetune of a small model could have. */
export const STAGES: readonly Stage[] = [
  { until: 300, peak: 0.02 },
  { until: 1200, peak: 0.1 },
  { until: 2100, peak: 0.1 },
  { until: 3000, peak: 0.4 },
];

/** The schedule's curve, and what it would have to press down: the mean height of the hidden layers. */
export function l1Rows({ machine, model, judged }: Subject, stages: readonly Stage[], every: number) {
  const downs = feedForwards(model).map(({ down }) => down);
  const seen = sightings(machine, model, judged, downs);
  const end = stages.at(-1)?.until ?? 0;
  const steps = Array.from({ length: Math.floor(end / every) + 1 }, (_, i) => Math.max(1, i * every));
  return {
    stages,
    steps,
    weights: steps.map((step) => penaltyWeight(stages, step)),
    heights: downs.map((down) => penalty([sightingOf(seen, down).input as Matrix<"T", "F">], 1)),
  };
}
