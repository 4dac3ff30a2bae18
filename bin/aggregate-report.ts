// What `relukit aggregate` reports: the curves, windows and neuron use of a text, and the perplexities of reuse.
import type { Context } from "../reference/decoding/contexts.ts";
import { neuronRows } from "../reference/decoding/firing.ts";
import { exp } from "../reference/elementary.ts";
import type { Model } from "../reference/models/model.ts";
import { projections } from "../reference/successors/projections.ts";
import type { Tensor } from "../reference/tensor.ts";
import { LONGEST, readingOf, type Summary, summary } from "./aggregate-reading.ts";
import { type ReuseResult, reuseOf } from "./aggregate-reuse.ts";
import type { OpenMachine } from "./machine.ts";
import { progress } from "./progress.ts";
import { mean, over } from "./statistics.ts";
import type { Terminal } from "./terminal.ts";

export interface AggregateReport extends Summary {
  /** whether any neuron of any layer was silent on any token */
  readonly hasZeros: boolean;
  /** the neurons' rows as a share of the weights that a dense step reads, the head included */
  readonly skippableShare: number;
  /** s̄ of gamma, at index gamma − 1: that share times the mean over the layers of what gamma tokens leave unused */
  readonly unusedCurve: readonly number[];
  readonly reuse: readonly (Omit<ReuseResult, "firstWindow"> & {
    readonly perplexity: ReuseResult["nats"];
  })[];
}

/** @param windows  of one length, two times the largest gamma at least */
export function report(
  machine: OpenMachine,
  model: Model,
  windows: readonly Context[],
  gammas: readonly number[],
  terminal: Terminal,
): AggregateReport {
  const line = progress(terminal);
  const readings = windows.map(({ tokens }, i) => {
    line.show(() => `window ${i + 1} of ${windows.length}`);
    return readingOf(machine, model, tokens, Math.max(LONGEST, ...gammas));
  });
  const reuse = gammas.map((gamma) => {
    const { firstWindow: _, ...found } = reuseOf(machine, model, windows, gamma, (kind, done) =>
      line.show(() => `reuse, gamma ${gamma}, ${kind}: window ${done} of ${windows.length}`),
    );
    const { all, loaded, random } = found.nats;
    return { ...found, perplexity: { all: exp(all), loaded: exp(loaded), random: exp(random) } };
  });
  line.end();
  const found = summary(readings);
  const skippableShare = skippable(model);
  const unusedCurve = over(
    found.layers.map(({ windowed }) => windowed),
    (shares) => skippableShare * mean(shares),
  );
  const hasZeros = found.layers.some(({ sparsity }) => sparsity > 0);
  return { hasZeros, ...found, skippableShare, unusedCurve, reuse };
}

function skippable(model: Model): number {
  const { V, D } = model.config.sizes;
  const size = (weights: Iterable<Tensor>): number =>
    [...weights].reduce((total, { size }) => total + size, 0);
  return size(neuronRows(model).flat()) / (size(projections(model).keys()) + V * D);
}
