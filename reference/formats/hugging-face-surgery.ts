// Relufication of a directory as it is: what its config.json says of functions changes, and nothing else.
// The tensors are then the file's own, whatever their type, their shards and their size.
import type { Config } from "../models/config.ts";
import type { Model } from "../models/model.ts";
import { activationName } from "./hugging-face-activation.ts";
import { configJson } from "./hugging-face-writer.ts";
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

/**
 * The text of config.json for a model made from the one of `root` with other weights: what `root` says that our own
 * configuration does not know, ids of special tokens and the like, stays.
 */
export function configOfRewritten(root: JsonField, model: Model): string {
  const said = isObject(root.value) ? root.value : {};
  const kept = Object.entries(said).filter(([name]) => !OF_THE_WEIGHTS.includes(name));
  return `${JSON.stringify({ ...Object.fromEntries(kept), ...configJson(model) }, undefined, 2)}\n`;
}

/** What `configJson` says anew, by silence or under another name too, and the type of tensors that are written in another. */
const OF_THE_WEIGHTS: readonly string[] = [
  ...["attention_bias", "mlp_bias", "layer_norm_elementwise_affine", "_remove_final_layer_norm"],
  ...["multi_query", "parallel_attn", "new_decoder_architecture", "num_ln_in_parallel_attn"],
  ...["num_kv_heads", "n_head_kv", "n_head", "n_layer", "n_embed"],
  ...["relukit", "hidden_act_param", "dtype", "torch_dtype"],
  ...["rope_scaling", "rope_parameters", "original_max_position_embeddings"],
];
