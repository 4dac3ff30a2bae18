// A model and its tokenizer, from the paths that the options give, with what is worth a warning said on stderr.
import { dirname } from "node:path";
import { bytesSource } from "../reference/formats/byte-source.ts";
import type { Checkpoint } from "../reference/formats/checkpoint.ts";
import { openFile } from "../reference/formats/file.node.ts";
import { openHuggingFace } from "../reference/formats/hugging-face.node.ts";
import { loadLlama2c } from "../reference/formats/llama2c.ts";
import { loadTokenizer } from "../reference/formats/tokenizers/load.ts";
import { checkFit, type Tokenizer } from "../reference/formats/tokenizers/tokenizer.ts";
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
  const tokenizer = loadTokenizer(wholeFile(tokenizerFile));
  checkFit(tokenizerFile, tokenizer, checkpoint.model.config.sizes.V);
  if (checkpoint.notFinite.length > 0)
    err(`relukit: warning: ${options.model} holds ${notFinite(checkpoint.notFinite)}\n`);
  return { ...checkpoint, model: configured(checkpoint.model, options), tokenizer };
}

function loadCheckpoint(path: string): Checkpoint {
  if (isDirectory(path)) return openHuggingFace(path);
  if (path.endsWith(".safetensors")) return openHuggingFace(dirname(path));
  const file = openFile(path);
  try {
    return loadLlama2c(file);
  } finally {
    file.close();
  }
}

/** A file read whole, as a source of bytes. */
export function wholeFile(path: string) {
  const file = openFile(path);
  try {
    return bytesSource(path, file.read(0, file.size));
  } finally {
    file.close();
  }
}

function notFinite(tensors: readonly string[]): string {
  const more = tensors.length > 3 ? ` and ${tensors.length - 3} more` : "";
  return `NaN or an infinity in ${tensors.slice(0, 3).join(", ")}${more}`;
}
