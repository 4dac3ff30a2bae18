// A model and its tokenizer, from the paths that the options give, with what is worth a warning said on stderr.
import { dirname } from "node:path";
import { wholeText } from "../reference/formats/byte-source.ts";
import type { Checkpoint } from "../reference/formats/checkpoint.ts";
import { type FileSource, openFile } from "../reference/formats/file.node.ts";
import { leaveHuggingFace, openHuggingFace } from "../reference/formats/hugging-face.node.ts";
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

/** A model whose matrices are left in its files, to be read when they are asked for. */
export interface Left extends Loaded {
  /** Says what was not finite among the tensors that were read. */
  warn(): void;
  /** Closes the files. */
  close(): void;
}

/** The model that the options name, read whole and configured as they ask, and the tokenizer that fits it. */
export function load(options: ModelOptions, terminal: Terminal): Loaded {
  const loaded = fitted(options, (path) => openHuggingFace(path));
  warn(options, loaded, terminal);
  return loaded;
}

/** The same, but for matrices of a directory, which are left in its files: none is read yet. */
export function leave(options: ModelOptions, terminal: Terminal): Left {
  let close = (): void => undefined;
  const loaded = fitted(options, (path) => {
    const left = leaveHuggingFace(path);
    close = left.close;
    return left;
  });
  return { ...loaded, close: () => close(), warn: () => warn(options, loaded, terminal) };
}

function fitted(options: ModelOptions, open: (folder: string) => Checkpoint): Loaded {
  const tokenizerFile = tokenizerPath(options);
  const folder = folderOf(options.model);
  const checkpoint = folder === undefined ? opened(options.model, (file) => loadLlama2c(file)) : open(folder);
  const { V } = checkpoint.model.config.sizes;
  const tokenizer = opened(tokenizerFile, (file) => loadTokenizer(file, V));
  return { ...checkpoint, model: configured(checkpoint.model, options), tokenizer };
}

/** The Hugging Face directory that a path means, if it means one: a part of a directory stands for it. */
export function folderOf(path: string): string | undefined {
  if (isDirectory(path)) return path;
  return /\.(safetensors|json)$/.test(path) ? dirname(path) : undefined;
}

function warn({ model }: ModelOptions, { notFinite }: Checkpoint, { err }: Terminal): void {
  if (notFinite.length > 0) err(`relukit: warning: ${model} holds ${told(notFinite)}\n`);
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

function told(tensors: readonly string[]): string {
  const more = tensors.length > 3 ? ` and ${tensors.length - 3} more` : "";
  return `NaN or an infinity in ${tensors.slice(0, 3).join(", ")}${more}`;
}
