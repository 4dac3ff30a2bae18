// A Hugging Face directory on disk: opened, and written.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Checkpoint, LoadOptions } from "./checkpoint.ts";
import { attempt, type FileSource, makeFolder, openFile, writeFile } from "./file.node.ts";
import { FormatError } from "./format-error.ts";
import { loadHuggingFace } from "./hugging-face.ts";
import type { Part } from "./hugging-face-writer.ts";

/**
 * Reads the model in a directory; its files are closed when this returns.
 *
 * @throws {FormatError} when there is no such directory, and as `loadHuggingFace` does
 */
export function openHuggingFace(path: string, options: LoadOptions = {}): Checkpoint {
  if (!attempt(path, "be opened", () => statSync(path)).isDirectory()) {
    throw new FormatError(`${path}: is not a directory; expected one with config.json and model.safetensors`);
  }
  const open: FileSource[] = [];
  const folder = {
    name: path,
    has: (file: string) => statSync(join(path, file), { throwIfNoEntry: false }) !== undefined,
    open(file: string): FileSource {
      const source = openFile(join(path, file));
      open.push(source);
      return source;
    },
  };
  try {
    return loadHuggingFace(folder, options);
  } finally {
    for (const source of open) source.close();
  }
}

/**
 * Writes the parts of a model into a directory, made if need be; each file appears whole or not at all.
 *
 * @throws {FormatError} when the disk is full, or the directory cannot be written
 */
export function saveHuggingFace(path: string, parts: readonly Part[]): void {
  makeFolder(path);
  for (const { file, chunks } of parts) writeFile(join(path, file), chunks);
}
