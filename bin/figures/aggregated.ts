// Figures 7a to 7c and the hot neurons, from the experiment `aggregated`.
import { type Figure, lines } from "../../lessons/notebook/figure.ts";
import { exp } from "../../reference/elementary.ts";
import type { AggregatedResult, ModelResult } from "../experiments/aggregated.ts";
import { type Drawing, type PaperFigure, result } from "./figure.ts";

type Name = keyof AggregatedResult["models"];

/** What the hot neurons' axis begins with, in percent: on a logarithmic one nothing is at 0. */
const FLOOR = 1;
const source = "fixtures/results/aggregated.json";
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const at = (curve: readonly number[], t: number): string => percent(curve[t - 1] ?? Number.NaN);
const hundred = (values: readonly number[]): readonly number[] => values.map((share) => 100 * share);

/** The tokens that a curve is drawn at: each of the first 16, then every fourth. */
const tokens = (T: number): readonly number[] =>
  Array.from({ length: T }, (_, i) => i + 1).filter((t) => t <= 16 || t % 4 === 0);

const of = (name: Name): ModelResult => result<AggregatedResult>("aggregated").models[name];

function curves(
  T: number,
  series: readonly { readonly name: string; readonly values: readonly number[] }[],
): Figure {
  const times = tokens(T);
  return lines({
    x: { label: "tokens", values: times, type: "log" },
    y: { label: "unused neurons, %", domain: [0, 100] },
    series: series.map(({ name, values }) => ({
      name,
      values: hundred(times.map((t) => values[t - 1] ?? Number.NaN)),
    })),
  });
}

function perLayer(name: Name): Drawing {
  const { layers, mean, windows, T } = of(name);
  const named = [
    ...layers.map(({ unused }, l) => ({ name: `layer ${l}`, values: unused })),
    { name: "mean", values: mean },
  ];
  const told = named.map(
    ({ name, values }) => `${name} ${at(values, 1)}, ${at(values, 16)}, ${at(values, 100)}`,
  );
  return {
    figure: curves(T, named),
    alt:
      `Share of neurons that none of the first t tokens used, ${name}, the mean over ${windows} windows of held-out text. ` +
      `All curves fall from left to right. After 1, 16 and 100 tokens: ${told.join("; ")}.`,
  };
}

function againstChance(name: Name): Drawing {
  const { mean, chance, byUse, T } = of(name);
  const named = [
    { name: "measured", values: mean },
    { name: "own shares", values: byUse },
    { name: "chance, sᵗ", values: chance },
  ];
  const told = named.map(
    ({ name, values }) => `${name} ${at(values, 8)}, ${at(values, 32)}, ${at(values, 100)}`,
  );
  return {
    figure: curves(T, named),
    alt:
      `Share of unused neurons after t tokens, ${name}, the mean over the layers: measured, for neurons that each fire ` +
      `independently on their own share of the tokens, and for those of a layer all alike. ` +
      `After 8, 32 and 100 tokens: ${told.join("; ")}.`,
  };
}

function reused(name: Name): Drawing {
  const { reuse } = of(name);
  const kinds = [
    { kind: "random", name: "random set" },
    { kind: "loaded", name: "loaded" },
    { kind: "all", name: "all neurons" },
  ] as const;
  const gammas = reuse.map(({ gamma }) => gamma);
  const told = reuse.map(
    ({ gamma, nats }) =>
      `gamma ${gamma}: ${kinds.map(({ kind, name }) => `${name} ${exp(nats[kind]).toFixed(1)}`).join(", ")}`,
  );
  return {
    figure: lines({
      x: { label: "gamma, tokens that load and then reuse", values: gammas, type: "log" },
      y: { label: "perplexity", type: "log" },
      series: kinds.map(({ kind, name }) => ({ name, values: reuse.map(({ nats }) => exp(nats[kind])) })),
    }),
    alt:
      `Perplexity of ${name} on tokens read while only some neurons may fire: those that the gamma tokens before used, ` +
      `as many drawn at random, or all. Both restrictions cost less the larger gamma is. ${told.join("; ")}.`,
  };
}

function hotNeurons(): Drawing {
  const { layers, windows, T } = of("opt-relu");
  const F = layers[0]?.use.ranked.length ?? 0;
  const ranks = Array.from({ length: F }, (_, r) => r + 1).filter((r) => r <= 10 || r % 5 === 0);
  const share = (ranked: readonly number[], r: number): number => (ranked[r - 1] ?? 0) / (windows * T);
  const told = layers.map(({ use: { hottest, powerLaw, ranked } }, l) => {
    const tenth = percent(hottest[0]?.firings ?? Number.NaN);
    const never = ranked.filter((tokens) => tokens === 0).length;
    const line = powerLaw
      ? `slope ${powerLaw.slope.toFixed(2)}, off by a factor of ${exp(powerLaw.deviation).toFixed(2)}`
      : "no line";
    return `layer ${l}: ${tenth} of the firings by the hottest tenth, ${never} of ${F} never fired, ${line}`;
  });
  return {
    figure: lines({
      x: { label: "rank of the neuron, the hottest first", values: ranks, type: "log" },
      y: { label: "tokens it fires on, %", type: "log", domain: [FLOOR, 100] },
      series: layers.map(({ use: { ranked } }, l) => ({
        name: `layer ${l}`,
        values: ranks.map((r) => Math.max(FLOOR, 100 * share(ranked, r))),
      })),
    }),
    alt:
      `How often each neuron of opt-relu fires, the hottest first, both axes logarithmic; what is below ${FLOOR} % is drawn there. ` +
      `A power law would be a straight line; each curve bends downwards. ${told.join("; ")}.`,
  };
}

export const aggregatedFigures: readonly PaperFigure[] = [
  {
    ...{ id: "7a", title: "Aggregated sparsity per layer, opt-relu", source },
    draw: () => perLayer("opt-relu"),
  },
  {
    ...{ id: "7a-llama", title: "Aggregated sparsity per layer, llama-relu", source },
    draw: () => perLayer("llama-relu"),
  },
  {
    ...{ id: "7b", title: "Aggregated sparsity against chance, opt-relu", source },
    draw: () => againstChance("opt-relu"),
  },
  {
    ...{ id: "7b-llama", title: "Aggregated sparsity against chance, llama-relu", source },
    draw: () => againstChance("llama-relu"),
  },
  { ...{ id: "7c", title: "Reuse of loaded neurons, opt-relu", source }, draw: () => reused("opt-relu") },
  {
    ...{ id: "7c-llama", title: "Reuse of loaded neurons, llama-relu", source },
    draw: () => reused("llama-relu"),
  },
  { ...{ id: "hot", title: "Hot neurons of opt-relu", source }, draw: hotNeurons },
];
