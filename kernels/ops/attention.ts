// Causal attention with shared key and value heads: see reference/ops/attention.ts and attention-gradient.ts.
import type { Gradients, Ops } from "../../reference/ops/contract.ts";
import { expect, type Matrix } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";

/** y[t, n] = Σ_s p[t, n, s] · v[s, g], p[t, n] = softmax over s of q[t, n] · k[s, g] / √K, g = ⌊n · G/N⌋ */
export const attend =
  (machine: Machine): Ops["attend"] =>
  (q, k, v, K) => {
    const { T, S, N, G } = heads(q, k, v, K);
    return machine.operator(() => {
      const y = machine.like(q);
      const places = [q, k, v, y].map(machine.place);
      machine.run("attend2", N * T, 4, T * N * S * K, ...places, T, S, N, G, K);
      return y;
    });
  };

/** Back through the mean of the values, the softmax and the scores: the slopes of q, k and v. */
export const attendGradient =
  (machine: Machine): Gradients["attend"] =>
  (dy, q, k, v, K) => {
    expect(dy, q.shape, "attendGradient: dy is @; expected [T, N·K], the shape of q");
    const { T, S, N, G } = heads(q, k, v, K);
    return machine.operator(() => {
      const [dq, dk, dv] = [machine.like(q), machine.like(k), machine.like(v)];
      const places = [dy, q, k, v, dq, dk, dv].map(machine.place);
      machine.run("attendGradient2", G, 1, 3 * T * N * S * K, ...places, T, S, N, G, K);
      return [dq, dk, dv];
    });
  };

/** The sizes, once they are known to fit: kernels check nothing. */
function heads(q: Matrix<"T", "N·K">, k: Matrix<"S", "G·K">, v: Matrix<"S", "G·K">, K: number) {
  const [[T, NK], [S, GK]] = [q.shape, k.shape];
  expect(v, [S, GK], "attend: v is @; expected [S, G·K], the shape of k");
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
  return { T, S, N: NK / K, G: GK / K };
}
