// What a text shows of aggregated sparsity, window by window, and all windows together: for the command and the experiment.
// Paper: section 5.1, figures 7a to 7c. Every window is read with an empty past.
import { type Context, contexts } from "../reference/decoding/contexts.ts";
import { firing } from "../reference/decoding/firing.ts";
import {
  aggregated as aggregate,
  byChance,
  type Curves,
  largestWindow,
  unusedInWindow,
} from "../reference/measure/aggregated.ts";
import { empty } from "../reference/models/cache.ts";
import type { Model } from "../reference/models/model.ts";
import type { Ops } from "../reference/ops/contract.ts";
import {
  hottestShare,
  neuronUse,
  type PowerLaw,
  powerLaw,
  ranked,
} from "../reference/successors/neuron-use.ts";
import type { Tokens } from "../reference/tensor.ts";
import { deviation, mean, over, total } from "./statistics.ts";

/** The longest window of the windowed form, unless longer ones are asked for. */
export const LONGEST = 64;
const WANTED = [0.75, 0.5, 0.25] as const;
const HOTTEST = [0.1, 0.2, 0.5] as const;

export interface Summary {
  /** how many windows were averaged over, T tokens each */
  readonly windows: number;
  readonly T: number;
  readonly F: number;
  readonly layers: readonly LayerResult[];
  /** the mean over the layers, of s_agg and of s_l^t */
  readonly mean: readonly number[];
  readonly meanDeviation: readonly number[];
  readonly chance: readonly number[];
  /** the same for tokens that draw each neuron independently, but with its own share of the tokens, not the layer's */
  readonly byUse: readonly number[];
}

export interface LayerResult {
  /** of all tokens read: what is unused after one, on average */
  readonly sparsity: number;
  /** s_agg(t) at index t − 1: the mean over the windows, and the standard deviation among them */
  readonly unused: readonly number[];
  readonly deviation: readonly number[];
  /** the mean over all windows of γ consecutive tokens, at index γ − 1 */
  readonly windowed: readonly number[];
  /** for each wanted share the largest γ that leaves it unused */
  readonly largestWindow: readonly { readonly wanted: number; readonly gamma: number }[];
  readonly use: UseResult;
}

export interface UseResult {
  /** tokens on which each neuron fired, the hottest first */
  readonly ranked: readonly number[];
  /** the share of all firings that the hottest neurons have */
  readonly hottest: readonly { readonly neurons: number; readonly firings: number }[];
  /** null where fewer than three neurons fired */
  readonly powerLaw: PowerLaw | null;
}

/** The windows of T = P tokens; what is left over at the end is too short to be averaged with them. */
export const fullWindows = (text: Tokens, P: number): readonly Context[] =>
  contexts(text, P).filter(({ tokens }) => tokens.length === P);

/** What one window of T tokens showed. */
export interface WindowReading {
  readonly curves: Curves;
  /** layer by layer, what windows of 1, 2, … tokens leave unused */
  readonly windowed: readonly (readonly number[])[];
  /** layer by layer, on how many tokens each neuron fired */
  readonly use: readonly (readonly number[])[];
}

/** @param longest  the longest window of the windowed form, if there are so many tokens */
export function readingOf(ops: Ops, model: Model, tokens: Tokens, longest = LONGEST): WindowReading {
  const { masks } = ops.scope(() => ({ masks: firing(ops, model, tokens, empty).masks }));
  const gammas = Array.from({ length: Math.min(longest, tokens.length) }, (_, i) => i + 1);
  return {
    curves: aggregate(masks),
    windowed: masks.map((mask) => gammas.map((gamma) => unusedInWindow(mask, gamma))),
    use: masks.map((mask) => neuronUse([mask])),
  };
}

export function summary(readings: readonly WindowReading[]): Summary {
  const [first] = readings;
  if (!first) throw new RangeError("summary: there is no window; expected a text of P + 1 tokens at least");
  const layers = first.curves.layers.map((_, l) => layerResult(readings, l));
  const [T, means] = [first.curves.mean.length, readings.map(({ curves }) => curves.mean)];
  const sparsities = layers.map(({ sparsity }) => sparsity);
  return {
    ...{ windows: readings.length, T, F: first.use[0]?.length ?? 0, layers },
    ...{ mean: over(means, mean), meanDeviation: over(means, deviation) },
    chance: byChance(sparsities, T).mean,
    byUse: over(
      layers.map(({ use }) => byOwnShare(use.ranked, readings.length * T, T)),
      mean,
    ),
  };
}

/** What independent draws would leave, each neuron with the share of the tokens that it fires on. */
const byOwnShare = (counts: readonly number[], tokens: number, T: number): readonly number[] =>
  byChance(
    counts.map((count) => 1 - count / tokens),
    T,
  ).mean;

function layerResult(readings: readonly WindowReading[], l: number): LayerResult {
  const curves = readings.map(({ curves }) => curves.layers[l] ?? []);
  const windows = readings.map(({ windowed }) => windowed[l] ?? []);
  const windowed = over(windows, mean);
  return {
    sparsity: windowed[0] ?? Number.NaN,
    unused: over(curves, mean),
    deviation: over(curves, deviation),
    windowed,
    largestWindow: WANTED.map((wanted) => ({ wanted, gamma: largestWindow(windowed, wanted) })),
    use: useResult(
      over(
        readings.map(({ use }) => use[l] ?? []),
        total,
      ),
    ),
  };
}

const useResult = (counts: readonly number[]): UseResult => ({
  ranked: ranked(counts),
  hottest: HOTTEST.map((neurons) => ({ neurons, firings: hottestShare(counts, neurons) })),
  powerLaw: counts.filter((count) => count > 0).length < 3 ? null : powerLaw(counts),
});
