// Figures of section 3 and appendix: the activations and their zeros, from scratch.
import { lines } from "../../lessons/notebook/figure.ts";
import { points } from "../../lessons/notebook/figure-points.ts";
import type { Interval } from "../../reference/measure/interval.ts";
import { scalar } from "../../reference/ops/activation.ts";
import { ACTIVATIONS, type Seeds } from "../experiments/seeds.ts";
import { decimals, type PaperFigure, percent, result } from "./figure.ts";

const seeds = () => result<Seeds>("seeds");
const names: Readonly<Record<string, string>> = {
  silu: "SiLU",
  gelu: "GELU",
  "swish, beta 8": "swish, β = 8",
  relu: "ReLU",
};
const nameOf = (name: string): string => names[name] ?? name;

const near: PaperFigure = {
  id: "2a",
  title: "The family of activations near zero",
  source: "reference/ops/activation.ts",
  draw() {
    const at = Array.from({ length: 121 }, (_, i) => -3 + i / 20);
    const series = Object.entries(ACTIVATIONS).map(([name, f]) => ({
      name: nameOf(name),
      values: at.map(scalar(f)),
    }));
    const least = series.map(({ name, values }) => `${name} falls to ${decimals(Math.min(...values), 3)}`);
    return {
      figure: lines({ x: { label: "x", values: at }, y: { label: "f(x)" }, series }),
      alt: `Four curves over x from -3 to 3, all near 0 on the left and near x on the right. Between: ${least.join(", ")}. Only ReLU is exactly 0 below 0.`,
    };
  },
};

const zeros: PaperFigure = {
  id: "2b",
  title: "Zeros of the hidden layer, by activation",
  source: "relukit experiment seeds",
  draw() {
    const { activations, epsilon } = seeds();
    const nears = activations.map(({ runs }) =>
      runs.map(({ looks }) => looks.at(-1)?.nearZeros ?? Number.NaN),
    );
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const series = [
      { name: "exact zeros", points: activations.map(({ name, zeros }) => point(nameOf(name), zeros, 100)) },
      {
        name: `|h| < ${epsilon}`,
        points: activations.map(({ name }, a) => ({ x: nameOf(name), y: 100 * mean(nears[a] ?? []) })),
      },
    ];
    const told = activations.map(
      ({ name, zeros }, a) =>
        `${nameOf(name)} ${percent(zeros.mean)} % exact, ${percent(mean(nears[a] ?? []))} % below ${epsilon}`,
    );
    return {
      figure: points({ x: { label: "activation" }, y: { label: "zeros, %", domain: [0, 100] }, series }),
      alt: `Share of zeros in the input of the down projections after training: ${told.join("; ")}.`,
    };
  },
};

const loss: PaperFigure = {
  id: "2c",
  title: "Loss from scratch, with the spread of the seeds",
  source: "relukit experiment seeds",
  draw() {
    const { activations } = seeds();
    const told = activations.map(
      ({ name, loss, lossOverRelu }) =>
        `${nameOf(name)} ${interval(loss, 3)} nats a token${name === "relu" ? "" : `, ${interval(lossOverRelu, 3)} above ReLU seed by seed`}`,
    );
    const series = [{ name: "loss", points: activations.map(({ name, loss }) => point(nameOf(name), loss)) }];
    return {
      figure: points({ x: { label: "activation" }, y: { label: "nats a token, held out" }, series }),
      alt: `Held-out loss, mean of ${activations[0]?.runs.length ?? 0} seeds with its 95 % interval: ${told.join("; ")}.`,
    };
  },
};

const task: PaperFigure = {
  id: "2d",
  title: "A cloze test while training, by activation",
  source: "relukit experiment seeds",
  draw() {
    const { activations, gaps } = seeds();
    const at = activations[0]?.runs[0]?.looks.map(({ step }) => step) ?? [];
    const series = activations.map(({ name, runs }) => ({
      name: nameOf(name),
      values: at.map(
        (_, i) => (100 * runs.reduce((sum, { looks }) => sum + (looks[i]?.cloze ?? 0), 0)) / runs.length,
      ),
    }));
    const told = activations.map(({ name, cloze }) => `${nameOf(name)} ${interval(cloze, 1, 100)} %`);
    return {
      figure: lines({ x: { label: "step", values: at }, y: { label: "right, %", domain: [20, 40] }, series }),
      alt: `Right answers of ${gaps.gaps} gaps with four words each, 25 % by chance, against training steps. The four curves rise together; at the end ${told.join(", ")}, with the spread of the seeds.`,
    };
  },
};

const histograms: PaperFigure = {
  id: "11",
  title: "What the activation reads, in models from scratch",
  source: "relukit experiment seeds",
  draw() {
    const { activations } = seeds();
    const middles = Array.from({ length: 64 }, (_, i) => -8 + (i + 0.5) / 4);
    const shown = middles.map((at, i) => ({ at, i })).filter(({ at }) => at > -5 && at < 3);
    const last = activations.map(({ name, runs }) => ({
      name: nameOf(name),
      layers: runs[0]?.looks.at(-1)?.histograms ?? [],
    }));
    const series = last.map(({ name, layers }) => ({
      name,
      values: shown.map(
        ({ i }) => (100 * layers.reduce((sum, layer) => sum + (layer[i] ?? 0), 0)) / layers.length,
      ),
    }));
    const below = last.map(({ name, layers }) => {
      const share = layers.reduce((sum, layer) => sum + layer.slice(0, 32).reduce((a, b) => a + b, 0), 0);
      return `${name} ${percent(share / layers.length)} %`;
    });
    return {
      figure: lines({
        x: { label: "pre-activation", values: shown.map(({ at }) => at) },
        y: { label: "% of them, a bin of 0.25" },
        series,
      }),
      alt: `Histograms of pre-activations after training, all layers, one curve an activation. Share below 0: ${below.join(", ")}.`,
    };
  },
};

const point = (x: string, { mean, from, to }: Interval, scale = 1) => ({
  ...{ x, y: scale * mean },
  ...{ from: scale * from, to: scale * to },
});
const interval = ({ mean, from, to }: Interval, digits: number, scale = 1): string =>
  `${decimals(scale * mean, digits)} (${decimals(scale * from, digits)} to ${decimals(scale * to, digits)})`;

export const activationFigures: readonly PaperFigure[] = [near, zeros, loss, task];
export const histogramFigures: readonly PaperFigure[] = [histograms];
