// A Hugging Face directory copied file by file, its functions exchanged on the way.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../models/config.ts";
import { attempt, makeFolder, openFile, writeFile } from "./file.node.ts";
import { configAfterSurgery } from "./hugging-face-surgery.ts";
import { JsonField } from "./json-field.ts";

const CONFIG = "config.json";
/** What belongs to a model: weights, tokenizers and their settings, licences. Not how it was trained here. */
const BELONGS = /\.(safetensors|json|txt|model)$|^LICEN[SC]E/i;
const TRAINING = "training.json";
const CHUNK = 0x4000000; // bytes

/**
 * Copies the model in the directory `from` to `to`, with the functions of `config`; each file appears whole or not at
 * all, and config.json last: a directory without one is no model.
 *
 * @param told  of the bytes copied so far, and of all
 * @throws {FormatError} when the disk is full, or a file cannot be read or written
 */
export function copyRelufied(
  from: string,
  to: string,
  config: Config,
  told: (done: number, total: number) => void = () => undefined,
): void {
  const text = configIn(from, config);
  makeFolder(to);
  const same = realpathSync(from) === realpathSync(to);
  const files = same ? [] : attempt(from, "be read", () => readdirSync(from)).filter(belongs);
  const sizes = files.map(
    (file) => attempt(join(from, file), "be opened", () => statSync(join(from, file))).size,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const file of files)
    copyFile(join(from, file), join(to, file), (bytes) => {
      done += bytes;
      told(done, total);
    });
  writeFile(join(to, CONFIG), [new TextEncoder().encode(text)]);

  function belongs(file: string): boolean {
    return BELONGS.test(file) && file !== CONFIG && file !== TRAINING && statSync(join(from, file)).isFile();
  }
}

function configIn(folder: string, config: Config): string {
  const file = openFile(join(folder, CONFIG));
  try {
    return configAfterSurgery(JsonField.of(file), config);
  } finally {
    file.close();
  }
}

function copyFile(from: string, to: string, told: (bytes: number) => void): void {
  const source = openFile(from);
  try {
    writeFile(to, chunks());
  } finally {
    source.close();
  }

  function* chunks(): Generator<Uint8Array> {
    for (let at = 0; at < source.size; at += CHUNK) {
      const length = Math.min(CHUNK, source.size - at);
      yield source.read(at, length);
      told(length);
    }
  }
}
