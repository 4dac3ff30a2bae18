// Recorded outputs as cases of the oracle: which operator each is, and the arithmetic of the engine that gave them.
import { readFileSync } from "node:fs";
import { bytesSource } from "../../reference/formats/byte-source.ts";
import { openSafetensors, type Safetensors } from "../../reference/formats/safetensors.ts";
import type { Case } from "../../reference/oracle/case.ts";
import { expectationOf } from "../../reference/oracle/expectation.ts";
import type { Expectation } from "../../reference/oracle/judge.ts";
import type { Declaration } from "../../reference/oracle/kernel.ts";
import { modelOf } from "../../reference/oracle/model.ts";
import type { Attributes } from "../../reference/oracle/picture.ts";
import type { Numbers } from "../../reference/tensor.ts";

export const folder = new URL("../../fixtures/golden/onnxruntime/", import.meta.url);

/**
 * ONNX Runtime's arithmetic: float32 sums in an order that it does not tell, functions within 4 roundings. Its tails are
 * absolute: its sigmoid is a rational function around 1/2, good to a part of 1 and not of itself, and gelu is x/2 ·
 * (1 + erf). Silu, swish and both gelus fail without that; the others pass either way.
 */
const ENGINE: Omit<Declaration, "name"> = {
  accumulator: "f32",
  functions: "accurate",
  tails: "absolute",
};

/** What an operator of the recordings is to the oracle. */
interface Call {
  readonly op: string;
  readonly attributes?: (given: Attributes) => Attributes;
}

const whole = (given: Attributes): Attributes => given;
const activation = (kind: string) => (given: Attributes) => ({ f: { kind, shift: 0, ...given } });
const layer = ({ activation }: Attributes): Attributes => ({
  f: { kind: activation, shift: 0 },
  skip: false,
});

const CALLS: Readonly<Record<string, Call>> = {
  linear: { op: "linear" },
  relu: { op: "activate", attributes: activation("relu") },
  "shifted-relu": { op: "activate", attributes: activation("relu") },
  "fatrelu-strict": { op: "activate", attributes: activation("fatrelu-strict") },
  silu: { op: "activate", attributes: activation("silu") },
  swish: { op: "activate", attributes: activation("swish") },
  gelu: { op: "activate", attributes: activation("gelu") },
  "gelu-tanh": { op: "activate", attributes: activation("gelu-tanh") },
  add: { op: "add" },
  mul: { op: "mul" },
  softmax: { op: "softmax" },
  "layer-norm": { op: "layerNorm", attributes: whole },
  "rms-norm": { op: "rmsNorm", attributes: whole },
  rotary: { op: "rotary", attributes: whole },
  attend: { op: "attend", attributes: whole },
  "feed-forward": { op: "feedForward", attributes: layer },
  "gated-feed-forward": { op: "gatedFeedForward", attributes: layer },
};

export interface Recorded {
  readonly given: Case;
  /** what the engine gave */
  readonly result: Numbers;
  readonly expected: Expectation;
}

/** The recordings of a file. */
export function recordedIn(file: string): readonly Recorded[] {
  const tensors = openSafetensors(bytesSource(file, readFileSync(new URL(file, folder))));
  const call = CALLS[tensors.metadata.get("operator") ?? ""];
  if (!call) throw new Error(`${file} records an operator that is none of the oracle's`);
  const listed: readonly { id: string; attributes: Attributes }[] = JSON.parse(
    tensors.metadata.get("cases") ?? "[]",
  );
  return listed.map(({ id, attributes }) => {
    const given = caseIn(tensors, id, call, attributes);
    const expected = expectationOf(given, modelOf(ENGINE, given.dtype));
    return { given, result: tensors.numbers(`${id}/result`), expected };
  });
}

/** Numbers among the attributes were read by the engine as float32. */
const asRead = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "number" ? Math.fround(value) : value,
    ]),
  );

function caseIn(tensors: Safetensors, id: string, { op, attributes }: Call, given: Attributes): Case {
  const inputs = [...tensors.entries].flatMap(([name, { shape }]) => {
    const short = name.slice(id.length + 1);
    if (!name.startsWith(`${id}/`) || short === "result") return [];
    return [[short, { shape, numbers: tensors.numbers(name) }] as const];
  });
  return {
    id,
    op,
    dtype: "F32",
    tier: "bounded",
    attributes: attributes?.(asRead(given)) ?? {},
    inputs: Object.fromEntries(inputs),
  };
}
