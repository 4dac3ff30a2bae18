// Relufication of a directory as it is: what its config.json says of functions changes, and nothing else.
// The tensors are then the file's own, whatever their type, their shards and their size.
import type { Config } from "../models/config.ts";
import { activationName } from "./hugging-face-activation.ts";
import { isObject } from "./json.ts";
import type { JsonField } from "./json-field.ts";

/** Where each family's config.json names the activation of its feed-forward. */
const FIELDS: Readonly<Record<string, string>> = {
  opt: "activation_function",
  llama: "hidden_act",
  falcon: "activation",
};

/**
 * The text of config.json with the functions of `config`; every other member stays as it is.
 *
 * @param root  the config.json of a model that was loaded from it
 */
export function configAfterSurgery(root: JsonField, { activation, afterNorm }: Config): string {
  const { relukit: _, hidden_act_param: __, ...rest } = isObject(root.value) ? root.value : {};
  const field = FIELDS[root.get("model_type").text()] ?? "activation"; // Falcon's first names
  const name = activationName(activation);
  const own = {
    ...(name.startsWith("relukit") ? { activation } : {}),
    ...(afterNorm.kind === "identity" ? {} : { after_norm: afterNorm }),
  };
  const json = { ...rest, [field]: name, ...(Object.keys(own).length > 0 ? { relukit: own } : {}) };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
