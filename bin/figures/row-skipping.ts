// Figures 1b and 9a: which rows of a down projection are read, from what opt-relu really computes for a few words.
import { heatMap } from "../../lessons/notebook/figure.ts";
import { firing } from "../../reference/decoding/firing.ts";
import { empty } from "../../reference/models/cache.ts";
import { reference } from "../../reference/ops/reference.ts";
import type { Matrix } from "../../reference/tensor.ts";
import { load } from "../load.ts";
import { modelPath } from "../model-options.ts";
import type { Drawing, PaperFigure } from "./figure.ts";

const PROMPT = "Once upon a time there was a little rabbit";
const LAYER = 2;
const NEURONS = 24;
const COLUMNS = 12;
const source = "fixtures/models/opt-relu, in the float64 reference";
const silent = { out: () => undefined, err: () => undefined, live: false };
const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** The hidden activations of one layer for the words, and the down projection that reads them. */
function computed() {
  const { model, tokenizer } = load({ model: modelPath("opt-relu") }, silent);
  if (model.family !== "opt") throw new TypeError(`row-skipping: opt-relu is ${model.family}; expected opt`);
  const { run, masks } = firing(reference, model, tokenizer.prompt(PROMPT), empty);
  const hidden = run.layers[LAYER]?.hidden.hidden;
  const [mask, down] = [masks[LAYER], model.weights.layers[LAYER]?.down.weight];
  if (!hidden || !mask || !down) throw new RangeError(`row-skipping: there is no layer ${LAYER}`);
  return { hidden, mask, down };
}

const fires = (mask: Matrix, t: number, neurons: number): readonly number[] =>
  range(neurons).filter((f) => mask.get(t, f) !== 0);

function oneToken(): Drawing {
  const { hidden, mask, down } = computed();
  const [T, F] = hidden.shape;
  const rows = range(NEURONS).map((f) => {
    const h = hidden.get(T - 1, f);
    return [h, 0, ...range(COLUMNS).map((d) => (h === 0 ? 0 : Math.abs(down.get(f, d))))];
  });
  const firing = fires(mask, T - 1, NEURONS);
  return {
    figure: heatMap({
      x: { label: `column 0: h; columns 2 to ${COLUMNS + 1}: the row of down, |down[f, d]|` },
      y: { label: "neuron f" },
      rows,
      height: 460,
    }),
    alt:
      `The first ${NEURONS} of ${F} neurons of layer ${LAYER} of opt-relu, for the last token of "${PROMPT}". The first column is what ` +
      `each neuron says, the others the beginning of its row of the down projection, blank where it is not read. ` +
      `${firing.length === 0 ? "None fires" : `Neurons ${firing.join(", ")} fire, and their rows alone are read`}; ` +
      `of all ${F} rows ${fires(mask, T - 1, F).length} are.`,
  };
}

function severalTokens(): Drawing {
  const { hidden, mask } = computed();
  const [T, F] = mask.shape;
  const shown = 2 * NEURONS;
  const each = range(T).map((t) => fires(mask, t, F).length);
  const any = range(F).filter((f) => range(T).some((t) => mask.get(t, f) !== 0)).length;
  return {
    figure: heatMap({
      x: { label: "neuron f: a row of down" },
      y: { label: "token t" },
      rows: range(T).map((t) => range(shown).map((f) => hidden.get(t, f))),
      height: 360,
    }),
    alt:
      `Which of the first ${shown} of ${F} rows of the down projection of layer ${LAYER} of opt-relu are read for each of the ${T} ` +
      `tokens of "${PROMPT}", by what the neuron says: most cells are blank, no row is read. Of all ${F} rows a token reads ` +
      `${Math.min(...each)} to ${Math.max(...each)}, all tokens together ${any}.`,
  };
}

export const figure1b: PaperFigure = {
  ...{ id: "1b", title: "A zero activation skips a row", source },
  draw: oneToken,
};

export const figure9a: PaperFigure = {
  ...{ id: "9a", title: "The rows that each token reads", source },
  draw: severalTokens,
};
