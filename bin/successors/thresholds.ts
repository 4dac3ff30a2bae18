// Measures of what sets small values to zero without training: TEAL, CATS, FATReLU, and the statistical top-k.
import type { Activation } from "../../reference/ops/contract.ts";
import { cats, catsThresholds } from "../../reference/successors/cats.ts";
import { inputSparsity } from "../../reference/successors/effect.ts";
import { thresholdByCett, thresholdBySparsity, withFatRelu } from "../../reference/successors/fat-relu.ts";
import {
  expectGated,
  expectPlain,
  expectZeros,
  feedForwards,
  projections,
} from "../../reference/successors/projections.ts";
import { expectShare } from "../../reference/successors/quantile.ts";
import { sightingOf, sightings } from "../../reference/successors/sightings.ts";
import { keptPerRow, statisticalTopK } from "../../reference/successors/statistical-top-k.ts";
import { teal, thresholdsOf } from "../../reference/successors/teal.ts";
import type { Matrix } from "../../reference/tensor.ts";
import { effectOf, hiddenSparsity, kinds, mean, type Subject, workLeft } from "./subject.ts";

export const TARGETS = {
  teal: [0, 0.25, 0.4, 0.5, 0.65],
  cats: [0, 0.25, 0.4, 0.5, 0.65, 0.75, 0.9],
  fatrelu: [0.9, 0.92, 0.94, 0.96, 0.98],
  topK: [0.02, 0.05, 0.08, 0.1, 0.2],
} as const;

/** TEAL at each target: zeros reached in all inputs and in those of each kind, and what they cost. */
export function tealRows(subject: Subject, targets: readonly number[]) {
  for (const target of targets) expectShare("teal", "target", target);
  const { machine, model, calibration } = subject;
  const [all, kindOf] = [[...projections(model).keys()], kinds(model)];
  const seen = sightings(machine, model, calibration, all);
  return targets.map((target) => {
    const thresholds = thresholdsOf(all, (w) => sightingOf(seen, w).input, target);
    const found = effectOf(subject, `teal ${target}`, (ops) => teal(ops, thresholds));
    const ofKind = (kind: string) =>
      inputSparsity(
        found,
        all.filter((w) => kindOf.get(w) === kind),
      );
    return {
      target,
      sparsity: inputSparsity(found, all),
      byProjection: Object.fromEntries(
        [...new Set(all.map((w) => kindOf.get(w) ?? ""))].map((kind) => [kind, ofKind(kind)]),
      ),
      workLeft: workLeft(all, (w) => 1 - inputSparsity(found, [w])),
      nats: found.meanNegativeLogLikelihood,
    };
  });
}

/** CATS at each target: up and down skip the neurons whose gate is shut, the rest stays dense. */
export function catsRows(subject: Subject, targets: readonly number[]) {
  for (const target of targets) expectShare("cats", "target", target);
  const { machine, model, calibration } = subject;
  expectGated("cats", model);
  const layers = feedForwards(model);
  const downOf = new Map(
    layers.flatMap(({ gated, down }) => [[gated ?? down, down] as const, [down, down] as const]),
  );
  return targets.map((target) => {
    const thresholds = catsThresholds(machine, model, calibration, target);
    const found = effectOf(subject, `cats ${target}`, (ops) => cats(ops, thresholds));
    return {
      target,
      sparsity: hiddenSparsity(model, found),
      layers: layers.map(({ down }) => inputSparsity(found, [down])),
      workLeft: workLeft(projections(model).keys(), (w) => {
        const down = downOf.get(w as (typeof layers)[number]["down"]);
        return down ? 1 - inputSparsity(found, [down]) : 1;
      }),
      nats: found.meanNegativeLogLikelihood,
    };
  });
}

/** FATReLU by a target over all pre-activations, beside a ReLU shifted as far, which lowers the survivors too. */
export function fatReluRows(subject: Subject, targets: readonly number[]) {
  for (const target of targets) expectShare("fatrelu", "target", target);
  const { machine, model, calibration } = subject;
  expectZeros("fatrelu", model);
  const intos = feedForwards(model).map(({ into }) => into);
  const seen = sightings(machine, model, calibration, intos);
  const before = intos.map((into) => sightingOf(seen, into).result);
  const under = (what: string, activation: Activation) => {
    const changed = { ...subject, model: { ...model, config: { ...model.config, activation } } } as Subject;
    const found = effectOf(changed, what);
    return { sparsity: hiddenSparsity(model, found), nats: found.meanNegativeLogLikelihood };
  };
  const thresholds = targets.map((target) => {
    const threshold = thresholdBySparsity(before, target);
    if (threshold < Infinity) return { target, threshold };
    throw new RangeError(`fatrelu: target is ${target}; expected one below 1 that leaves a neuron alive`);
  });
  return {
    relu: under("relu", model.config.activation),
    rows: thresholds.map(({ target, threshold }) => {
      const fat = under(`fatrelu ${target}`, withFatRelu(model, threshold).config.activation);
      const shifted = under(`shifted ${target}`, { kind: "relu", shift: threshold });
      return { target, threshold, ...fat, shiftedNats: shifted.nats };
    }),
  };
}

/** FATReLU by a CETT limit: the largest threshold that keeps it in every layer, over the calibration text. */
export function fatReluLimitRows(subject: Subject, limits: readonly number[]) {
  const { machine, model, calibration } = subject;
  expectPlain("fatrelu --limit", model);
  expectZeros("fatrelu", model);
  const layers = feedForwards(model);
  const seen = sightings(
    machine,
    model,
    calibration,
    layers.map(({ into }) => into),
  );
  return limits.map((limit) => {
    const found = layers.map(({ into, down }) =>
      thresholdByCett(sightingOf(seen, into).result as Matrix<"T", "F">, down, limit, machine),
    );
    const threshold = Math.min(...found.map((layer) => layer.threshold));
    const changed = withFatRelu(model, threshold);
    const effect = effectOf({ ...subject, model: changed }, `fatrelu ${limit}`);
    const sparsity = hiddenSparsity(model, effect);
    return { limit, threshold, sparsity, nats: effect.meanNegativeLogLikelihood };
  });
}

/** Statistical top-k for each share k/F: how many are kept, layer by layer, and what it costs. */
export function topKRows(subject: Subject, shares: readonly number[]) {
  const { model, machine, judged } = subject;
  expectZeros("top-k", model);
  const { F } = model.config.sizes;
  const intos = feedForwards(model).map(({ into }) => into);
  const seen = sightings(machine, model, judged, intos);
  return shares.map((share) => {
    expectShare("top-k", "share", share);
    const kept = intos.map((into) => keptPerRow(sightingOf(seen, into).result, share * F));
    const found = effectOf(subject, `top-k ${share}`, (ops) =>
      statisticalTopK(ops, new Set(intos), share * F),
    );
    return {
      share,
      k: share * F,
      kept: mean(kept.map(mean)),
      layers: kept.map((counts) => ({
        mean: mean(counts),
        least: Math.min(...counts),
        most: Math.max(...counts),
      })),
      sparsity: hiddenSparsity(model, found),
      nats: found.meanNegativeLogLikelihood,
    };
  });
}
