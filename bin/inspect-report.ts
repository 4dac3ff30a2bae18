// What `relukit inspect` reports: the architecture of a model, and what reading a text with it showed and took.
import { survey } from "../reference/decoding/survey.ts";
import { exp } from "../reference/elementary.ts";
import type { Work } from "../reference/interpret/count.ts";
import { nearSparsity, sparsity, type Zeros } from "../reference/measure/sparsity.ts";
import type { Model } from "../reference/models/model.ts";
import type { Tensor } from "../reference/tensor.ts";
import { names } from "../reference/weights.ts";
import { checkAlive } from "./alive.ts";
import { type Loaded, textOf } from "./load.ts";
import type { OpenMachine } from "./machine.ts";
import { progress, reading as weightsRead } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

export type Architecture = ReturnType<typeof architecture>;
export type Reading = ReturnType<typeof reading>;

/** What to read, and how. */
export interface ReadingOptions {
  readonly text: string;
  readonly maxTokens?: number;
  readonly epsilon: number;
}

/** What a model is, as its file and the options have it; of weights that were not read, nothing is known of NaN. */
export function architecture(
  path: string,
  { model, tokenizer, notFinite, storedBytes }: Loaded,
  read: boolean,
) {
  const { family, config } = model;
  const { sizes, epsilon, activation, afterNorm } = config;
  const parameters = [...storedBytes.keys()].reduce((total, { size }) => total + size, 0);
  const bytes = [...storedBytes.values()].reduce((total, bytes) => total + bytes, 0);
  const rotary = "rotary" in config ? config.rotary : undefined;
  return {
    path,
    family,
    sizes,
    parameters,
    bytes,
    epsilon,
    rotary,
    activation,
    afterNorm,
    tokenizer: tokenizer.kind,
    notFinite: read ? notFinite : undefined,
  };
}

/** Reads a text file with the model on a machine, with progress, and reports zeros, likelihood and work. */
export function reading(
  { model: read, tokenizer, storedBytes: bytes }: Loaded,
  machine: OpenMachine,
  { text, maxTokens, epsilon }: ReadingOptions,
  terminal: Terminal,
) {
  const line = progress(terminal);
  const model = { ...read, weights: machine.load(read.weights, weightsRead(line)) } as Model;
  line.end();
  const path = names(model.weights);
  const byPath = new Map([...names(read.weights)].map(([w, name]) => [name, bytes.get(w) ?? Number.NaN]));
  const storedBytes = new Map([...path].map(([w, name]) => [w, byPath.get(name) ?? Number.NaN]));
  const begin = tokenizer.prompt("")[0];
  const encoded = tokenizer.encode(beginning(textOf(text), maxTokens));
  const tokens = (encoded[0] === begin ? encoded.slice(1) : encoded).slice(0, maxTokens);

  const found = survey(machine, model, tokens, {
    begin,
    epsilon,
    progress: (done, total, mean) =>
      line.show(() => `${done} of ${total} tokens, mean negative log-likelihood ${mean.toFixed(3)}`),
  });
  line.end();
  checkAlive(
    model.config,
    found.layers.map(({ down }) => sparsity(down)),
    `on ${text}`,
  );

  const { predictions, meanNegativeLogLikelihood } = found;
  return {
    text,
    tokens: tokens.length,
    predictions,
    meanNegativeLogLikelihood,
    perplexity: exp(meanNegativeLogLikelihood),
    epsilon,
    layers: found.layers.map((inputs, l) => ({
      inputs: mapValues(inputs, shares),
      preactivation: found.preactivations[l],
    })),
    ...workOf(found.done, storedBytes),
    perToken: mapValues(workOf(found.done, storedBytes), (total) => total / predictions),
    dense: workOf(found.asked, storedBytes),
    projections: Object.fromEntries(
      [...found.done].map(([w, work]) => [path.get(w), workOf(new Map([[w, work]]), storedBytes)]),
    ),
  };
}

/** What holds the first tokens: few are longer than 64 characters. Not cut inside a character. */
const beginning = (text: string, tokens = Infinity): string =>
  text.slice(0, 64 * tokens).replace(/[\ud800-\udbff]$/, "");

const shares = (zeros: Zeros) => ({ sparsity: sparsity(zeros), nearSparsity: nearSparsity(zeros) });

/** The work of all projections: a weight's bytes are those that its file stores, scales included. */
function workOf(ledger: ReadonlyMap<Tensor, Work>, storedBytes: ReadonlyMap<Tensor, number>) {
  let [multiplyAdds, bytesRead] = [0, 0];
  for (const [w, work] of ledger) {
    multiplyAdds += work.multiplyAdds;
    bytesRead += (work.weightsRead * (storedBytes.get(w) ?? Number.NaN)) / w.size;
  }
  return { multiplyAdds, bytesRead };
}

const mapValues = <K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  f: (value: A) => B,
): Record<K, B> =>
  Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, f(value)])) as Record<K, B>;
