// relukit successors: the methods that came after the paper, measured one at a time on a model and a text.
import { type Command, InvalidArgumentError, Option } from "commander";
import { addMachineOptions, type MachineOptions } from "./machine.ts";
import { addModelOptions, type ModelOptions } from "./model-options.ts";
import { atLeast, number, wholeFrom } from "./numbers.ts";
import type { Settings } from "./successors/methods.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options extends Omit<ModelOptions, "model">, MachineOptions, Settings {
  readonly model?: string;
  readonly text?: string;
  readonly method?: string;
  readonly maxTokens: number;
  readonly list?: boolean;
  readonly json?: boolean;
}

const NAMES = [
  ...["teal", "cats", "fatrelu", "top-k", "cett", "relu-squared", "drelu", "l1"],
  ...["predictor", "sign-predictor", "window-cache", "batch-union"],
];

export function addSuccessors(program: Command, terminal: Terminal): void {
  const command = program
    .command("successors")
    .description("Measures what came after the paper: TEAL, CATS, FATReLU, predictors and more.");
  addMachineOptions(addModelOptions(command), "1");
  command.options.find(({ long }) => long === "--model")?.makeOptionMandatory(false); // --list needs none
  const share = { from: 0, to: 1 };
  command
    .option("--text <file>", "a UTF-8 text: its first half calibrates, its second half judges")
    .addOption(new Option("--method <name>", "which one").choices(NAMES))
    .option("--target <s>", "of teal, cats, fatrelu: the sparsity wanted; of top-k: k/F", numbers(share))
    .option("--limit <c>", "of cett, relu-squared, fatrelu: the error allowed, a CETT", numbers(share))
    .option("--rank <r>", "of predictor: the width of its thin matrices", numbers(wholeFrom(1)))
    .option(
      "--chance <p>",
      "of predictor: the probability from which on a neuron is computed",
      numbers(share),
    )
    .option("--alpha <a>", "of sign-predictor: larger guesses more neurons", numbers(atLeast(0)))
    .option("--window <k>", "of window-cache: tokens whose neurons stay", numbers(wholeFrom(0)))
    .option("--batch <b>", "of batch-union: sequences decoded together", numbers(wholeFrom(1)))
    .option("--seed <n>", "of predictor and batch-union", number(wholeFrom(0)), 2310)
    .option("--max-tokens <n>", "reads no more tokens of the text than this", number(wholeFrom(4)), 8192)
    .option("--list", "the methods, and where each is from")
    .option("--json", "prints one JSON document")
    .addHelpText("after", notes)
    .action((options: Options) => run(options, terminal));
}

/** A parser of numbers with commas between them. */
const numbers =
  (range: Parameters<typeof number>[0]) =>
  (text: string): readonly number[] => {
    const found = text.split(",").map(number(range));
    if (new Set(found).size === found.length) return found;
    throw new InvalidArgumentError("Expected numbers that differ.");
  };

const notes = `
Settings may be several, with commas: each is a row. nats is the mean of -log p of the next token over the second half of
the text; sparsity the fraction of zeros, in [0, 1]; workLeft the share of the layers' multiply-adds that remain.

Examples:
  relukit successors --list
  relukit successors --model llama-silu --text story.txt --method teal --target 0.25,0.5
  relukit successors --model opt-relu --text story.txt --method sign-predictor --json
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { methods } = await import("./successors/methods.ts");
  if (options.list) {
    const rows = methods.map(({ name, source, summary, takes }) => ({ name, source, summary, takes }));
    if (options.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
    else
      for (const { name, source, summary } of rows)
        terminal.out(`${name.padEnd(16)}${summary}\n${"".padEnd(16)}${source}\n`);
    return;
  }
  const { model, text } = options;
  const method = methods.find(({ name }) => name === options.method);
  if (!method) throw new WrongUse(`--method is missing; expected one of ${NAMES.join(", ")}`);
  const given = (["target", "limit", "rank", "chance", "alpha", "window", "batch"] as const).filter(
    (name) => options[name] !== undefined,
  );
  const wrong = given.find((name) => !method.takes.includes(name));
  if (wrong) {
    const own = method.takes.map((name) => `--${name}`).join(" and ");
    throw new WrongUse(`--${wrong} is no setting of ${method.name}, which takes ${own || "none"}`);
  }
  if (model === undefined || text === undefined)
    throw new WrongUse(
      `--${model === undefined ? "model" : "text"} is missing; ${method.name} is measured on both`,
    );

  const { subjectFrom } = await import("./successors/reading.ts");
  const { page } = await import("./successors/page.ts");
  const { subject, close } = await subjectFrom({ ...options, model, text }, terminal);
  try {
    const found = method.measure(subject, options);
    const { name, source } = method;
    const [calibration, judged] = [subject.calibration.length, subject.judged.length];
    const report = { model, text, method: name, source, ops: options.ops, calibration, judged, found };
    terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : page(report));
  } finally {
    close();
  }
}
