// relukit finetune: a model that was trained goes on learning, with other functions if asked: relufication.
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { addModelOptions, type ModelOptions } from "./model-options.ts";
import type { Terminal } from "./terminal.ts";
import { addRunOptions, type RunOptions, recipeOf, textsOf } from "./training-options.ts";

type Options = RunOptions & ModelOptions;

export function addFinetune(program: Command, terminal: Terminal): void {
  const command = program
    .command("finetune")
    .description("Goes on training a model, with another activation if asked: relufication.");
  addModelOptions(command);
  addRunOptions(command)
    .addHelpText("after", examples)
    .action((options: Options) => run(options, terminal));
}

const examples = `
Stage 1 of relufication is --activation relu, stage 2 adds --norm-relu. What is written, and where, is as with train.

Examples:
  relukit finetune --model opt-silu --activation relu --out relufied/
  relukit finetune --model my-llama/ --activation relu --norm-relu --steps 800 --rate 0.001 --out stage2/
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { load } = await import("./load.ts");
  const { tokenizerPath } = await import("./model-options.ts");
  const { finetuning } = await import("../reference/training/presets.ts");
  const { attempt } = await import("../reference/formats/file.node.ts");
  const { WrongUse } = await import("./terminal.ts");
  const { trainingRun } = await import("./training-run.ts");

  const { model } = load(options, terminal);
  const file = tokenizerPath(options);
  if (!file.endsWith(".json"))
    throw new WrongUse(`${file}: is no tokenizer.json; expected one, to be copied into --out`);
  const tokenizer = attempt(file, "be read", () => readFileSync(file, "utf8"));
  const usual = { ...finetuning, context: Math.min(finetuning.context, model.config.sizes.P) };
  const recipe = recipeOf(usual, options);
  const texts = await textsOf(options);
  await trainingRun({ name: "finetune", model: () => model, tokenizer, texts, recipe, options, terminal });
}
