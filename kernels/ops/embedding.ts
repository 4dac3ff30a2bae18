// The embedding table, read forwards, and rows that joined a cache: see reference/ops/embedding.ts.
import type { Gradients, Ops } from "../../reference/ops/contract.ts";
import { expect, type Matrix, storedOf, type Tokens } from "../../reference/tensor.ts";
import type { Machine, Words } from "../machine.ts";
import { LINE } from "./elementwise.ts";

/** x[t, d] = table[tokens[t], d] */
export const embed =
  (machine: Machine): Ops["embed"] =>
  (tokens, table) => {
    const [V, D] = table.shape;
    checkTokens(tokens, V);
    return machine.operator(() => {
      const x = machine.matrix<"T", never>(tokens.length, D);
      const [ids, { at, dtype }] = lookedUp(machine, tokens, table);
      machine.run(`embed${dtype}`, tokens.length, 1, x.size, machine.integers(ids), at, machine.place(x), D);
      return x;
    });
  };

/** The tokens and their table; of a table that lies elsewhere in words, the rows of the tokens alone, one after the other. */
function lookedUp(machine: Machine, tokens: Tokens, table: Matrix): readonly [Tokens, Words] {
  const stored = storedOf(table);
  const { dtype = "F32", rows } = stored ?? {};
  if (!rows || (dtype !== "BF16" && dtype !== "F16")) return [tokens, machine.words(table)];
  const found = tokens.map((token) => rows(token, token + 1));
  const [, D] = table.shape;
  const bits = new Uint16Array(tokens.length * D);
  for (const [t, row] of found.entries()) bits.set(row, t * D);
  return [tokens.map((_, t) => t), { at: machine.wordsOf(bits), dtype }];
}

/** dtable[v, d] = Σ_t dx[t, d] over the t with tokens[t] = v, ascending */
export const embedGradient =
  (machine: Machine): Gradients["embed"] =>
  (dx, tokens, table) => {
    const [V, D] = table.shape;
    const T = tokens.length;
    expect(dx, [T, D], "embedGradient: dx is @; expected [T, D], T tokens and the columns of table");
    checkTokens(tokens, V);
    return machine.operator(() => {
      const dtable = machine.like(table);
      const places = [machine.place(dx), machine.integers(tokens), machine.place(dtable)];
      machine.run("embedGradient", V, 1, dtable.size + dx.size, ...places, T, D);
      return [dtable];
    });
  };

/** The rows of dy, cut where past ended; nothing for a past that is not there. */
export const appendGradient =
  (machine: Machine): Gradients["append"] =>
  (dy, past, next) => {
    const [T, H] = next.shape;
    const before = past?.shape[0] ?? 0;
    expect(dy, [before + T, H], "appendGradient: dy is @; expected [S, H], the rows of past and of next");
    return machine.operator(() => {
      const at = machine.place(dy);
      return [past && rowsAt(machine, at, past), rowsAt(machine, at + 4 * before * H, next)];
    });
  };

/** A fresh matrix of the shape of x with the numbers at an address. */
function rowsAt<X extends Matrix>(machine: Machine, at: number, x: X): X {
  const y = machine.like(x);
  machine.run("copy", x.size, LINE, x.size, at, machine.place(y));
  return y;
}

function checkTokens(tokens: Tokens, V: number): void {
  for (const token of tokens) {
    if (Number.isInteger(token) && token >= 0 && token < V) continue;
    throw new RangeError(
      `embed: token is ${token}; expected an integer from 0 to ${V - 1}, with V = ${V} the rows of table`,
    );
  }
}
