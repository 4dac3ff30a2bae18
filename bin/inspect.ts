// relukit inspect: what a model is, and on a text, its zeros, its likelihood and its work.
import type { Command } from "commander";
import type { Work } from "../reference/interpret/count.ts";
import { nearSparsity, sparsity, type Zeros } from "../reference/measure/sparsity.ts";
import type { Tensor } from "../reference/tensor.ts";
import { page } from "./inspect-page.ts";
import type { Loaded } from "./load.ts";
import { addModelOptions, type ModelOptions } from "./model-options.ts";
import { atLeast, number, wholeFrom } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends ModelOptions {
  readonly text?: string;
  readonly maxTokens?: number;
  readonly epsilon: number;
  readonly json?: boolean;
}

export function addInspect(program: Command, terminal: Terminal): void {
  const command = program
    .command("inspect")
    .description(
      "Shows a model's architecture and, with --text, its sparsity per layer, likelihood and work.",
    );
  addModelOptions(command)
    .option("--text <file>", "a UTF-8 text for the model to read")
    .option("--max-tokens <n>", "reads no more tokens of the text than this", number(wholeFrom(2)))
    .option("--epsilon <e>", "a value below this in magnitude counts as near zero", number(atLeast(0)), 0.001)
    .option("--json", "prints one JSON document")
    .addHelpText("after", notes)
    .action((options: Options) => run(options, terminal));
}

const notes = `
sparsity      the fraction of exact zeros in the input of a projection, in [0, 1]; a zero skips a row of its weights
multiplyAdds  of all projections and the unembedding, rows of zeros skipped; a multiply-add counts once
bytesRead     of their weights as the file stores them, each token decoded alone, rows of zeros skipped

Example:
  relukit inspect --model stories260K.bin --tokenizer tok512.bin --text story.txt --activation relu
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { load } = await import("./load.ts");
  const loaded = load(options, terminal);
  const reading =
    options.text === undefined ? undefined : await read(loaded, options.text, options, terminal);
  const report = { model: architecture(options.model, loaded), ...reading };
  terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : page(report.model, reading));
}

export type Architecture = ReturnType<typeof architecture>;
export type Reading = Awaited<ReturnType<typeof read>>;

function architecture(path: string, { model, tokenizer, notFinite, storedBytes }: Loaded) {
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
    notFinite,
  };
}

async function read(loaded: Loaded, file: string, options: Options, terminal: Terminal) {
  const { wholeFile } = await import("./load.ts");
  const { utf8 } = await import("../reference/formats/byte-source.ts");
  const { exp } = await import("../reference/elementary.ts");
  const { reference } = await import("../reference/ops/reference.ts");
  const { survey } = await import("../reference/decoding/survey.ts");
  const { progress } = await import("./progress.ts");
  const { model, tokenizer, storedBytes } = loaded;
  const begin = tokenizer.prompt("")[0];
  const bytes = wholeFile(file);
  const encoded = tokenizer.encode(utf8(bytes.read(0, bytes.size), file, "its text"));
  const tokens = (encoded[0] === begin ? encoded.slice(1) : encoded).slice(0, options.maxTokens);

  const line = progress(terminal);
  const found = survey(reference, model, tokens, {
    begin,
    epsilon: options.epsilon,
    progress: (done, total, mean) =>
      line.show(() => `${done} of ${total} tokens, mean negative log-likelihood ${mean.toFixed(3)}`),
  });
  line.end();

  const { predictions, meanNegativeLogLikelihood } = found;
  return {
    text: file,
    tokens: tokens.length,
    predictions,
    meanNegativeLogLikelihood,
    perplexity: exp(meanNegativeLogLikelihood),
    epsilon: options.epsilon,
    layers: found.layers.map((inputs) => ({ inputs: mapValues(inputs, shares) })),
    ...workOf(found.done, storedBytes),
    perToken: mapValues(workOf(found.done, storedBytes), (total) => total / predictions),
    dense: workOf(found.asked, storedBytes),
  };
}

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
