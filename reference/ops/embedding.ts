// The embedding table read forwards (ids to rows) and backwards (rows to logits), and rows that join a cache.
import { expect, matrix, stack, sum } from "../tensor.ts";
import type { Ops } from "./contract.ts";

/**
 * x[t, d] = table[tokens[t], d]
 *
 * @param tokens  T ids, each an integer in [0, V)
 * @param table   [V, D]
 * @returns x, [T, D]
 * @throws {RangeError} when an id is no row of the table
 */
export const embed: Ops["embed"] = (tokens, table) => {
  const [V, D] = table.shape;
  const rows = tokens.map((token) => {
    if (Number.isInteger(token) && token >= 0 && token < V) return token;
    throw new RangeError(
      `embed: token is ${token}; expected an integer from 0 to ${V - 1}, with V = ${V} the rows of table`,
    );
  });
  return matrix(rows.length, D, (t, d) => table.get(rows[t] ?? 0, d));
};

/**
 * z[t, v] = Σ_d x[t, d] · table[v, d]
 *
 * @param x      [T, D]
 * @param table  [V, D]: the orientation of an embedding, so that a tied table serves both ways
 * @returns z, the logits, [T, V]
 * @throws {RangeError} when x and table differ in D
 */
export const unembed: Ops["unembed"] = (x, table) => {
  const [[T, D], [V]] = [x.shape, table.shape];
  expect(table, [V, D], "unembed: table is @; expected [V, D], with D the columns of x");
  return matrix(T, V, (t, v) => sum(D, (d) => x.get(t, d) * table.get(v, d)));
};

/**
 * The rows of past, if any, then the rows of next: the only way that positions grow from T to S.
 *
 * @param past  [S − T, H], left as it is, or nothing
 * @param next  [T, H]
 * @returns [S, H]
 * @throws {RangeError} when the two differ in H
 */
export const append: Ops["append"] = (past, next) => {
  const before = past ?? matrix<"S", never>(0, next.shape[1], () => 0);
  expect(
    next,
    [next.shape[0], before.shape[1]],
    "append: next is @; expected [T, H], with H the columns of past",
  );
  return stack(before, next);
};
