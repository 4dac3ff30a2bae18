// Rotary positions in config.json: their base, and how they were stretched. Newer files keep both in `rope_parameters`.
import type { RotaryConfig } from "../models/config.ts";
import type { Scaling } from "../ops/contract.ts";
import { isObject } from "./json.ts";
import type { JsonField } from "./json-field.ts";

/** The base and the scaling that config.json gives. */
export function positionsOf(root: JsonField): Omit<RotaryConfig["rotary"], "pairing"> {
  const parameters = root.get("rope_parameters");
  for (const [, field] of parameters.absent ? [] : parameters.members()) {
    if (isObject(field.value))
      field.refuse("no object: positions that differ from layer to layer are not supported");
  }
  for (const partial of [root.get("partial_rotary_factor"), parameters.get("partial_rotary_factor")])
    if (partial.real(1) !== 1) partial.refuse("1: positions on a part of each head are not supported");
  const inner = parameters.get("rope_theta");
  const theta = inner.absent ? root.get("rope_theta") : inner;
  const base = theta.real(10000) > 0 ? theta.real(10000) : theta.refuse("a number above 0");
  const older = root.get("rope_scaling");
  const scaling = scalingOf(older, root) ?? scalingOf(parameters, root);
  return { base, ...(scaling && { scaling }) };
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
      const before = field.get("original_max_position_embeddings");
      const context = before.absent ? root.get("max_position_embeddings") : before;
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
