// The architecture that a word means to `relukit ledger`: a published one, or that of a model's own file, weights unread.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { suggestion } from "../lessons/notebook/problem.ts";
import { openFile } from "../reference/formats/file.node.ts";
import { architectureOf } from "../reference/formats/hugging-face-config.ts";
import { JsonField } from "../reference/formats/json-field.ts";
import { llama2cHeader } from "../reference/formats/llama2c-header.ts";
import {
  type Architecture,
  type ArchitectureName,
  architectures,
} from "../reference/measure/architectures.ts";
import { isDirectory, modelPath } from "./model-options.ts";
import { root } from "./root.ts";
import { WrongUse } from "./terminal.ts";

const isPublished = (word: string): word is ArchitectureName => Object.hasOwn(architectures, word);

/** @throws {WrongUse} when the word is no published architecture and leads nowhere */
export function architectureAt(word: string): Architecture {
  if (isPublished(word)) return architectures[word];
  const path = modelPath(word);
  if (!existsSync(path)) throw unknown(word);
  if (isDirectory(path)) return ofConfig(join(path, "config.json"));
  if (/\.(safetensors|json)$/.test(path)) return ofConfig(join(dirname(path), "config.json"));
  const { V, D, F, L, N, G, K } = read(path, llama2cHeader);
  return { sizes: { V, D, F, L, N, G, K }, gated: true };
}

function ofConfig(path: string): Architecture {
  const { family, config } = read(path, (file) => architectureOf(JsonField.of(file), {}));
  const { P: _, ...sizes } = config.sizes;
  return { sizes, gated: family === "llama" };
}

function read<R>(path: string, use: (file: ReturnType<typeof openFile>) => R): R {
  const file = openFile(path);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

function unknown(word: string): WrongUse {
  const published = Object.keys(architectures);
  const models = join(root, "fixtures/models");
  const shipped = existsSync(models) ? readdirSync(models).sort() : [];
  const near = suggestion(word, [...published, ...shipped]);
  return new WrongUse(
    `${word || "an empty name"}: there is no such architecture, file or folder; expected ${published.join(", ")}, ` +
      `a model that ships (${shipped.join(", ")}), or a path${near}`,
  );
}
