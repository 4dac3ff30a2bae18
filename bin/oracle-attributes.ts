// What --attributes has to hold for an operator, and what it asks of the shapes: checked, since a call without its
// epsilon gives NaN everywhere, of which every law holds.
import { isObject } from "../reference/formats/json.ts";
import type { Case } from "../reference/oracle/case.ts";
import { WrongUse } from "./terminal.ts";

type Attributes = Case["attributes"];

/** A key, whether a value will do, and what is wanted in words. */
type Need = readonly [key: string, fits: (value: unknown) => boolean, wanted: string];

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isWidth = (value: unknown): boolean => Number.isInteger(value) && Number(value) > 0;

const epsilon: Need = [
  "epsilon",
  (value) => isNumber(value) && value >= 0,
  "a number of 0 or more, such as 1e-5",
];
const width: Need = ["K", isWidth, "the width of a head"];
const activation: Need = [
  "f",
  isActivation,
  'an activation, such as {"kind":"relu","shift":0} or {"kind":"fatrelu","threshold":0.5,"shift":0}',
];
const skip: Need = ["skip", (value) => value === undefined || typeof value === "boolean", "true or false"];
const rotation: readonly Need[] = [
  ["K", (value) => isWidth(value) && Number(value) % 2 === 0, "the width of a head, even"],
  ["start", (value) => Number.isInteger(value), "the position of the first row"],
  ["base", (value) => isNumber(value) && value > 0, "a number above 0, such as 10000"],
  ["pairing", (value) => value === "interleaved" || value === "half-split", '"interleaved" or "half-split"'],
];

const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  activate: [activation],
  feedForward: [activation, skip],
  gatedFeedForward: [activation, skip],
  layerNorm: [epsilon],
  rmsNorm: [epsilon],
  rotary: rotation,
  attend: [width],
};

function isActivation(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, shift, threshold, beta } = value as Readonly<Record<string, unknown>>;
  switch (kind) {
    case "identity":
      return true;
    case "relu":
    case "relu-squared":
    case "silu":
    case "gelu":
    case "gelu-tanh":
      return isNumber(shift);
    case "swish":
      return isNumber(shift) && isNumber(beta);
    case "fatrelu":
    case "fatrelu-strict":
      return isNumber(shift) && isNumber(threshold);
    default:
      return false;
  }
}

/** The attributes that a text of JSON has for the operator. @throws {WrongUse} naming the first that will not do */
export function attributesIn(text: string | undefined, op: string): Attributes {
  const found = text === undefined ? {} : parsed(text);
  for (const [key, fits, wanted] of NEEDS[op.replace(".gradient", "")] ?? []) {
    if (fits(found[key])) continue;
    const said = found[key] === undefined ? `has no ${key}` : `has ${key} = ${JSON.stringify(found[key])}`;
    throw new WrongUse(`--attributes ${said}; expected, for ${op}, ${key}: ${wanted}`);
  }
  return found;
}

function parsed(text: string): Attributes {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isObject(value)) return value;
  throw new WrongUse(`--attributes is ${text}; expected a JSON object, such as {"epsilon":1e-5}`);
}
