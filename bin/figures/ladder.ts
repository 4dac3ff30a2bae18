// Figures about quality over work: one model with three activations, and the ladder of sizes.
import { points } from "../../lessons/notebook/figure-points.ts";
import type { Ladder, Rung } from "../experiments/ladder.ts";
import { decimals, type PaperFigure, percent, result } from "./figure.ts";

const source = "relukit experiment ladder";
const kinds = ["dense", "stage 2", "shifted"] as const;

const drawing = (
  of: (rung: Rung) => { readonly y: number; readonly from?: number; readonly to?: number },
  label: string,
  labelled: readonly string[],
) => {
  const { rungs } = result<Ladder>("ladder");
  const series = kinds.map((kind) => ({
    name: kind,
    points: rungs
      .filter((rung) => rung.kind === kind)
      .map((rung) => ({
        x: rung.multiplyAdds.all / 1000,
        ...of(rung),
        ...(labelled.includes(kind) ? { label: rung.size } : {}),
      })),
  }));
  return {
    figure: points({
      ...{ x: { label: "thousand multiply-adds a token" }, y: { label } },
      ...{ series, joined: true },
    }),
    rungs,
  };
};

const told = (rungs: readonly Rung[], say: (rung: Rung) => string): string =>
  rungs
    .map(
      (rung) =>
        `${rung.model}, ${rung.kind}: ${decimals(rung.multiplyAdds.all / 1000, 0)} thousand, ${say(rung)}`,
    )
    .join("; ");

const accuracy: PaperFigure = {
  id: "1c",
  title: "Right answers over work, dense and relufied",
  source,
  draw() {
    const of = ({ cloze }: Rung) => ({ y: 100 * cloze.mean, from: 100 * cloze.from, to: 100 * cloze.to });
    const { figure, rungs } = drawing(of, "cloze test, % right", ["dense"]);
    return {
      figure,
      alt: `Share of right answers in a cloze test against multiply-adds a token, unembedding included: ${told(rungs, ({ cloze }) => `${percent(cloze.mean)} % right (${percent(cloze.from)} to ${percent(cloze.to)})`)}.`,
    };
  },
};

const loss: PaperFigure = {
  id: "12",
  title: "Larger relufied models beside smaller dense ones",
  source,
  draw() {
    const { figure, rungs } = drawing(({ look }) => ({ y: look.loss }), "nats a token, held out", [
      "dense",
      "stage 2",
    ]);
    return {
      figure,
      alt: `Held-out loss against multiply-adds a token, unembedding included: ${told(rungs, ({ look }) => `${decimals(look.loss, 3)} nats`)}.`,
    };
  },
};

export const accuracyFigures: readonly PaperFigure[] = [accuracy];
export const ladderFigures: readonly PaperFigure[] = [loss];
