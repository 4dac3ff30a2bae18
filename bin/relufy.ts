// relukit relufy: a model with ReLU in place of its activations, the weights untouched, saved as a new directory.
import { type Command, InvalidArgumentError } from "commander";
import { addMachineOptions, addStream, type MachineOptions } from "./machine.ts";
import { modelPath } from "./model-options.ts";
import { number, wholeFrom } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

export interface RelufyOptions extends MachineOptions {
  readonly model: string;
  readonly tokenizer?: string;
  readonly stage: 1 | 2;
  readonly shift: number | "auto";
  readonly targetSparsity?: number;
  readonly fold?: boolean;
  readonly text?: string;
  readonly maxTokens: number;
  readonly out: string;
  readonly json?: boolean;
}

export function addRelufy(program: Command, terminal: Terminal): void {
  const command = program
    .command("relufy")
    .description("Puts ReLU into a trained model, a change of configuration, and says what that did to it.")
    .requiredOption("-m, --model <path>", "a model as for inspect, or the name of one that ships", modelPath)
    .option("-t, --tokenizer <file>", "tokenizer.json, or a llama2.c tok*.bin (default: beside the model)")
    .option("--stage <n>", "1: ReLU in the feed-forward; 2: after the norms of each layer too", stage, 1)
    .option("--shift <b>", "relu(x - b) in the feed-forward; auto finds b by --target-sparsity", shift, 0)
    .option(
      "--target-sparsity <s>",
      "the share of zeros that b is to give in the input of down",
      number({ from: 0, to: 1 }),
    )
    .option("--fold", "moves the shift into the biases, so that any engine runs it as a plain ReLU")
    .option("--text <file>", "what to judge by (default: the held-out tenth of three books)")
    .option("--max-tokens <n>", "reads no more tokens than this", number(wholeFrom(2)), 4096)
    .requiredOption("-o, --out <dir>", "the directory that the model goes to");
  addStream(addMachineOptions(command, "1"))
    .option("--json", "prints one JSON document")
    .addHelpText("after", notes)
    .action((options: RelufyOptions) => run(options, terminal));
}

const notes = `
Expect the likelihood to fall: that is where finetuning begins. relukit finetune --model DIR --teacher MODEL
teaches the relufied model by the one that it came from.

Examples:
  relukit relufy --model llama-silu --stage 1 --out stage1/
  relukit relufy --model llama-silu --stage 2 --out stage2/
  relukit relufy --model opt-relu --shift auto --target-sparsity 0.95 --out shifted/
  relukit relufy --model stories260K.bin --tokenizer tok512.bin --stage 1 --text story.txt --out relufied/
`;

function stage(text: string): number {
  if (text === "1" || text === "2") return Number(text);
  throw new InvalidArgumentError("Expected 1 or 2.");
}

const shift = (text: string): number | "auto" =>
  text === "auto" ? text : number({ from: -Number.MAX_VALUE, to: Number.MAX_VALUE })(text);

async function run(options: RelufyOptions, terminal: Terminal): Promise<void> {
  const { relufied } = await import("./relufy-run.ts");
  const { page } = await import("./relufy-page.ts");
  const report = await relufied(options, terminal);
  terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : page(report));
}
