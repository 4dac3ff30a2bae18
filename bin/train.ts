// relukit train: a model from scratch, by a preset; the same command gives the same bits.
import { type Command, Option } from "commander";
import type { Terminal } from "./terminal.ts";
import { addRunOptions, type RunOptions, recipeOf, textsOf } from "./training-options.ts";

interface Options extends RunOptions {
  readonly preset: string;
}

const PRESETS = [
  "opt-relu",
  "opt-gelu",
  "opt-silu",
  "opt-swish8",
  "llama-silu",
  "llama-relu",
  "llama-small",
  "llama-large",
  "falcon-gelu",
  "draft",
  "lesson",
];

export function addTrain(program: Command, terminal: Terminal): void {
  const command = program
    .command("train")
    .description("Trains a small model from scratch, to the same bits on every machine.")
    .addOption(
      new Option("-p, --preset <name>", "which model, and how").choices(PRESETS).makeOptionMandatory(),
    );
  addRunOptions(command)
    .addHelpText("after", examples)
    .action((options: Options) => run(options, terminal));
}

const examples = `
In --out: training.safetensors, the checkpoint that --resume goes on from; at the end a Hugging Face directory too
(config.json, model.safetensors in BF16, tokenizer.json) with training.json, the recipe and the curve.

Examples:
  relukit train --preset opt-relu --out my-opt/
  relukit train --preset opt-relu --out my-opt/ --resume
  relukit train --preset llama-relu --data book.txt --steps 2000 --out my-llama/
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { presetOf } = await import("../reference/training/presets.ts");
  const { learnBytePair } = await import("../reference/formats/tokenizers/byte-pair-training.ts");
  const { split } = await import("../reference/training/corpus.ts");
  const { announce } = await import("./progress.ts");
  const { trainingRun } = await import("./training-run.ts");

  const preset = presetOf(options.preset);
  const recipe = recipeOf(preset.recipe, options);
  const texts = await textsOf(options);
  const { training } = split(texts.map(({ text }) => text));
  announce(terminal, `learning ${preset.vocabulary} tokens from`, training);
  const tokenizer = learnBytePair(training, preset.vocabulary);
  const model = (V: number) => preset.model(V, recipe.seed);
  await trainingRun({ name: `train ${options.preset}`, model, tokenizer, texts, recipe, options, terminal });
}
