// relukit finetune: a model that was trained goes on learning, with other functions if asked: relufication.
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { LessonOptions } from "./finetune-lesson.ts";
import { addModelOptions, type ModelOptions, modelPath } from "./model-options.ts";
import { atLeast, number } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";
import { addRunOptions, type RunOptions, recipeOf, textsOf } from "./training-options.ts";

type Options = RunOptions & ModelOptions & LessonOptions;

export function addFinetune(program: Command, terminal: Terminal): void {
  const command = program
    .command("finetune")
    .description("Goes on training a model, with another activation if asked: relufication.");
  addModelOptions(command);
  addRunOptions(command)
    .option(
      "--teacher <path>",
      "teaches by the logits of this model too, such as the one before surgery",
      modelPath,
    )
    .option(
      "--mix <share>",
      "how much of the aim is the teacher's (default: 0.5)",
      number({ from: 0, to: 1 }),
    )
    .option(
      "--l1 <lambda>",
      "a penalty on the hidden layer's mean |h|, rising to lambda in three stages, as ProSparse has it",
      number(atLeast(0)),
    )
    .addHelpText("after", examples)
    .action((options: Options) => run(options, terminal));
}

const examples = `
Stage 1 of relufication is --activation relu, stage 2 adds --norm-relu; relukit relufy does the surgery alone, and
finds a shift. What is written, and where, is as with train.

Examples:
  relukit finetune --model opt-silu --activation relu --out relufied/
  relukit finetune --model llama-silu --activation relu --teacher llama-silu --out taught/
  relukit finetune --model opt-relu --l1 0.1 --out sparser/
  relukit finetune --model my-llama/ --activation relu --norm-relu --steps 800 --rate 0.001 --out stage2/
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { load } = await import("./load.ts");
  const { tokenizerPath } = await import("./model-options.ts");
  const { finetuning } = await import("../reference/training/presets.ts");
  const { attempt } = await import("../reference/formats/file.node.ts");
  const { WrongUse } = await import("./terminal.ts");
  if (options.mix !== undefined && options.teacher === undefined)
    throw new WrongUse("--mix goes with --teacher MODEL");
  const { trainingRun } = await import("./training-run.ts");
  const { teachingOf } = await import("./finetune-lesson.ts");

  const { model } = load(options, terminal);
  const file = tokenizerPath(options);
  if (!file.endsWith(".json"))
    throw new WrongUse(`${file}: is no tokenizer.json; expected one, to be copied into --out`);
  const tokenizer = attempt(file, "be read", () => readFileSync(file, "utf8"));
  const usual = { ...finetuning, context: Math.min(finetuning.context, model.config.sizes.P) };
  const recipe = recipeOf(usual, options);
  const teaching = teachingOf(options, model.config.sizes.V, recipe.steps);
  const texts = await textsOf(options);
  await trainingRun({
    ...{ name: "finetune", model: () => model, tokenizer, texts, recipe, options, terminal },
    teaching,
  });
}
