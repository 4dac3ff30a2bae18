// The key and value cache as a value: a forward pass takes one and returns a longer one; the old one stays true.
import type { Ops } from "../ops/contract.ts";
import type { Matrix } from "../tensor.ts";

/** What each layer remembers of the S positions so far. */
export type Cache = readonly Memory[];

export interface Memory {
  readonly keys: Matrix<"S", "G·K">;
  readonly values: Matrix<"S", "G·K">;
}

interface Fresh {
  readonly key: Matrix<"T", "G·K">;
  readonly value: Matrix<"T", "G·K">;
}

/** A cache that remembers nothing. */
export const empty: Cache = [];

/** The number of positions remembered. */
export const positions = (past: Memory | undefined): number => past?.keys.shape[0] ?? 0;

/** `past`, if any, then T positions more. */
export const remember = (ops: Ops, past: Memory | undefined, { key, value }: Fresh): Memory => ({
  keys: ops.append(past?.keys, key),
  values: ops.append(past?.values, value),
});
