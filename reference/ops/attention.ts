// Causal attention with shared key and value heads: G = N is multi-head, 1 < G < N grouped, G = 1 multi-query.
import { expect, type Matrix, matrix, sum } from "../tensor.ts";
import type { Ops } from "./contract.ts";
import { softmax } from "./softmax.ts";

/**
 * y[t, n] = Σ_s p[t, n, s] · v[s, g], p[t, n] = softmax over s of q[t, n] · k[s, g] / √K, g = ⌊n · G/N⌋
 *
 * The last query sees the last key, so query t sees keys 0 to S − T + t; later ones are not read at all.
 *
 * @param q  queries, [T, N·K]: head n is columns n·K to n·K + K − 1
 * @param k  keys of past and present positions, [S, G·K]
 * @param v  values, [S, G·K]
 * @param K  the width of a head
 * @returns y, [T, N·K]
 * @throws {RangeError} when K, G or N do not divide as above, k and v differ, or S < T
 * @see Vaswani et al. 2017, arXiv:1706.03762, section 3.2; Ainslie et al. 2023, arXiv:2305.13245, for the sharing
 */
export const attend: Ops["attend"] = (q, k, v, K) => {
  const [[T, NK], [S, GK]] = [q.shape, k.shape];
  expect(v, [S, GK], "attend: v is @; expected [S, G·K], the shape of k");
  const [N, sharing] = [NK / K, NK / GK];
  const p = attentionWeights(q, k, K);
  return matrix(T, NK, (t, c) => {
    const [n, i] = [Math.floor(c / K), c % K];
    const column = Math.floor(n / sharing) * K + i;
    return sum(S - T + t + 1, (s) => p.get(t * N + n, s) * v.get(s, column));
  });
};

/**
 * p[t, n, s], how much query head n at position t attends to position s: 0 for every s that is still to come.
 *
 * @param q  queries, [T, N·K]
 * @param k  keys, [S, G·K]
 * @param K  the width of a head
 * @returns p, [T·N, S]: the rows of position 0 first
 * @throws {RangeError} as `attend`
 */
export function attentionWeights(
  q: Matrix<"T", "N·K">,
  k: Matrix<"S", "G·K">,
  K: number,
): Matrix<"T·N", "S"> {
  const [[T, NK], [S, GK]] = [q.shape, k.shape];
  checkHeads(T, NK, S, GK, K);
  const [N, sharing] = [NK / K, NK / GK];
  const score = (t: number, n: number, s: number): number => {
    const [query, key] = [n * K, Math.floor(n / sharing) * K];
    return sum(K, (i) => q.get(t, query + i) * k.get(s, key + i)) / Math.sqrt(K);
  };
  const seen = (t: number, s: number): boolean => s <= S - T + t;
  return softmax(
    matrix<"T·N", "S">(T * N, S, (r, s) => {
      const [t, n] = [Math.floor(r / N), r % N];
      return seen(t, s) ? score(t, n, s) : -Infinity;
    }),
  );
}

function checkHeads(T: number, NK: number, S: number, GK: number, K: number): void {
  if (!(Number.isInteger(K) && K > 0))
    throw new RangeError(`attend: K is ${K}; expected a positive whole width of a head`);
  if (NK % K !== 0)
    throw new RangeError(`attend: q has ${NK} columns; expected a multiple of K = ${K}, the width of a head`);
  if (GK % K !== 0 || GK === 0) {
    throw new RangeError(
      `attend: k has ${GK} columns; expected a positive multiple of K = ${K}, the width of a head`,
    );
  }
  if (NK % GK !== 0)
    throw new RangeError(
      `attend: k has G = ${GK / K} heads; expected a divisor of N = ${NK / K}, the heads of q`,
    );
  if (S < T) throw new RangeError(`attend: k has S = ${S} rows; expected T = ${T} at least, the rows of q`);
}
