// The embedding table read forwards (ids to rows) and backwards (rows to logits), and rows that join a cache.
import { expect, matrix, stack, sum } from "../tensor.ts";
import type { Gradients, Ops } from "./contract.ts";
import { sumOver } from "./linear.ts";

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

/** dtable[v, d] = Σ_t dx[t, d] over the t with tokens[t] = v, ascending */
export const embedGradient: Gradients["embed"] = (dx, tokens, table) => {
  const [V, D] = table.shape;
  expect(
    dx,
    [tokens.length, D],
    "embedGradient: dx is @; expected [T, D], T tokens and the columns of table",
  );
  const places = Array.from({ length: V }, (): number[] => []);
  for (const [t, v] of tokens.entries()) places[v]?.push(t);
  return [matrix(V, D, (v, d) => sumOver(places[v], (t) => dx.get(t, d)))];
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

/** dx[t, d] = Σ_v dz[t, v] · table[v, d], dtable[v, d] = Σ_t dz[t, v] · x[t, d] */
export const unembedGradient: Gradients["unembed"] = (dz, x, table) => {
  const [[T, D], [V]] = [x.shape, table.shape];
  expect(dz, [T, V], "unembedGradient: dz is @; expected [T, V], with T the rows of x and V those of table");
  return [
    matrix(T, D, (t, d) => sum(V, (v) => dz.get(t, v) * table.get(v, d))),
    matrix(V, D, (v, d) => sum(T, (t) => dz.get(t, v) * x.get(t, d))),
  ];
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

/** The rows of dy, cut where past ended; nothing for a past that is not there. */
export const appendGradient: Gradients["append"] = (dy, past, next) => {
  const [T, H] = next.shape;
  const before = past?.shape[0] ?? 0;
  expect(dy, [before + T, H], "appendGradient: dy is @; expected [S, H], the rows of past and of next");
  return [past && matrix(before, H, (s, h) => dy.get(s, h)), matrix(T, H, (t, h) => dy.get(before + t, h))];
};
