// A shipped model in a cell: its two files, imported, as the model that they hold.
import { bytesSource } from "../../reference/formats/byte-source.ts";
import { loadHuggingFace } from "../../reference/formats/hugging-face.ts";
import type { Model } from "../../reference/models/model.ts";

/**
 * The model of a directory of `fixtures/models`.
 *
 * @param config   its config.json
 * @param weights  its model.safetensors
 */
export function shippedModel(config: object, weights: Uint8Array): Model {
  const files: Readonly<Record<string, Uint8Array>> = {
    "config.json": new TextEncoder().encode(JSON.stringify(config)),
    "model.safetensors": weights,
  };
  const open = (file: string) => bytesSource(file, files[file] ?? new Uint8Array());
  return loadHuggingFace({ name: "the model", has: (file) => file in files, open }).model;
}
