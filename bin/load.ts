// A model and its tokenizer, from the paths that the options give, with what is worth a warning said on stderr.
import { dirname } from "node:path";
import { wholeText } from "../reference/formats/byte-source.ts";
import type { Checkpoint } from "../reference/formats/checkpoint.ts";
import { type FileSource, openFile } from "../reference/formats/file.node.ts";
import { openHuggingFace } from "../reference/formats/hugging-face.node.ts";
import { loadLlama2c } from "../reference/formats/llama2c.ts";
import { loadTokenizer } from "../reference/formats/tokenizers/load.ts";
import type { Tokenizer } from "../reference/formats/tokenizers/tokenizer.ts";
import type { Model } from "../reference/models/model.ts";
import { configured, isDirectory, type ModelOptions, tokenizerPath } from "./model-options.ts";
import type { Terminal } from "./terminal.ts";

export interface Loaded extends Checkpoint {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
}

/** The model that the options name, configured as they ask, and the tokenizer that fits it. */
export function load(options: ModelOptions, { err }: Terminal): Loaded {
  const tokenizerFile = tokenizerPath(options);
  const checkpoint = loadCheckpoint(options.model);
  const { V } = checkpoint.model.config.sizes;
  const tokenizer = opened(tokenizerFile, (file) => loadTokenizer(file, V));
  if (checkpoint.notFinite.length > 0)
    err(`relukit: warning: ${options.model} holds ${notFinite(checkpoint.notFinite)}\n`);
  return { ...checkpoint, model: configured(checkpoint.model, options), tokenizer };
}

function loadCheckpoint(path: string): Checkpoint {
  if (isDirectory(path)) return openHuggingFace(path);
  if (/\.(safetensors|json)$/.test(path)) return openHuggingFace(dirname(path)); // a part of a directory stands for it
  return opened(path, (file) => loadLlama2c(file));
}

/** The text of a UTF-8 file. */
export const textOf = (path: string): string => opened(path, (file) => wholeText(file, "its text"));

function opened<R>(path: string, use: (file: FileSource) => R): R {
  const file = openFile(path);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

function notFinite(tensors: readonly string[]): string {
  const more = tensors.length > 3 ? ` and ${tensors.length - 3} more` : "";
  return `NaN or an infinity in ${tensors.slice(0, 3).join(", ")}${more}`;
}
