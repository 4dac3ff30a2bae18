// A Hugging Face directory on disk: opened, and written.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Checkpoint, LoadOptions } from "./checkpoint.ts";
import { attempt, type FileSource, makeFolder, openFile, writeFile } from "./file.node.ts";
import { FormatError } from "./format-error.ts";
import { loadHuggingFace } from "./hugging-face.ts";
import type { Folder } from "./hugging-face-tensors.ts";
import type { Part } from "./hugging-face-writer.ts";

/**
 * Reads the model in a directory; its files are closed when this returns.
 *
 * @throws {FormatError} when there is no such directory, and as `loadHuggingFace` does
 */
export function openHuggingFace(path: string, options: LoadOptions = {}): Checkpoint {
  const folder = openFolder(path);
  try {
    return loadHuggingFace(folder, options);
  } finally {
    folder.close();
  }
}

/**
 * The model in a directory, its matrices left in their files and read at each use of one, until `close`.
 *
 * @throws {FormatError} as `openHuggingFace`
 */
export function leaveHuggingFace(path: string, options: LoadOptions = {}): Checkpoint & { close(): void } {
  const folder = openFolder(path);
  try {
    return { ...loadHuggingFace(folder, { ...options, inFile: true }), close: folder.close };
  } catch (error) {
    folder.close();
    throw error;
  }
}

function openFolder(path: string): Folder & { close(): void } {
  if (!attempt(path, "be opened", () => statSync(path)).isDirectory()) {
    throw new FormatError(`${path}: is not a directory; expected one with config.json and model.safetensors`);
  }
  const open: FileSource[] = [];
  return {
    name: path,
    has: (file) => statSync(join(path, file), { throwIfNoEntry: false }) !== undefined,
    open(file) {
      const source = openFile(join(path, file));
      open.push(source);
      return source;
    },
    close() {
      for (const source of open) source.close();
    },
  };
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
