// A Hugging Face directory relufied: what it holds beside its weights is kept, and so are the weights where they stay.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../models/config.ts";
import type { Model } from "../models/model.ts";
import { attempt, makeFolder, openFile, writeFile } from "./file.node.ts";
import { saveHuggingFace } from "./hugging-face.node.ts";
import { configAfterSurgery, configOfRewritten } from "./hugging-face-surgery.ts";
import { exactFloat, type Part, writeHuggingFace } from "./hugging-face-writer.ts";
import { JsonField } from "./json-field.ts";

const CONFIG = "config.json";
/** What belongs to a model: weights, tokenizers and their settings, licences. Not how it was trained here. */
const BELONGS = /\.(safetensors|json|txt|model)$|^LICEN[SC]E/i;
const WEIGHTS = /\.safetensors(\.index\.json)?$/;
const TRAINING = "training.json";
const CHUNK = 0x4000000; // bytes

/** Of the bytes copied so far, and of all. */
type Told = (done: number, total: number) => void;

/**
 * Copies the model in the directory `from` to `to`, with the functions of `config`: as `saveHuggingFace`, all or nothing.
 *
 * @throws {FormatError} when the disk is full, or a file cannot be read or written
 */
export function copyRelufied(from: string, to: string, config: Config, told: Told = () => undefined): void {
  const text = encoded(configAfterSurgery(configIn(from), config));
  makeFolder(to);
  if (same(from, to)) writeFile(join(to, CONFIG), [text]);
  else
    saveHuggingFace(to, [
      ...copies(from, (file) => BELONGS.test(file), told),
      { file: CONFIG, chunks: [text] },
    ]);
}

/**
 * Writes `model`, made from the one in the directory `from` with other weights, to `to`: its tensors as narrow as keeps
 * them exact, and what `from` holds and says beside them.
 *
 * @throws {FormatError} as `copyRelufied`
 */
export function rewriteRelufied(from: string, to: string, model: Model, told: Told = () => undefined): void {
  const text = encoded(configOfRewritten(configIn(from), model));
  const parts = writeHuggingFace(model, exactFloat(model)).filter(({ file }) => file !== CONFIG);
  makeFolder(to);
  const beside = same(from, to)
    ? []
    : copies(from, (file) => BELONGS.test(file) && !WEIGHTS.test(file), told);
  saveHuggingFace(to, [...parts, ...beside, { file: CONFIG, chunks: [text] }]);
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const same = (from: string, to: string): boolean => realpathSync(from) === realpathSync(to);

function configIn(folder: string): JsonField {
  const file = openFile(join(folder, CONFIG));
  try {
    return JsonField.of(file);
  } finally {
    file.close();
  }
}

/** The files of a folder that `wanted` names, to be read when they are written. */
function copies(folder: string, wanted: (file: string) => boolean, told: Told): readonly Part[] {
  const files = attempt(folder, "be read", () => readdirSync(folder)).filter(
    (file) => wanted(file) && file !== CONFIG && file !== TRAINING && statSync(join(folder, file)).isFile(),
  );
  const sizes = files.map((file) => statSync(join(folder, file)).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  return files.map((file) => ({
    file,
    chunks: chunksOf(join(folder, file), (bytes) => {
      done += bytes;
      told(done, total);
    }),
  }));
}

function* chunksOf(path: string, told: (bytes: number) => void): Generator<Uint8Array> {
  const source = openFile(path);
  try {
    for (let at = 0; at < source.size; at += CHUNK) {
      const length = Math.min(CHUNK, source.size - at);
      yield source.read(at, length);
      told(length);
    }
  } finally {
    source.close();
  }
}
