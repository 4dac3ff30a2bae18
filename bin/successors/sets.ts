// Measures of which neurons are used together: by neighbouring tokens, in a window, and by the sequences of a batch.
import { stream } from "../../reference/random.ts";
import {
  batches,
  unusedByAll,
  unusedByChance,
  unusedByRates,
} from "../../reference/successors/batch-union.ts";
import { expectZeros, feedForwards } from "../../reference/successors/projections.ts";
import { sightingOf, sightings } from "../../reference/successors/sightings.ts";
import {
  hitRate,
  loadsPerToken,
  residentNeurons,
  type WindowLoads,
  windowLoads,
} from "../../reference/successors/window-cache.ts";
import { type Matrix, matrix } from "../../reference/tensor.ts";
import { mean, type Subject } from "./subject.ts";

export const WINDOWS = [0, 1, 2, 4, 8, 16, 32, 64] as const;
export const BATCHES = [1, 2, 4, 8, 16, 32, 64] as const;

/** What each layer's down projection reads, sequence by sequence: windows of the context, full ones alone. */
function sequencesOf({ machine, model, judged }: Subject): readonly (readonly Matrix<"T", "F">[])[] {
  const { P, F } = model.config.sizes;
  const downs = feedForwards(model).map(({ down }) => down);
  const count = Math.floor(judged.length / P);
  if (count === 0)
    throw new RangeError(
      `the part of the text that judges has ${judged.length} tokens; expected P = ${P} at least, one full sequence`,
    );
  const seen = sightings(machine, model, judged.slice(0, count * P), downs);
  return downs.map((down) => {
    const { input } = sightingOf(seen, down);
    return Array.from({ length: count }, (_, i) => matrix<"T", "F">(P, F, (t, f) => input.get(i * P + t, f)));
  });
}

/** The sliding window at each k: every sequence begins with nothing loaded. */
export function windowRows(subject: Subject, lengths: readonly number[]) {
  expectZeros("window-cache", subject.model);
  const { sizes } = subject.model.config;
  const layers = sequencesOf(subject);
  const rows = feedForwards(subject.model)[0]?.gated ? 3 : 2;
  return lengths.map((k) => {
    const loads = layers.map((sequences) => joined(sequences.map((hidden) => windowLoads(hidden, k))));
    const perToken = loads.reduce((total, layer) => total + loadsPerToken(layer), 0);
    return {
      k,
      hitRate: hitRate(joined(loads)),
      layers: loads.map(hitRate),
      loadsPerToken: perToken,
      /** of float32 weights, all layers together */
      bytesPerToken: perToken * sizes.D * rows * 4,
      /** the share of neurons in memory */
      resident: mean(loads.map(residentNeurons)) / sizes.F,
    };
  });
}

const joined = (parts: readonly WindowLoads[]): WindowLoads => ({
  loads: parts.flatMap(({ loads }) => loads),
  uses: parts.flatMap(({ uses }) => uses),
  resident: parts.flatMap(({ resident }) => resident),
});

/** The share of neurons that no sequence of a batch uses, beside what chance and the neurons' own rates predict. */
export function batchRows(subject: Subject, sizes: readonly number[], groups: number, seed: number) {
  expectZeros("batch-union", subject.model);
  const layers = sequencesOf(subject).map((sequences) => ({
    hidden: rowsOf(sequences),
    sequences: sequences.length,
  }));
  const P = subject.model.config.sizes.P;
  return sizes.map((B) => {
    const found = layers.map(({ hidden, sequences }, l) => {
      const drawn = batches(sequences, P, B, groups, stream(seed, `batch of ${B}, layer ${l}`));
      const sparsity = unusedByRates(hidden, 1);
      return {
        unused: unusedByAll(hidden, drawn),
        chance: unusedByChance(sparsity, B),
        rates: unusedByRates(hidden, B),
      };
    });
    const all = (of: "unused" | "chance" | "rates") => mean(found.map((layer) => layer[of]));
    return {
      B,
      unused: all("unused"),
      chance: all("chance"),
      rates: all("rates"),
      layers: found.map(({ unused }) => unused),
    };
  });
}

const rowsOf = (sequences: readonly Matrix<"T", "F">[]): Matrix<"T", "F"> => {
  const [P, F] = sequences[0]?.shape ?? [0, 0];
  return matrix(sequences.length * P, F, (t, f) => sequences[Math.floor(t / P)]?.get(t % P, f) ?? Number.NaN);
};
