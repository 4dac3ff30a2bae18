// Experiment `aggregated`: neurons that come back, on the held-out text: curves, windows, reuse, and who is hot.
// Paper: section 5.1, figures 7a to 7c.
import type { Tokens } from "../../reference/tensor.ts";
import { fullWindows, readingOf, type Summary, summary } from "../aggregate-reading.ts";
import { type ReuseResult, reuseOf } from "../aggregate-reuse.ts";
import type { Experiment, Lab } from "./experiment.ts";

export const MODELS = ["opt-relu", "llama-relu"] as const;
export const GAMMAS = [1, 2, 4, 8, 16, 32] as const;

export interface AggregatedResult {
  readonly models: Readonly<Record<(typeof MODELS)[number], ModelResult>>;
}

export interface ModelResult extends Summary {
  readonly reuse: readonly ReuseResult[];
  /** one window by itself, for whoever wants to see these numbers again: its T tokens and the next, and its curves */
  readonly firstWindow: { readonly tokens: Tokens; readonly layers: readonly (readonly number[])[] };
}

export const aggregated: Experiment = {
  name: "aggregated",
  paper: "section 5.1, figure 7",
  summary: "aggregated sparsity, windows, reuse of loaded neurons, neuron use, of opt-relu and llama-relu",
  async run(lab: Lab): Promise<AggregatedResult> {
    const entries = [];
    for (const name of MODELS) entries.push([name, await lab.part(name, () => modelResult(lab, name))]);
    return { models: Object.fromEntries(entries) };
  },
};

function modelResult(lab: Lab, name: string): ModelResult {
  const { model, validation } = lab.model(name);
  const windows = fullWindows(validation, model.config.sizes.P);
  const readings = windows.map(({ tokens }, i) => {
    lab.say(() => `${name}: window ${i + 1} of ${windows.length}`);
    return readingOf(lab.machine, model, tokens);
  });
  const reuse = GAMMAS.map((gamma) =>
    reuseOf(lab.machine, model, windows, gamma, (kind, done) =>
      lab.say(() => `${name}: gamma ${gamma}, ${kind}, window ${done} of ${windows.length}`),
    ),
  );
  const firstWindow = {
    tokens: validation.slice(0, model.config.sizes.P + 1),
    layers: readings[0]?.curves.layers ?? [],
  };
  return { ...summary(readings), reuse, firstWindow };
}
