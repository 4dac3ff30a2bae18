// Figures of sections 4 and 5.3: where the zeros are, before and after surgery, and what happened to the likelihood.
import { lines } from "../../lessons/notebook/figure.ts";
import { points } from "../../lessons/notebook/figure-points.ts";
import type { Look, Relufication, Surgery } from "../experiments/relufication.ts";
import { decimals, type PaperFigure, percent, result } from "./figure.ts";

const all = () => result<Relufication>("relufication");
const source = "relukit experiment relufication";

const find = (model: string, name: string): Surgery => {
  const found = all().surgeries.find((one) => one.model === model && one.name === name);
  if (!found) throw new Error(`fixtures/results/relufication.json has no ${model}, ${name}`);
  return found;
};
const shipped = (model: string) => {
  const found = all().before.find((one) => one.model === model);
  if (!found) throw new Error(`fixtures/results/relufication.json has no ${model}`);
  return found;
};

type Input = keyof Look["zeros"][number];
const share = ({ zeros }: Look, input: Input): readonly number[] => zeros.map((layer) => layer[input]);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const layersOf = (look: Look): readonly string[] => look.zeros.map((_, l) => `layer ${l}`);
const list = (values: readonly number[]): string => values.map(percent).join(", ");

const perLayer: PaperFigure = {
  id: "1a",
  title: "Zeros of the hidden layer, layer by layer, as the models are trained",
  source,
  draw() {
    const models = ["opt-relu", "opt-gelu", "llama-silu", "falcon-gelu"].map(shipped);
    const series = models.map(({ model, look }) => ({
      name: model,
      points: share(look, "down").map((zeros, l) => ({ x: `layer ${l}`, y: 100 * zeros })),
    }));
    const told = models.map(({ model, look }) => `${model} ${list(share(look, "down"))}`);
    return {
      figure: points({
        ...{ x: { label: "" }, y: { label: "zeros before down, %", domain: [0, 100] } },
        ...{ series, joined: true },
      }),
      alt: `Zeros in the input of down in %, layer by layer: ${told.join("; ")}.`,
    };
  },
};

const surgery: PaperFigure = {
  id: "3",
  title: "The surgery: which inputs get zeros, stage by stage",
  source,
  draw() {
    const [before, one, two] = [
      shipped("llama-silu").look,
      find("llama-silu", "stage 1").before,
      find("llama-silu", "stage 2").before,
    ];
    const stages = [
      ["as trained", before],
      ["stage 1", one],
      ["stage 2", two],
    ] as const;
    const inputs = [
      ["Q, K, V", "qkv"],
      ["gate and up", "up"],
      ["down", "down"],
    ] as const;
    const series = stages.map(([name, look]) => ({
      name,
      points: inputs.map(([x, input]) => ({ x, y: 100 * mean(share(look, input)) })),
    }));
    const told = stages.map(
      ([name, look]) =>
        `${name} ${inputs.map(([x, i]) => `${percent(mean(share(look, i)))} before ${x}`).join(", ")}`,
    );
    return {
      figure: points({
        x: { label: "input of" },
        y: { label: "zeros, %", domain: [0, 100] },
        series,
      }),
      alt: `Zeros in % in what each group of projections of llama-silu reads, right after surgery: ${told.join("; ")}. Stage 1 puts a ReLU on the gate, stage 2 also after both norms of each layer; the attention's output projection reads no zeros in any stage.`,
    };
  },
};

const beforeAfter = (id: string, model: string): PaperFigure => ({
  id,
  title: `Zeros per layer before and after, ${model}`,
  source,
  draw() {
    const rows = [
      ["as trained", shipped(model).look],
      ["stage 1", find(model, "stage 1").after],
      ["stage 2", find(model, "stage 2").after],
    ] as const;
    const inputs = ["down", "qkv", "up"] as const;
    const places = layersOf(rows[0][1]);
    const series = rows.flatMap(([name, look]) =>
      inputs
        .filter((input) => input === "down" || name === "stage 2")
        .filter((input) => !(model === "falcon-gelu" && input === "up")) // reads what Q, K and V read
        .map((input) => ({
          name: `${name}, ${input}`,
          points: share(look, input).map((zeros, l) => ({ x: places[l] ?? "", y: 100 * zeros })),
        })),
    );
    const told = series.map(({ name, points }) => `${name} ${list(points.map(({ y }) => y / 100))}`);
    return {
      figure: points({
        ...{ x: { label: "" }, y: { label: "zeros, %", domain: [0, 100] } },
        ...{ series, joined: true },
      }),
      alt: `Zeros in % in the inputs of ${model}'s projections, layer by layer, after finetuning: ${told.join("; ")}.`,
    };
  },
});

