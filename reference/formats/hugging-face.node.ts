// A Hugging Face directory on disk: opened, and written.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Checkpoint, LoadOptions } from "./checkpoint.ts";
import { attempt, type FileSource, makeFolder, openFile, removeDrafts, writeFiles } from "./file.node.ts";
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

const CONFIG = "config.json";
/** What a reader takes for weights. */
const WEIGHTS = /^model.*\.safetensors(\.index\.json)?$/;

/**
 * Writes the parts of a model into a directory, made if need be: all of them or, when the disk is full, none.
 *
 * Where config.json is one of them, what another model left there goes: its weights, and before all its config.json. The
 * new one comes last, so that a directory that a kill left half changed is no model.
 *
 * @throws {FormatError} when the disk is full, or the directory cannot be written
 */
export function saveHuggingFace(path: string, parts: readonly Part[]): void {
  makeFolder(path);
  const files = new Set(parts.map(({ file }) => file));
  const there = attempt(path, "be read", () => readdirSync(path));
  const outdated = there.filter((file) => file === CONFIG || (WEIGHTS.test(file) && !files.has(file)));
  for (const file of files) removeDrafts(join(path, file));
  writeFiles(
    [...parts]
      .sort((a, b) => Number(a.file === CONFIG) - Number(b.file === CONFIG))
      .map(({ file, chunks }) => ({ path: join(path, file), chunks })),
    files.has(CONFIG) ? outdated.map((file) => join(path, file)) : [],
  );
}
