// What came after the paper and was finetuned: zeros and loss beside stage 1 and the control.
import { points } from "../../lessons/notebook/figure-points.ts";
import type { AfterFinetuning } from "../experiments/after-finetuning.ts";
import type { Look, Relufication } from "../experiments/relufication.ts";
import { decimals, type PaperFigure, percent, result } from "./figure.ts";

const zerosOf = ({ zeros }: Look): number =>
  zeros.reduce((total, { down }) => total + down, 0) / zeros.length;

const finetuned: PaperFigure = {
  id: "after-finetuning",
  title: "dReLU, ReLU² and an L1 penalty after the same finetuning",
  source: "relukit experiment after-finetuning, and relufication for the others",
  draw() {
    const { surgeries } = result<Relufication>("relufication");
    const { courses } = result<AfterFinetuning>("after-finetuning");
    const beside = surgeries.filter(({ name }) => ["as it is", "stage 1", "shifted"].includes(name));
    const rows = [...beside, ...courses].filter(({ model }) => ["llama-silu", "opt-relu"].includes(model));
    const shown = rows.filter(({ model }) => model === "llama-silu");
    const series = (["before", "after"] as const).map((when) => ({
      name: when === "before" ? "right after the change" : "after 400 steps",
      points: shown.map(({ name, [when]: look }) => ({ x: name, y: 100 * zerosOf(look) })),
    }));
    const told = rows.map(
      ({ model, name, before, after }) =>
        `${model}, ${name}: ${percent(zerosOf(before))} to ${percent(zerosOf(after))} % zeros, ${decimals(before.loss, 3)} to ${decimals(after.loss, 3)} nats`,
    );
    return {
      figure: points({
        x: { label: "llama-silu, finetuned" },
        y: { label: "zeros before down, %", domain: [0, 100] },
        series,
      }),
      alt: `Zeros in the input of down of llama-silu right after each change and after 400 steps of finetuning, each from the model as trained; opt-relu and the held-out losses in words. ${told.join("; ")}.`,
    };
  },
};

export const afterFinetuningFigures: readonly PaperFigure[] = [finetuned];
