// Figures of what came after the paper, from the experiment `after`.
import { type Figure, lines } from "../../lessons/notebook/figure.ts";
import type { AfterResult } from "../experiments/after.ts";
import { type Drawing, type PaperFigure, result } from "./figure.ts";

const of = (): AfterResult => result<AfterResult>("after");
const source = "fixtures/results/after.json";
const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
const hundred = (shares: readonly number[]): number[] => shares.map((share) => 100 * share);
const nats = (value: number): string => value.toFixed(3);
const last = <X>(rows: readonly X[]): X => rows[rows.length - 1] as X;

interface Named {
  readonly name: string;
  readonly values: readonly number[];
}

/** Likelihood over a target in percent. */
const costs = (label: string, targets: readonly number[], series: readonly Named[]): Figure =>
  lines({ x: { label, values: hundred(targets) }, y: { label: "nats a token" }, series });

/** The rows of `rows` at the targets that `others` has too. */
const shared = <X extends { readonly target: number }>(
  rows: readonly X[],
  others: readonly { readonly target: number }[],
): readonly X[] => rows.filter(({ target }) => others.some((other) => other.target === target));

function teal(): Drawing {
  const { teal, cats, judged } = of();
  const [all, gates] = [teal.found, shared(cats.found, teal.found)];
  const told = (rows: readonly { target: number; nats: number; workLeft: number }[]) =>
    rows
      .map(({ target, nats: n, workLeft }) => `${percent(target)}: ${nats(n)} with ${percent(workLeft)} left`)
      .join("; ");
  return {
    figure: costs(
      "target, %",
      all.map(({ target }) => target),
      [
        { name: "TEAL", values: all.map((row) => row.nats) },
        { name: "CATS", values: gates.map((row) => row.nats) },
      ],
    ),
    alt:
      `Nats a token of ${teal.model} over the share of values set to zero, ${judged} held-out tokens. Both curves rise, TEAL's ` +
      `faster: it cuts the inputs of all projections, CATS those of up and down alone. With the multiply-adds of the layers ` +
      `that are left: TEAL ${told(all)}. CATS ${told(gates)}.`,
  };
}

function fatRelu(): Drawing {
  const { fatReluOpt } = of();
  const { relu, rows } = fatReluOpt.found;
  const told = rows.map((row) => `${percent(row.sparsity)} ${nats(row.nats)} and ${nats(row.shiftedNats)}`);
  return {
    figure: costs(
      "target, %",
      rows.map(({ target }) => target),
      [
        { name: "shifted ReLU", values: rows.map((row) => row.shiftedNats) },
        { name: "FATReLU", values: rows.map((row) => row.nats) },
      ],
    ),
    alt:
      `Nats a token of ${fatReluOpt.model} over the share of pre-activations silenced, without finetuning. Plain ReLU has ` +
      `${percent(relu.sparsity)} zeros and ${nats(relu.nats)} nats. The curve of the ReLU shifted as far rises much faster than ` +
      `FATReLU's. Zeros in the hidden layer, with FATReLU's nats and the shifted ReLU's: ${told.join("; ")}.`,
  };
}

function cett(): Drawing {
  const { cettRelu, cettSilu } = of();
  const told = (rows: typeof cettRelu.found) =>
    rows.map(({ limit, sparsity }) => `${percent(sparsity)} at ${limit}`).join(", ");
  return {
    figure: lines({
      x: { label: "CETT limit", values: cettRelu.found.map(({ limit }) => limit) },
      y: { label: "neurons that can go, %", domain: [0, 100] },
      series: [cettRelu, cettSilu].map(({ model, found }) => ({
        name: model,
        values: hundred(found.map(({ sparsity }) => sparsity)),
      })),
    }),
    alt:
      `Share of neurons that can be left out for a relative error of the layer's output. ${cettRelu.model}: ${told(cettRelu.found)}. ` +
      `${cettSilu.model}, which has no exact zeros, lies below: ${told(cettSilu.found)}.`,
  };
}