const preactivations: PaperFigure = {
  id: "5",
  title: "Pre-activations before and after the finetuning of stage 1, llama-silu",
  source,
  draw() {
    const { histograms } = find("llama-silu", "stage 1");
    const middles = Array.from({ length: 64 }, (_, i) => -8 + (i + 0.5) / 4);
    const shown = middles.map((at, i) => ({ at, i })).filter(({ at }) => at > -5 && at < 3);
    const curves = [
      ["as trained", shipped("llama-silu").histograms],
      ["right after surgery", histograms.before],
      ["after finetuning", histograms.after],
    ] as const;
    const pooled = (layers: readonly (readonly number[])[], i: number) =>
      mean(layers.map((layer) => layer[i] ?? 0));
    const series = curves.map(([name, layers]) => ({
      name,
      values: shown.map(({ i }) => 100 * pooled(layers, i)),
    }));
    const distance = (a: number, b: number) =>
      middles.reduce(
        (sum, _, i) => sum + Math.abs(pooled(curves[a]?.[1] ?? [], i) - pooled(curves[b]?.[1] ?? [], i)),
        0,
      ) / 2;
    return {
      figure: lines({
        x: { label: "pre-activation", values: shown.map(({ at }) => at) },
        y: { label: "% of them, a bin of 0.25" },
        series,
      }),
      alt: `Three histograms of what the gate's activation reads, all layers together. The share of mass that would have to move: ${percent(distance(0, 1))} % from the trained model to right after surgery, ${percent(distance(1, 2))} % by finetuning, ${percent(distance(0, 2))} % in all.`,
    };
  },
};

const recovery: PaperFigure = {
  id: "6",
  title: "Collapse and recovery: loss while finetuning, llama-silu",
  source,
  draw() {
    const names = ["as it is", "stage 1", "stage 1, taught", "stage 2", "stage 2, taught", "shifted"];
    const surgeries = names.map((name) => find("llama-silu", name));
    const at = surgeries[0]?.looks.map(({ step }) => step + 1) ?? [];
    const series = surgeries.map(({ name, looks }) => ({ name, values: looks.map(({ loss }) => loss) }));
    const trained = shipped("llama-silu").look.loss;
    const told = surgeries.map(
      ({ name, before, after }) => `${name} ${decimals(before.loss, 3)} to ${decimals(after.loss, 3)}`,
    );
    return {
      figure: lines({
        x: { label: "step of finetuning, from 1, right after surgery", values: at, type: "log" },
        y: { label: "nats a token, held out" },
        series,
      }),
      alt: `Held-out loss against steps, on a logarithmic axis. As trained it was ${decimals(trained, 3)} nats a token. On all of the held-out text, right after surgery and after the last step: ${told.join("; ")}.`,
    };
  },
};

const shift: PaperFigure = {
  id: "8",
  title: "Shifted ReLU beside ReLU: loss and zeros after the same finetuning",
  source,
  draw() {
    const rows = ["llama-silu", "opt-relu"].flatMap((model) =>
      ["as it is", "stage 1", "shifted"]
        .map((name) => all().surgeries.find((one) => one.model === model && one.name === name))
        .filter((found) => found !== undefined),
    );
    const place = ({ after, name, shift }: Surgery) => ({
      ...{ x: 100 * mean(share(after, "down")), y: after.loss },
      label: name === "shifted" ? `b = ${decimals(shift, 2)}` : name,
    });
    const series = ["llama-silu", "opt-relu"].map((model) => ({
      name: model,
      points: rows.filter((row) => row.model === model).map(place),
    }));
    const targets = rows.flatMap(({ model, target }) =>
      target === undefined ? [] : [`${percent(target)} % in ${model}`],
    );
    const told = rows.map(
      (row) =>
        `${row.model}, ${row.name}${row.name === "shifted" ? ` by ${decimals(row.shift, 3)}` : ""}: ${percent(mean(share(row.before, "down")))} % zeros before finetuning, ${percent(mean(share(row.after, "down")))} % after, ${decimals(row.after.loss, 3)} nats`,
    );
    return {
      figure: points({
        x: { label: "zeros before down, %", domain: [0, 100] },
        y: { label: "nats a token, held out" },
        series,
      }),
      alt: `Loss against zeros in the input of down, after finetuning. ${told.join("; ")}. The shift is where ${targets.join(" and ")} of the pre-activations lay below before any surgery.`,
    };
  },
};

export const zerosFigures: readonly PaperFigure[] = [perLayer];
export const surgeryFigures: readonly PaperFigure[] = [
  surgery,
  beforeAfter("4a", "falcon-gelu"),
  beforeAfter("4b", "llama-silu"),
  beforeAfter("4c", "opt-gelu"),
  preactivations,
  recovery,
];
export const shiftFigures: readonly PaperFigure[] = [shift];
