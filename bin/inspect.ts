// relukit inspect: what a model is, and on a text, its zeros, its likelihood and its work.
import type { Command } from "commander";
import { addMachineOptions, addStream, type MachineOptions } from "./machine.ts";
import { addModelOptions, type ModelOptions } from "./model-options.ts";
import { atLeast, number, wholeFrom } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends ModelOptions, MachineOptions {
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
  addStream(addMachineOptions(addModelOptions(command), "1"))
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

Examples:
  relukit inspect --model opt-relu --text story.txt
  relukit inspect --model stories260K.bin --tokenizer tok512.bin --text story.txt --activation relu
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { leave } = await import("./load.ts");
  const { architecture, reading } = await import("./inspect-report.ts");
  const { machineOf, roomOf } = await import("./machine.ts");
  const { page } = await import("./inspect-page.ts");
  const { text, json } = options;
  const left = leave(options, terminal);
  const read = text === undefined ? undefined : await readBy(text);
  const model = architecture(options.model, left, read !== undefined);
  left.warn();
  left.close();
  const report = read ? { model, ops: options.ops, ...read } : { model };
  terminal.out(json ? `${JSON.stringify(report, null, 2)}\n` : page(model, read));

  async function readBy(text: string) {
    const machine = await machineOf(options, roomOf(left.model.weights, options.stream), 1);
    const read = reading(left, machine, { ...options, text }, terminal);
    machine.close();
    return read;
  }
}