/** A curve's value at x, straight between its points; the points ascend in x. */
function between(points: readonly (readonly [x: number, y: number])[], x: number): number {
  const right = Math.max(
    1,
    points.findIndex((point) => point[0] >= x),
  );
  const [[x0, y0], [x1, y1]] = [points[right - 1] ?? [0, 0], points[right] ?? [1, 1]];
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

function predictors(): Drawing {
  const { predictor, signOpt } = of();
  const ranks = [...new Set(predictor.found.map(({ rank }) => rank))];
  const ways = [
    ...ranks.map((rank) => ({
      name: `rank ${rank}`,
      rows: predictor.found.filter((row) => row.rank === rank),
    })),
    { name: "signs", rows: signOpt.found },
  ];
  const grid = Array.from({ length: 31 }, (_, i) => i / 100); // to 30 %: beyond, the curves come together
  const series = ways.map(({ name, rows }) => {
    const points = rows.map(({ guessed, recall }) => [guessed, recall] as const).sort((a, b) => a[0] - b[0]);
    const whole = [[0, 0] as const, ...points, [1, 1] as const]; // none computed, all computed
    return { name, values: hundred(grid.map((x) => between(whole, x))) };
  });
  const told = ways.map(
    ({ name, rows }) =>
      `${name} ${rows.map(({ guessed, recall }) => `${percent(recall)} at ${percent(guessed)}`).join(", ")}`,
  );
  return {
    figure: lines({
      x: { label: "neurons computed, %", values: hundred(grid) },
      y: { label: "recall, %", domain: [0, 100] },
      series,
    }),
    alt:
      `Share of the neurons that fire which were guessed, over the share of all neurons that is computed, ${predictor.model}, ` +
      `straight lines between what was measured, from nothing up to 30 %. The higher the rank, the higher the curve; the signs, ` +
      `for which nothing is trained, reach that of rank ${ranks[0]} at its right end. Measured: ${told.join("; ")}.`,
  };
}

function windows(): Drawing {
  const { window } = of();
  const rows = window.found.filter(({ k }) => k > 0);
  const layers = last(rows).layers.map((_, l) => ({
    name: `layer ${l}`,
    values: hundred(rows.map((row) => row.layers[l] ?? Number.NaN)),
  }));
  const told = rows.map(
    ({ k, hitRate, resident }) => `${percent(hitRate)} at ${k} with ${percent(resident)} in memory`,
  );
  return {
    figure: lines({
      x: { label: "k, tokens whose neurons stay", values: rows.map(({ k }) => k), type: "log" },
      y: { label: "uses found loaded, %", domain: [0, 100] },
      series: layers,
    }),
    alt:
      `Share of neuron uses that found their neuron loaded when those of the last k tokens stay, ${window.model}, layer by layer. ` +
      `All curves rise; layer 0, which uses the most neurons, is highest. All layers together: ${told.join("; ")}.`,
  };
}

function batch(): Drawing {
  const { batchOpt } = of();
  const rows = batchOpt.found;
  const kinds = [
    { name: "measured", of: "unused" },
    { name: "own rates", of: "rates" },
    { name: "chance, sᴮ", of: "chance" },
  ] as const;
  const told = rows.map(
    ({ B, unused, rates, chance }) => `${B}: ${percent(unused)}, ${percent(rates)}, ${percent(chance)}`,
  );
  return {
    figure: lines({
      x: { label: "B, sequences decoded together", values: rows.map(({ B }) => B), type: "log" },
      y: { label: "unused neurons, %", domain: [0, 100] },
      series: kinds.map(({ name, of }) => ({ name, values: hundred(rows.map((row) => row[of])) })),
    }),
    alt:
      `Share of neurons that no sequence of a batch uses, ${batchOpt.model}, mean over the layers. The three curves fall together. ` +
      `By batch size, measured, predicted from each neuron's own rate, and by chance: ${told.join("; ")}.`,
  };
}

function topK(): Drawing {
  const { topK } = of();
  const { found } = topK;
  const F = (found[0]?.k ?? 0) / (found[0]?.share ?? 1);
  const layers = last(found).layers.map((_, l) => ({
    name: `layer ${l}`,
    values: found.map((row) => 100 * ((row.layers[l]?.mean ?? Number.NaN) / F)),
  }));
  const ratios = found.flatMap(({ k, layers }) => layers.map(({ mean }) => mean / k));
  const told = found.map(
    ({ k, layers }) =>
      `${k.toFixed(1)} wanted, ${layers.map(({ mean, least, most }) => `${mean.toFixed(1)} (${least} to ${most})`).join(", ")}`,
  );
  return {
    figure: lines({
      x: { label: "neurons wanted, %", values: hundred(found.map(({ share }) => share)) },
      y: { label: "neurons kept, %" },
      series: [{ name: "wanted", values: hundred(found.map(({ share }) => share)) }, ...layers],
    }),
    alt:
      `Neurons kept by the statistical top-k over neurons wanted, ${topK.model}. The curves follow the diagonal: layers keep ` +
      `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} times what is wanted, most where least is wanted. ` +
      `Layer by layer the mean number kept, and the least and most of any token: ${told.join("; ")}.`,
  };
}

function schedule(): Drawing {
  const { stages, steps, weights } = of().l1.found;
  const told = stages.map(({ until, peak }) => `${peak} by step ${until}`);
  return {
    figure: lines({
      x: { label: "step", values: steps },
      y: { label: "weight of the penalty" },
      series: [{ name: "λ", values: weights }],
    }),
    alt:
      `The weight of the L1 penalty over the steps of a finetune, in stages: constant at first, then along half waves without a ` +
      `jump, ${told.join(", ")}.`,
  };
}

export const afterFigures: readonly PaperFigure[] = [
  { id: "after-teal", title: "TEAL and CATS: zeros without training", source, draw: teal },
  { id: "after-fatrelu", title: "FATReLU against a shifted ReLU", source, draw: fatRelu },
  { id: "after-cett", title: "CETT: how many neurons can go", source, draw: cett },
  { id: "after-l1", title: "L1 in stages: the weight of the penalty", source, draw: schedule },
  { id: "after-top-k", title: "Statistical top-k: wanted and kept", source, draw: topK },
  { id: "after-predictors", title: "Guessing which neurons fire", source, draw: predictors },
  { id: "after-window", title: "A sliding window of neurons", source, draw: windows },
  { id: "after-batch", title: "The union over a batch", source, draw: batch },
];
