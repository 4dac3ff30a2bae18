// Falcon's fused projection: for each group of heads the query heads, then the key head and the value head that they share.
// So 7B has one group of all heads, and a model whose heads all have keys of their own has as many groups as heads.
import type { Sizes } from "../models/config.ts";
import type { Bits, Numbers } from "../tensor.ts";

/** Rows that lie side by side. */
export interface Group {
  readonly first: number;
  readonly count: number;
}

/** Where the rows of query, key and value lie among the (N + 2G) · K of the fused projection. */
export function groups({ N, G, K }: Pick<Sizes, "N" | "G" | "K">) {
  const heads = N / G;
  const each = (first: number, count: number): readonly Group[] =>
    Array.from({ length: G }, (_, g) => ({ first: (g * (heads + 2) + first) * K, count: count * K }));
  return { query: each(0, heads), key: each(heads, 1), value: each(heads + 1, 1) };
}

/** Rows as they are stored, all in one type, one below the other. */
export function joinedRows(parts: readonly Bits[]): Bits {
  const [first = new Float32Array(0), ...more] = parts;
  if (more.length === 0) return first;
  if (!(first instanceof Uint16Array)) return joinedNumbers(parts as readonly Numbers[]);
  const all = new Uint16Array(lengthOf(parts));
  return filled(all, parts);
}

/** Rows of numbers one below the other: float64 when any is. */
export function joinedNumbers(parts: readonly Numbers[]): Numbers {
  const narrow = parts.every((part) => part instanceof Float32Array);
  return filled(narrow ? new Float32Array(lengthOf(parts)) : new Float64Array(lengthOf(parts)), parts);
}

const lengthOf = (parts: readonly Bits[]): number => parts.reduce((sum, part) => sum + part.length, 0);

function filled<B extends Bits>(all: B, parts: readonly Bits[]): B {
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
