// Rotary positions in config.json: their base, and how they were stretched. Newer files keep both in `rope_parameters`.
import type { RotaryConfig } from "../models/config.ts";
import type { Scaling } from "../ops/contract.ts";
import { isObject } from "./json.ts";
import type { JsonField } from "./json-field.ts";

/** The base and the scaling that config.json gives. */
export function positionsOf(root: JsonField): Omit<RotaryConfig["rotary"], "pairing"> {
  const said = placeOf(root);
  for (const [, field] of said.absent ? [] : said.members()) {
    if (isObject(field.value))
      field.refuse("no object: positions that differ from layer to layer are not supported");
  }
  for (const partial of [root.get("partial_rotary_factor"), said.get("partial_rotary_factor")])
    if (partial.real(1) !== 1) partial.refuse("1: positions on a part of each head are not supported");
  const inner = said.get("rope_theta");
  const theta = inner.absent ? root.get("rope_theta") : inner;
  const base = theta.real(10000) > 0 ? theta.real(10000) : theta.refuse("a number above 0");
  const scaling = scalingOf(said, root);
  return { base, ...(scaling && { scaling }) };
}

/** Where positions are told of: a `rope_scaling` that says anything stands for all of `rope_parameters`, as in transformers. */
function placeOf(root: JsonField): JsonField {
  const older = root.get("rope_scaling");
  const empty = isObject(older.value) && Object.keys(older.value).length === 0;
  return older.absent || empty ? root.get("rope_parameters") : older;
}

function scalingOf(field: JsonField, root: JsonField): Scaling | undefined {
  if (field.absent) return undefined;
  const type = field.get(field.get("rope_type").absent ? "type" : "rope_type");
  const factor = (): number => positive(field.get("factor"), 1);
  switch (type.text(field.path === "rope_parameters" ? "default" : undefined)) {
    case "default":
      return undefined;
    case "dynamic": // grows beyond max_position_embeddings, where no position of ours is
      return undefined;
    case "linear":
      return { kind: "linear", factor: factor() };
    case "llama3": {
      const [low, high] = [field.get("low_freq_factor"), field.get("high_freq_factor")];
      const context = firstOf(
        root.get("original_max_position_embeddings"), // beside the others it comes first, as in transformers
        field.get("original_max_position_embeddings"),
        root.get("max_position_embeddings"),
      );
      if (positive(high, 0) <= positive(low, 0)) high.refuse(`more than low_freq_factor = ${low.value}`);
      return {
        ...{ kind: "llama3", factor: factor() },
        ...{ lowFactor: low.real(), highFactor: high.real(), positions: positive(context, 0) },
      };
    }
    default:
      return type.refuse(
        '"default", "linear", "llama3" or "dynamic": positions scaled otherwise are not supported',
      );
  }
}

/** The first field that is there; the last where none is. */
const firstOf = (field: JsonField, ...more: readonly JsonField[]): JsonField =>
  more.reduce((found, next) => (found.absent ? next : found), field);

function positive(field: JsonField, least: number): number {
  const value = field.real();
  return value > 0 && value >= least
    ? value
    : field.refuse(least > 0 ? `${least} or more` : "a number above 0");
}

/** What config.json says of scaled positions: `rope_scaling`, which newer readers understand as well. */
export function scalingJson(scaling: Scaling | undefined): Readonly<Record<string, unknown>> {
  if (!scaling) return {};
  if (scaling.kind === "linear") return { rope_scaling: { rope_type: "linear", factor: scaling.factor } };
  return {
    rope_scaling: {
      rope_type: "llama3",
      factor: scaling.factor,
      low_freq_factor: scaling.lowFactor,
      high_freq_factor: scaling.highFactor,
      original_max_position_embeddings: scaling.positions,
    },
  };
}
