// Figures 7d and 10: theorems 1 and 2 over what the experiment `speculative` measured of opt-relu and its draft.
import { type Figure, lines } from "../../lessons/notebook/figure.ts";
import {
  bestGamma,
  independent,
  theorem1,
  type UnusedCurve,
  weighted,
} from "../../reference/measure/speculative.ts";
import { gammas, type Result } from "../experiments/speculative.ts";
import { type Drawing, type PaperFigure, result } from "./figure.ts";

/** A draft far cheaper than ours, as of a model fifty times smaller. */
const CHEAP = 0.02;
const source = "fixtures/results/speculative.json";

/** s̄ of all the target's weights, sampled at temperature 1: as windows have it, and as independent tokens would. */
function curves() {
  const { plain, speculative, skippableShare, draftWeights } = result<Result>("speculative");
  const measured: UnusedCurve = (gamma) =>
    speculative.sampled[gamma - 1]?.unusedNeurons.atGamma.mean ?? Number.NaN;
  return {
    draftWeights,
    skippableShare,
    aggregated: weighted(measured, skippableShare),
    random: weighted(independent(plain.sampled.unusedNeurons.atGamma.layers), skippableShare),
  };
}

function overStandard(c: number): Drawing {
  const { aggregated, random, skippableShare } = curves();
  const series = [
    { name: "aggregated", unused: aggregated },
    { name: "random", unused: random },
  ].map(({ name, unused }) => ({
    name,
    values: gammas.map((gamma) => theorem1({ c, gamma, unused: unused(gamma) })),
  }));
  const told = series.map(
    ({ name, values }) => `${name} ${[1, 4, 16].map((g) => values[g - 1]?.toFixed(3)).join(", ")}`,
  );
  return {
    figure: overGamma("times standard speculative decoding", series),
    alt:
      `Theorem 1 over gamma with c = ${short(c)}: how much faster sparse speculative decoding is than standard, if time goes as ` +
      `weights read. ${percent(skippableShare)} of the target's weights are rows that a neuron can skip. Both curves fall towards 1, ` +
      `that of the measured windows more slowly than that of independent tokens. At gamma 1, 4 and 16: ${told.join("; ")}. ` +
      "The paper reports 1.27 at gamma 16 for OPT 6.7B.",
  };
}

const overGamma = (
  y: string,
  series: readonly { readonly name: string; readonly values: readonly number[] }[],
): Figure =>
  lines({ x: { label: "gamma, drafted tokens a round", values: gammas }, y: { label: y }, series });

/** Acceptance rates up to which a gamma within the measured 16 is the best, at either cost. */
const alphas: readonly number[] = Array.from({ length: 17 }, (_, i) => (i + 1) / 20);

function optimum(c: number) {
  const { aggregated } = curves();
  const best = (unused: UnusedCurve) => alphas.map((alpha) => bestGamma(c, alpha, unused, gammas));
  return { sparse: best(aggregated), standard: best(() => 0) };
}

function bestOverAlpha(c: number): Drawing {
  const { sparse, standard } = optimum(c);
  const series = [
    { name: "sparse", values: sparse.map(({ gamma }) => gamma) },
    { name: "standard", values: standard.map(({ gamma }) => gamma) },
  ];
  const told = [0.3, 0.6, 0.8].map((alpha) => {
    const i = alphas.indexOf(alpha);
    return `at alpha ${alpha} sparse ${sparse[i]?.gamma}, standard ${standard[i]?.gamma}`;
  });
  return {
    figure: lines({
      x: { label: "acceptance rate alpha", values: alphas },
      y: { label: "best gamma", domain: [0, Math.max(...series.flatMap(({ values }) => values))] },
      series,
    }),
    alt:
      `The gamma from 1 to 16 at which theorem 2 is greatest, over the acceptance rate, with c = ${short(c)}. Both curves rise in ` +
      `steps, and the sparse one is never above the other: ${told.join("; ")}.`,
  };
}

function speedupOverAlpha(c: number): Drawing {
  const { sparse, standard } = optimum(c);
  const series = [
    { name: "sparse", values: sparse.map(({ speedup }) => speedup) },
    { name: "standard", values: standard.map(({ speedup }) => speedup) },
    { name: "autoregressive", values: alphas.map(() => 1) },
  ];
  const told = [0.3, 0.6, 0.8].map((alpha) => {
    const i = alphas.indexOf(alpha);
    return `at alpha ${alpha} sparse ${sparse[i]?.speedup.toFixed(2)}, standard ${standard[i]?.speedup.toFixed(2)}`;
  });
  return {
    figure: lines({
      x: { label: "acceptance rate alpha", values: alphas },
      y: { label: "times plain dense decoding" },
      series,
    }),
    alt:
      `Theorem 2 at its best gamma from 1 to 16, over the acceptance rate, with c = ${short(c)}, against plain dense decoding as 1. ` +
      `The sparse curve lies above the standard one throughout: ${told.join("; ")}.`,
  };
}

const short = (value: number): string => `${Number(value.toPrecision(3))}`;
const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
const own = () => result<Result>("speculative").draftWeights;

export const speculativeFigures: readonly PaperFigure[] = [
  {
    id: "7d",
    title: "Speedup over standard speculative decoding, opt-relu with the shipped draft, modelled",
    source,
    draw: () => overStandard(own()),
  },
  {
    id: "7d-cheap",
    title: "The same windows with a draft at a fiftieth of the cost, modelled",
    source,
    draw: () => overStandard(CHEAP),
  },
];

export const optimalGammaFigures: readonly PaperFigure[] = [
  {
    id: "10",
    title: "The best gamma over the acceptance rate, a draft at a fiftieth of the cost",
    source,
    draw: () => bestOverAlpha(CHEAP),
  },
  {
    id: "10-own",
    title: "The best gamma over the acceptance rate, the shipped draft",
    source,
    draw: () => bestOverAlpha(own()),
  },
  {
    id: "10-speedup",
    title: "Modelled speedup at the best gamma over the acceptance rate, a draft at a fiftieth of the cost",
    source,
    draw: () => speedupOverAlpha(CHEAP),
  },
];
