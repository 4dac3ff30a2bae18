// relukit aggregate: which neurons a text leaves unused, token after token, and what reusing the loaded ones costs.
import type { Command } from "commander";
import type { Model } from "../reference/models/model.ts";
import { addMachineOptions, type MachineOptions } from "./machine.ts";
import { addModelOptions, type ModelOptions } from "./model-options.ts";
import { number, wholeFrom } from "./numbers.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options extends ModelOptions, MachineOptions {
  readonly text: string;
  readonly gamma?: readonly number[];
  readonly maxTokens?: number;
  readonly json?: boolean;
}

const GAMMAS = [1, 2, 4, 8, 16, 32];
const whole = number(wholeFrom(1));

export function addAggregate(program: Command, terminal: Terminal): void {
  const command = program
    .command("aggregate")
    .description("Shows which neurons a text leaves unused, token after token, and what reusing them costs.");
  addMachineOptions(addModelOptions(command), "1")
    .requiredOption("--text <file>", "a UTF-8 text for the model to read, in windows of its context")
    .option(
      "--gamma <g...>",
      `tokens that load, and then tokens that reuse (default: ${GAMMAS.join(" ")}, as far as the text has room)`,
      (text: string, before: readonly number[] = []) => [...before, whole(text)],
    )
    .option("--max-tokens <n>", "reads no more tokens of the text than this", number(wholeFrom(3)))
    .option("--json", "prints one JSON document")
    .addHelpText("after", notes)
    .action((options: Options) => run(options, terminal));
}

const notes = `
unused      the share of a layer's neurons that none of the first t tokens of a window fired: aggregated sparsity
by chance   what tokens that choose independently would leave: of the layer's sparsity s it is s^t; "each its own" gives
            each neuron the share of the tokens that it really fired on
windows     the same for any gamma tokens in a row, and for each layer the largest gamma that leaves so much unused
reuse       gamma tokens load their neurons, the next gamma may fire no others; beside as many neurons drawn at random,
            and all of them; perplexity of the same tokens
unusedCurve in the JSON: windows, the mean over the layers, times the share of the weights that are rows of a neuron
            (skippableShare); that list in a file is speculate's --unused-curve

Examples:
  relukit aggregate --model opt-relu --text story.txt
  relukit aggregate --model llama-relu --text story.txt --gamma 4 16 --max-tokens 2000
  relukit aggregate --model stories260K.bin --tokenizer tok512.bin --activation relu --text story.txt --json
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { load, textOf } = await import("./load.ts");
  const { machineOf } = await import("./machine.ts");
  const { report } = await import("./aggregate-report.ts");
  const { page } = await import("./aggregate-page.ts");
  const { checkAlive } = await import("./alive.ts");
  const { contexts } = await import("../reference/decoding/contexts.ts");

  const { model, tokenizer, storedBytes } = load(options, terminal);
  const { text, maxTokens } = options;
  const begin = tokenizer.prompt("")[0];
  const encoded = tokenizer.encode(
    textOf(text)
      .slice(0, 64 * (maxTokens ?? Infinity))
      .replace(/[\ud800-\udbff]$/, ""),
  );
  const tokens = (encoded[0] === begin ? encoded.slice(1) : encoded).slice(0, maxTokens);
  const cut = contexts(tokens, model.config.sizes.P, begin);
  const T = Math.max(0, ...cut.map((window) => window.tokens.length));
  const gammas = gammasFor(options, T);
  const windows = cut.filter((window) => window.tokens.length === T);

  const size = [...storedBytes.keys()].reduce((total, w) => total + w.size, 0);
  const machine = await machineOf(options, size, 1);
  const placed = { ...model, weights: machine.load(model.weights) } as Model;
  const found = report(machine, placed, windows, gammas, terminal);
  machine.close();
  const { family, config } = model;
  checkAlive(
    config,
    found.layers.map(({ sparsity }) => sparsity),
    `on ${text}`,
  );
  const about = { path: options.model, family, activation: config.activation };
  const document = { model: about, ops: options.ops, text, tokens: tokens.length, ...found };
  terminal.out(options.json ? `${JSON.stringify(document, null, 2)}\n` : page(document));
}

/** The gammas asked for, or the usual ones, that fit twice into a window of T tokens. */
function gammasFor({ gamma, text }: Options, T: number): readonly number[] {
  if (T < 2)
    throw new WrongUse(
      `${text}: is too short, ${T} tokens have one after them; expected 2 at least: one to load neurons, one to reuse them`,
    );
  const large = gamma?.find((g) => 2 * g > T);
  if (large === undefined) return gamma ?? GAMMAS.filter((g) => 2 * g <= T);
  throw new WrongUse(
    `--gamma is ${large}, and the windows that the model reads of ${text} have ${T} tokens; ` +
      `expected ${Math.floor(T / 2)} at most, half of them`,
  );
}
