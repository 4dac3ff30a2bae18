// The options by which a command finds a model and its tokenizer, and changes the functions that the file does not say.
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { attempt } from "../reference/formats/file.node.ts";
import type { Model } from "../reference/models/model.ts";
import type { Activation } from "../reference/ops/contract.ts";
import { any, atLeast, number } from "./numbers.ts";
import { root } from "./root.ts";
import { WrongUse } from "./terminal.ts";

const kinds = [
  "relu",
  "shifted-relu",
  "relu-squared",
  "fatrelu",
  "fatrelu-strict",
  "silu",
  "swish",
  "gelu",
  "gelu-tanh",
];

export interface ModelOptions {
  readonly model: string;
  readonly tokenizer?: string;
  readonly activation?: string;
  readonly shift?: number;
  readonly beta?: number;
  readonly threshold?: number;
  readonly normRelu?: boolean;
  readonly normShift?: number;
}

export const addModelOptions = (command: Command): Command =>
  command
    .requiredOption(
      "-m, --model <path>",
      "a directory with config.json and model.safetensors, a llama2.c file, or the name of a model that ships, such as opt-relu",
      modelPath,
    )
    .option(
      "-t, --tokenizer <file>",
      "tokenizer.json, or a llama2.c tok*.bin (default: the one beside the model)",
    )
    .addOption(
      new Option("--activation <kind>", "the feed-forward's activation, overruling the file").choices(kinds),
    )
    .option("--shift <b>", "moves that activation to the right: f(x - b)", number(any))
    .option("--beta <beta>", "of swish, x * sigmoid(beta * x)", number(any))
    .option("--threshold <t>", "of fatrelu (x where x >= t) and fatrelu-strict (x > t)", number(any))
    .option("--norm-relu", "a ReLU after each norm of a layer: stage 2 of relufication")
    .option("--norm-shift <b>", "the same, shifted: relu(x - b)", number(atLeast(0)));

const shipped = join(root, "fixtures/models");
const isName = (word: string): boolean => !existsSync(word) && /^[\w-]+$/.test(word);

/** The path that a word means: itself, or where there is none the model of that name which comes with relukit. */
export function modelPath(word: string): string {
  const folder = join(shipped, word);
  return isName(word) && existsSync(folder) ? folder : word;
}

/** The path of the tokenizer that lies beside a model, if one does. */
export function tokenizerBeside(model: string): string | undefined {
  const folder = isDirectory(model) ? model : dirname(model);
  return ["tokenizer.json", "tokenizer.bin"].map((file) => join(folder, file)).find(existsSync);
}

/** The path of the tokenizer: the one asked for, or the one that lies beside the model. */
export function tokenizerPath({ model, tokenizer }: ModelOptions): string {
  const found = tokenizer ?? tokenizerBeside(model);
  if (found !== undefined) return found;
  throw new WrongUse(
    `no tokenizer lies beside ${model}; expected tokenizer.json or tokenizer.bin there, or --tokenizer FILE`,
  );
}

/** Whether a path is a directory; a path that leads nowhere is an error, and so is a name that no model has. */
export function isDirectory(path: string): boolean {
  if (isName(path) && existsSync(shipped)) {
    const names = readdirSync(shipped).sort().join(", ");
    throw new WrongUse(`${path}: there is no such file or folder; the models that ship are ${names}`);
  }
  return attempt(path, "be opened", () => statSync(path)).isDirectory();
}

/** The model with the functions that the options ask for: a change of configuration, the weights untouched. */
export function configured<M extends Model>(model: M, options: ModelOptions): M {
  const activation = chosen(model.config.activation, options);
  const { normRelu, normShift } = options;
  const afterNorm: Activation =
    normRelu || normShift !== undefined ? { kind: "relu", shift: normShift ?? 0 } : model.config.afterNorm;
  checkNorms(model, afterNorm);
  return { ...model, config: { ...model.config, activation, afterNorm } };
}

/** Refuses a ReLU after norms where these come after a block, and what follows them is the residual stream. */
export function checkNorms({ family }: Model, afterNorm: Activation): void {
  if (family !== "opt-post-norm" || afterNorm.kind === "identity") return;
  throw new WrongUse(
    "the model has its norms after each block, as OPT 350M: a ReLU after them, stage 2, would cut the residual stream; expected stage 1",
  );
}

function chosen(own: Activation, options: ModelOptions): Activation {
  const { activation: kind = own.kind, beta, threshold } = options;
  const shift =
    options.shift ?? (options.activation === undefined && own.kind !== "identity" ? own.shift : 0);
  if (beta !== undefined && kind !== "swish")
    throw new WrongUse(`--beta goes with --activation swish; got ${kind}`);
  if (threshold !== undefined && !kind.startsWith("fatrelu")) {
    throw new WrongUse(`--threshold goes with --activation fatrelu or fatrelu-strict; got ${kind}`);
  }
  switch (kind) {
    case "shifted-relu":
      if (options.shift === undefined) throw new WrongUse("--activation shifted-relu needs --shift B");
      return { kind: "relu", shift };
    case "swish":
      return {
        kind,
        shift,
        beta: beta ?? (own.kind === "swish" ? own.beta : needed("swish", "--beta BETA")),
      };
    case "fatrelu":
    case "fatrelu-strict":
      return {
        kind,
        shift,
        threshold: threshold ?? (own.kind === kind ? own.threshold : needed(kind, "--threshold T")),
      };
    case "relu":
    case "relu-squared":
    case "silu":
    case "gelu":
    case "gelu-tanh":
      return { kind, shift };
    default:
      return own;
  }
}

const needed = (kind: string, option: string): never => {
  throw new WrongUse(`--activation ${kind} needs ${option}`);
};
