// The slopes of causal attention: back through the mean of the values, the softmax, and the scores.
// p[t, n, s] is row t·N + n, column s, as in attention.ts; g = ⌊n · G/N⌋ is the head of k and v that n reads.
import { expect, type Matrix, map, matrix, sum } from "../tensor.ts";
import { attentionWeights } from "./attention.ts";
import type { Gradients } from "./contract.ts";
import { throughSoftmax } from "./softmax.ts";

/**
 * dv[s, g] = Σ_n Σ_t p[t, n, s] · dy[t, n], over the n that read g, and with dp[t, n, s] = dy[t, n] · v[s, g] and
 * a = p ⊙ (dp − Σ_s dp · p) / √K, the slope of q · k: dq[t, n] = Σ_s a[t, n, s] · k[s, g], dk[s, g] = Σ_n Σ_t a[t, n, s] · q[t, n]
 *
 * As forwards, query t meets keys 0 to S − T + t, and nothing later is read.
 */
export const attendGradient: Gradients["attend"] = (dy, q, k, v, K) => {
  const [T, NK] = q.shape;
  expect(dy, [T, NK], "attendGradient: dy is @; expected [T, N·K], the shape of q");
  const p = attentionWeights(q, k, K);
  const a = map(throughSoftmax(products(dy, v, K), p), (slope) => slope / Math.sqrt(K));
  return [spread(a, k, q, K), gathered(a, q, k, K), gathered(p, dy, v, K)];
};

/** The product of each query head with each key it sees: x[t, n] · y[s, g], 0 elsewhere */
function products(x: Matrix<"T", "N·K">, y: Matrix<"S", "G·K">, K: number): Matrix<"T·N", "S"> {
  const [[T, NK], [S, GK]] = [x.shape, y.shape];
  const [N, sharing] = [NK / K, NK / GK];
  return matrix(T * N, S, (r, s) => {
    const [t, n] = [Math.floor(r / N), r % N];
    const [query, key] = [n * K, Math.floor(n / sharing) * K];
    return s <= S - T + t ? sum(K, (i) => x.get(t, query + i) * y.get(s, key + i)) : 0;
  });
}

/** Σ_s a[t, n, s] · y[s, g]: what each query head takes from the keys it sees, in the shape of `to` */
function spread(
  a: Matrix<"T·N", "S">,
  y: Matrix<"S", "G·K">,
  to: Matrix<"T", "N·K">,
  K: number,
): Matrix<"T", "N·K"> {
  const [[T, NK], [S, GK]] = [to.shape, y.shape];
  const [N, sharing] = [NK / K, NK / GK];
  return matrix(T, NK, (t, c) => {
    const [n, i] = [Math.floor(c / K), c % K];
    const column = Math.floor(n / sharing) * K + i;
    return sum(S - T + t + 1, (s) => a.get(t * N + n, s) * y.get(s, column));
  });
}

/** Σ_n Σ_t a[t, n, s] · x[t, n], over the heads n that read g and the t that see s, in the shape of `to` */
function gathered(
  a: Matrix<"T·N", "S">,
  x: Matrix<"T", "N·K">,
  to: Matrix<"S", "G·K">,
  K: number,
): Matrix<"S", "G·K"> {
  const [[T, NK], [S, GK]] = [x.shape, to.shape];
  const [N, sharing] = [NK / K, NK / GK];
  return matrix(S, GK, (s, c) => {
    const [g, i] = [Math.floor(c / K), c % K];
    const first = Math.max(0, s - (S - T));
    return sum(sharing, (m) => {
      const n = g * sharing + m;
      return sum(T - first, (j) => a.get((first + j) * N + n, s) * x.get(first + j, n * K + i));
    });
  });
}
