// The ledger: multiply-adds and bytes of one token, from the sizes of an architecture and the zeros in its inputs.
// Paper: the FLOPs of table 1, recovered by recomputation. Leaves out attention scores, norms, biases and embeddings.
import type { Architecture } from "./architectures.ts";

/** The fraction of zeros in the input of Q, K and V, of up (and of the gate), and of down, each in [0, 1]. */
export interface InputSparsity {
  readonly qkv: number;
  readonly up: number;
  readonly down: number;
}

export const dense: InputSparsity = { qkv: 0, up: 0, down: 0 };

export interface Rule {
  /** counts the unembedding too, which the paper does for some rows and not for others */
  readonly lmHead?: boolean;
  /** takes the two kinds of zeros around a gated up projection as independent, and skips for both */
  readonly independent?: boolean;
}

export type Projection = "qkv" | "output" | "gate" | "up" | "down" | "head";

/** The work of one token in multiply-adds: that of each projection, and all of it. */
export interface Ledger {
  /** multiply-adds of a token, all layers together; 0 for a gate or a head that is not there or not counted */
  readonly projections: Readonly<Record<Projection, number>>;
  /** their sum, a multiplication and its addition counted once; for one token also the weights that are read */
  readonly multiplyAdds: number;
}

/**
 * The work of one token, L times over, and V·D for the head:
 *
 *   qkv  = D·(N + 2G)·K · (1 − s_qkv)
 *   out  = N·K·D
 *   down = F·D · (1 − s_down)
 *   up   = D·F · (1 − s_up)                 without a gate
 *   gate = D·F · (1 − s_up)                 with one, and then
 *   up   = D·F · (1 − max(s_up, s_down))
 *
 * A gated up projection has zeros on both sides: those of its input skip rows of
 * [D, F], those of the gate skip rows of [F, D]. A matrix lies in memory in one order,
 * so a machine that skips whole rows can follow one kind, the larger: that is the
 * maximum, and it is what fits the paper's rows of Llama.
 *
 * With `independent`, a multiply-add is done when neither side is zero,
 * (1 − s_up)(1 − s_down), as if the two had nothing to do with each other. It reads
 * single elements instead of rows, and gives 2.60 GFLOPs for Llama 7B at stage 2 with
 * the head, where the paper prints 2.9.
 *
 * @throws {RangeError} when a sparsity is outside [0, 1]
 * @see Mirzadeh et al. 2023, arXiv:2310.04564, table 1
 */
export function ledger({ sizes, gated }: Architecture, sparsity: InputSparsity, rule: Rule = {}): Ledger {
  const { V, D, F, L, N, G, K } = sizes;
  const { qkv, up, down } = checked(sparsity);
  const both = rule.independent ? (1 - up) * (1 - down) : 1 - Math.max(up, down);
  const projections = {
    qkv: L * D * (N + 2 * G) * K * (1 - qkv),
    output: L * N * K * D,
    gate: gated ? L * D * F * (1 - up) : 0,
    up: L * D * F * (gated ? both : 1 - up),
    down: L * F * D * (1 - down),
    head: rule.lmHead ? V * D : 0,
  };
  return { projections, multiplyAdds: Object.values(projections).reduce((total, part) => total + part, 0) };
}

/** Bytes of weights by the format that holds them, without scales or padding. */
export interface Bytes {
  readonly f32: number;
  readonly f16: number;
  readonly int8: number;
}

/** So many weights in each of the formats. */
export const bytesOf = (weights: number): Bytes => ({ f32: 4 * weights, f16: 2 * weights, int8: weights });

/** The bytes of a token: decoding uses each weight that it reads once, for one multiply-add. */
export const bytesPerToken = ({ multiplyAdds }: Ledger): Bytes => bytesOf(multiplyAdds);

function checked(sparsity: InputSparsity): InputSparsity {
  for (const input of ["qkv", "up", "down"] as const) {
    const share = sparsity[input];
    if (!(share >= 0 && share <= 1))
      throw new RangeError(`ledger: ${input} is ${share}; expected a fraction of zeros in [0, 1]`);
  }
  return sparsity;
}
