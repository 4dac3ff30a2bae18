// The options that train and finetune share, and the recipe that they make of a default one.
import type { Command } from "commander";
import type { Recipe } from "../reference/training/train.ts";
import { addMachineOptions, type MachineOptions } from "./machine.ts";
import { atLeast, number, wholeFrom } from "./numbers.ts";
import type { Text } from "./texts.ts";

export interface RunOptions extends MachineOptions {
  readonly out: string;
  readonly data?: readonly string[];
  readonly resume?: boolean;
  readonly steps?: number;
  readonly batch?: number;
  readonly context?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly every: number;
  readonly json?: boolean;
}

export const addRunOptions = (command: Command): Command =>
  addMachineOptions(command, "one a core, 8 at most")
    .requiredOption("-o, --out <dir>", "the directory that the checkpoint and the model go to")
    .option("--data <file...>", "texts to learn from (default: three public-domain books)")
    .option("--resume", "goes on from the checkpoint in --out, to the same bits as without the stop")
    .option("--steps <n>", "how many steps", number(wholeFrom(1)))
    .option("--batch <n>", "windows a step", number(wholeFrom(1)))
    .option("--context <n>", "tokens a window", number(wholeFrom(2)))
    .option("--rate <r>", "the highest learning rate", number(atLeast(0)))
    .option("--seed <n>", "of the windows, and of a fresh model's weights", number(wholeFrom(0)))
    .option("--every <n>", "steps between checkpoints", number(wholeFrom(1)), 200)
    .option("--json", "prints one JSON document");

/** The default recipe with what the options say instead; a short run warms up for a tenth of its steps at most. */
export function recipeOf(usual: Recipe, { steps = usual.steps, ...options }: RunOptions): Recipe {
  return {
    ...usual,
    steps,
    warmUp: Math.min(usual.warmUp, Math.ceil(steps / 10)),
    seed: options.seed ?? usual.seed,
    batch: options.batch ?? usual.batch,
    context: options.context ?? usual.context,
    peak: options.rate ?? usual.peak,
  };
}

/** The texts that the options name, or the default ones. */
export async function textsOf({ data }: RunOptions): Promise<readonly Text[]> {
  const { books, textFile } = await import("./texts.ts");
  return data ? data.map(textFile) : books();
}
