// llama2.c files of all three versions, written from seeded weights the way export.py does: [out, in], row after row.
import { stream } from "../../../reference/random.ts";
import { bytes } from "./files.ts";

export interface Shape {
  readonly D: number;
  readonly F: number;
  readonly L: number;
  readonly N: number;
  readonly G: number;
  readonly V: number;
  readonly P: number;
  readonly tied: boolean;
}

/** Weights by field, each layer's after the other's; float32, or int8 with one scale a group. */
export type Fields = Readonly<Record<string, Float32Array>>;

const LAYERED = [
  "attentionNorm",
  "query",
  "key",
  "value",
  "output",
  "hiddenNorm",
  "gate",
  "down",
  "up",
] as const;

/** How many numbers each field has in one layer, or once. */
export function counts({ D, F, N, G, V }: Shape) {
  const H = (D / N) * G;
  return {
    tokens: V * D,
    attentionNorm: D,
    query: D * D,
    key: H * D,
    value: H * D,
    output: D * D,
    hiddenNorm: D,
    gate: F * D,
    down: D * F,
    up: F * D,
    norm: D,
    unembedding: V * D,
  };
}

/** Random weights for a shape. */
export function randomFields(shape: Shape, seed: number): Fields {
  const layered: readonly string[] = LAYERED;
  const entries = Object.entries(counts(shape)).map(([field, count]) => {
    const numbers = stream(seed, field);
    const copies = layered.includes(field) ? shape.L : 1;
    return [field, Float32Array.from({ length: count * copies }, () => numbers.normal())] as const;
  });
  return Object.fromEntries(entries);
}

const header = ({ D, F, L, N, G, V, P }: Shape, sign = 1): Int32Array =>
  Int32Array.of(D, F, L, N, G, sign * V, P);
const of = (fields: Fields, names: readonly string[]): Float32Array[] =>
  names.map((name) => fields[name] ?? new Float32Array());

export function legacyFile(shape: Shape, fields: Fields): Uint8Array {
  const turns = new Float32Array(shape.P * (shape.D / shape.N)).fill(Number.NaN); // two tables of P · K/2: never to be read
  return bytes(
    header(shape, shape.tied ? 1 : -1),
    ...of(fields, ["tokens", ...LAYERED, "norm"]),
    turns,
    ...of(fields, shape.tied ? [] : ["unembedding"]),
  );
}

const NORMS = ["attentionNorm", "hiddenNorm", "norm"];
const WEIGHTS = ["tokens", "query", "key", "value", "output", "gate", "down", "up"];

export function version1File(shape: Shape, fields: Fields): Uint8Array {
  return bytes(
    paddedHeader(shape, 1, 0),
    ...of(fields, [...NORMS, ...WEIGHTS, ...(shape.tied ? [] : ["unembedding"])]),
  );
}

function paddedHeader(shape: Shape, version: number, group: number): Uint8Array {
  const padded = new Uint8Array(256);
  padded.set(bytes("24ka", Int32Array.of(version), header(shape), Uint8Array.of(shape.tied ? 1 : 0)));
  if (version === 2) padded.set(bytes(Int32Array.of(group)), 37);
  return padded;
}

/** int8 values and scales of a field, and the numbers that they mean. */
export interface Quantized {
  readonly q: Int8Array;
  readonly s: Float32Array;
  readonly exact: Float64Array;
}

export function quantized(x: Float32Array, group: number): Quantized {
  const s = Float32Array.from(
    { length: x.length / group },
    (_, g) => Math.max(...x.subarray(g * group, (g + 1) * group).map(Math.abs)) / 127,
  );
  const scale = (i: number): number => s[Math.floor(i / group)] ?? 0;
  const q = Int8Array.from(x, (value, i) => Math.round(value / scale(i)));
  return { q, s, exact: Float64Array.from(q, (value, i) => value * scale(i)) };
}

/** Version 2: norms in float32, then for each tensor its int8 values and its scales. */
export function version2File(shape: Shape, fields: Fields, group: number): Uint8Array {
  const sizes: Readonly<Record<string, number>> = counts(shape);
  const names = [...WEIGHTS, ...(shape.tied ? [] : ["unembedding"])];
  const tensors = names.flatMap((name) => {
    const all = fields[name] ?? new Float32Array();
    const count = sizes[name] ?? all.length;
    return Array.from({ length: all.length / count }, (_, l) => all.subarray(l * count, (l + 1) * count));
  });
  return bytes(
    paddedHeader(shape, 2, group),
    ...of(fields, NORMS),
    ...tensors.map((x) => quantized(x, group)).flatMap(({ q, s }) => [q, s]),
  );
}
