// The options that train and finetune share, and the recipe that they make of a default one.
import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import type { Trainable } from "../reference/ops/contract.ts";
import type { Recipe } from "../reference/training/train.ts";
import { atLeast, number, wholeFrom } from "./numbers.ts";
import { WrongUse } from "./terminal.ts";
import type { Text } from "./texts.ts";

export interface RunOptions {
  readonly out: string;
  readonly data?: readonly string[];
  readonly resume?: boolean;
  readonly steps?: number;
  readonly batch?: number;
  readonly context?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly every: number;
  readonly threads?: number;
  readonly ops: "kernels" | "reference";
  readonly json?: boolean;
}

export const addRunOptions = (command: Command): Command =>
  command
    .requiredOption("-o, --out <dir>", "the directory that the checkpoint and the model go to")
    .option("--data <file...>", "texts to learn from (default: three public-domain books)")
    .option("--resume", "goes on from the checkpoint in --out, to the same bits as without the stop")
    .option("--steps <n>", "how many steps", number(wholeFrom(1)))
    .option("--batch <n>", "windows a step", number(wholeFrom(1)))
    .option("--context <n>", "tokens a window", number(wholeFrom(2)))
    .option("--rate <r>", "the highest learning rate", number(atLeast(0)))
    .option("--seed <n>", "of the windows, and of a fresh model's weights", number(wholeFrom(0)))
    .option("--every <n>", "steps between checkpoints", number(wholeFrom(1)), 200)
    .option(
      "--threads <n>",
      "any number gives the same bits (default: one a core, 8 at most)",
      number(wholeFrom(1, 24)),
    )
    .addOption(
      new Option("--ops <which>", "what computes: float32 SIMD, or the float64 reference")
        .choices(["kernels", "reference"])
        .default("kernels"),
    )
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

/** What computes, and what ends it. */
export async function machineOf({ ops, threads }: RunOptions): Promise<Trainable & { close(): void }> {
  if (ops === "reference") {
    if (threads !== undefined)
      throw new WrongUse("--threads goes with --ops kernels; the reference has one thread");
    const { reference } = await import("../reference/ops/reference.ts");
    return { ...reference, close: () => undefined };
  }
  const { kernels } = await import("../kernels/index.node.ts");
  return kernels({ threads: threads ?? Math.min(availableParallelism(), 8) });
}

/** The texts that the options name, or the default ones. */
export async function textsOf({ data }: RunOptions): Promise<readonly Text[]> {
  const { books, textFile } = await import("./texts.ts");
  return data ? data.map(textFile) : books();
}
