// The contract: every operator once, with the shapes of its arguments. Whoever fills in `Ops` decides what
// running a model means: compute it, skip its zeros, count its work, look at what passes.
import type { Matrix, Tokens, Vector } from "../tensor.ts";

/**
 * A function of one number, applied to x − shift; shift = 0 leaves x as it is.
 *
 * relu with a shift b > 0 is the paper's shifted ReLU, relu(x − b).
 * @see Mirzadeh et al. 2023, arXiv:2310.04564, sections 3 and 5.3
 */
export type Activation =
  | { readonly kind: "identity" }
  | { readonly kind: "relu" | "relu-squared" | "silu" | "gelu" | "gelu-tanh"; readonly shift: number }
  | { readonly kind: "swish"; readonly beta: number; readonly shift: number }
  | { readonly kind: "fatrelu" | "fatrelu-strict"; readonly threshold: number; readonly shift: number };

/** Which two elements of a head turn together: 2i and 2i + 1, or i and i + K/2. */
export type Pairing = "interleaved" | "half-split";

/** Rotary positions for heads of width K, the first row of x at position `start`. */
export interface Rotation {
  readonly K: number;
  readonly start: number;
  readonly base: number;
  readonly pairing: Pairing;
}

/**
 * An operator is a free function (no `this`) from tensors and plain values to one fresh tensor; it never writes
 * to, or returns, an argument. So a tensor's identity stands for the call that made it, a weight's for its projection.
 * Every product sums from +0 over ascending input index, the bias last.
 * Row t of a result depends, to the bit, on no later row and on no number of rows: so a cache changes nothing.
 */
export interface Ops {
  /** x[t, d] = table[tokens[t], d] */
  embed<V, D>(tokens: Tokens, table: Matrix<V, D>): Matrix<"T", D>;
  /** y[t, o] = Σ_i x[t, i] · w[i, o] + b[o] */
  linear<I, O>(x: Matrix<"T", I>, w: Matrix<NoInfer<I>, O>, b?: Vector<NoInfer<O>>): Matrix<"T", O>;
  /** `linear`, reading row i of w only where x[t, i] ≠ 0: the same bits while w is finite */
  activeLinear<I, O>(x: Matrix<"T", I>, w: Matrix<NoInfer<I>, O>, b?: Vector<NoInfer<O>>): Matrix<"T", O>;
  /** h[t, f] = g[t, f] · Σ_d x[t, d] · w[f, d], +0 behind a closed gate (g = 0); row f of w is what neuron f reads */
  gatedLinear<D, F>(x: Matrix<"T", D>, w: Matrix<F, NoInfer<D>>, g: Matrix<"T", NoInfer<F>>): Matrix<"T", F>;
  /** `gatedLinear`, reading row f of w only where g[t, f] ≠ 0: the same bits while x and w are finite */
  activeGatedLinear<D, F>(
    x: Matrix<"T", D>,
    w: Matrix<F, NoInfer<D>>,
    g: Matrix<"T", NoInfer<F>>,
  ): Matrix<"T", F>;
  /** z[t, v] = Σ_d x[t, d] · table[v, d], the embedding read backwards */
  unembed<D>(x: Matrix<"T", D>, table: Matrix<"V", NoInfer<D>>): Matrix<"T", "V">;
  /** x + y */
  add<D>(x: Matrix<"T", D>, y: Matrix<"T", NoInfer<D>>): Matrix<"T", D>;
  /** x ⊙ y */
  mul<D>(x: Matrix<"T", D>, y: Matrix<"T", NoInfer<D>>): Matrix<"T", D>;
  /** f(x), element by element */
  activate<D>(x: Matrix<"T", D>, f: Activation): Matrix<"T", D>;
  /** p[r, c] = exp x[r, c] / Σ_c exp x[r, c] */
  softmax<R, C>(x: Matrix<R, C>): Matrix<R, C>;
  /** (x − mean) / √(variance + ε) · gain + bias, along D */
  layerNorm<D>(
    x: Matrix<"T", D>,
    gain: Vector<NoInfer<D>>,
    bias: Vector<NoInfer<D>>,
    epsilon: number,
  ): Matrix<"T", D>;
  /** x / √(mean(x²) + ε) · gain, along D */
  rmsNorm<D>(x: Matrix<"T", D>, gain: Vector<NoInfer<D>>, epsilon: number): Matrix<"T", D>;
  /** Turns pair i of each head of width K by the angle (start + t) · base^(−2i/K) */
  rotary<H>(x: Matrix<"T", H>, rotation: Rotation): Matrix<"T", H>;
  /** The rows of `past`, if any, then the rows of `next` */
  append<H>(past: Matrix<"S", H> | undefined, next: Matrix<"T", NoInfer<H>>): Matrix<"S", H>;
  /** Causal attention: N query heads of width K over G shared key and value heads; the last query sees the last key */
  attend(q: Matrix<"T", "N·K">, k: Matrix<"S", "G·K">, v: Matrix<"S", "G·K">, K: number): Matrix<"T", "N·K">;
  /** loss[t] = log Σ_v exp z[t, v] − z[t, targets[t]], in nats */
  crossEntropy<V>(z: Matrix<"T", V>, targets: Tokens): Vector<"T">;
  /** Runs `body`. When it ends, an implementation may take back every tensor made inside but those it returns. */
  scope<R>(body: () => R): R;
}

/** `ops` with some operators of its own: how every interpretation is made. */
export const override = <O extends Ops>(ops: O, own: Partial<Ops>): O => ({ ...ops, ...own });
