// The contract: every operator once, with the shapes of its arguments, and the gradient of each. Whoever fills in
// `Ops` decides what running a model means: compute it, skip its zeros, count its work, look at what passes.
import type { Matrix, Tensor, Tokens, Vector } from "../tensor.ts";

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

/** How positions were stretched after training, for a longer context: see `stretch` of ops/frequencies.ts. */
export type Scaling =
  | { readonly kind: "linear"; readonly factor: number }
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowFactor: number;
      readonly highFactor: number;
      readonly positions: number; // of the context before
    };

/** Rotary positions for heads of width K, the first row of x at position `start`. */
export interface Rotation {
  readonly K: number;
  readonly start: number;
  readonly base: number;
  readonly pairing: Pairing;
  readonly scaling?: Scaling;
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
  add<X extends Tensor>(x: X, y: NoInfer<X>): X;
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
  /** Turns pair i of each head of width K by the angle (start + t) · base^(−2i/K), stretched where scaling says so */
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

/**
 * The vector-Jacobian product of each operator: from dy, the slope of the loss along the result, the slopes along the
 * tensor arguments, in their order. An `active` operator has its sister's; that of `add` is dy, twice.
 *
 * Sums run in ascending order from +0: over t for the slope of a weight, over o for that of an input.
 */
export interface Gradients {
  /** dtable[v, d] = Σ_t dx[t, d] over the t with tokens[t] = v */
  embed<V, D>(dx: Matrix<"T", D>, tokens: Tokens, table: Matrix<V, D>): readonly [dtable: Matrix<V, D>];
  /** dx = dy · wᵀ, dw = xᵀ · dy, db[o] = Σ_t dy[t, o] */
  linear<I, O>(
    dy: Matrix<"T", O>,
    x: Matrix<"T", I>,
    w: Matrix<I, O>,
    b?: Vector<O>,
  ): readonly [dx: Matrix<"T", I>, dw: Matrix<I, O>, db: Vector<O> | undefined];
  /** With e = dh ⊙ g: dx = e · w, dw = eᵀ · x, dg = dh ⊙ (x · wᵀ) */
  gatedLinear<D, F>(
    dh: Matrix<"T", F>,
    x: Matrix<"T", D>,
    w: Matrix<F, D>,
    g: Matrix<"T", F>,
  ): readonly [dx: Matrix<"T", D>, dw: Matrix<F, D>, dg: Matrix<"T", F>];
  /** dx = dz · table, dtable = dzᵀ · x */
  unembed<D>(
    dz: Matrix<"T", "V">,
    x: Matrix<"T", D>,
    table: Matrix<"V", D>,
  ): readonly [dx: Matrix<"T", D>, dtable: Matrix<"V", D>];
  /** dx = dz ⊙ y, dy = dz ⊙ x */
  mul<D>(
    dz: Matrix<"T", D>,
    x: Matrix<"T", D>,
    y: Matrix<"T", D>,
  ): readonly [dx: Matrix<"T", D>, dy: Matrix<"T", D>];
  /** dx = dy ⊙ f′(x); at a kink the slope of the closed side, so relu′(0) = 0 */
  activate<D>(dy: Matrix<"T", D>, x: Matrix<"T", D>, f: Activation): readonly [dx: Matrix<"T", D>];
  /** dx = p ⊙ (dp − Σ_c dp · p), p = softmax(x) */
  softmax<R, C>(dp: Matrix<R, C>, x: Matrix<R, C>): readonly [dx: Matrix<R, C>];
  layerNorm<D>(
    dy: Matrix<"T", D>,
    x: Matrix<"T", D>,
    gain: Vector<D>,
    bias: Vector<D>,
    epsilon: number,
  ): readonly [dx: Matrix<"T", D>, dgain: Vector<D>, dbias: Vector<D>];
  rmsNorm<D>(
    dy: Matrix<"T", D>,
    x: Matrix<"T", D>,
    gain: Vector<D>,
    epsilon: number,
  ): readonly [dx: Matrix<"T", D>, dgain: Vector<D>];
  /** Each pair turns back by its angle */
  rotary<H>(dy: Matrix<"T", H>, rotation: Rotation): readonly [dx: Matrix<"T", H>];
  /** The rows of dy, cut where past ended */
  append<H>(
    dy: Matrix<"S", H>,
    past: Matrix<"S", H> | undefined,
    next: Matrix<"T", H>,
  ): readonly [dpast: Matrix<"S", H> | undefined, dnext: Matrix<"T", H>];
  attend(
    dy: Matrix<"T", "N·K">,
    q: Matrix<"T", "N·K">,
    k: Matrix<"S", "G·K">,
    v: Matrix<"S", "G·K">,
    K: number,
  ): readonly [dq: Matrix<"T", "N·K">, dk: Matrix<"S", "G·K">, dv: Matrix<"S", "G·K">];
  /** dz[t, v] = dloss[t] · (softmax(z[t])[v] − 1 where v = targets[t]) */
  crossEntropy<V>(dloss: Vector<"T">, z: Matrix<"T", V>, targets: Tokens): readonly [dz: Matrix<"T", V>];
}

/** Operators that also know their gradients: what `record` needs. */
export type Differentiable = Ops & { readonly gradient: Gradients };

/** One AdamW step's numbers, the same for every element. */
export interface Update {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
  /** what the slope is multiplied by first, 1 where nothing is clipped */
  readonly scale: number;
  /** 1 − β1^step and 1 − β2^step: what the moments, which began at zero, still lack */
  readonly correction1: number;
  readonly correction2: number;
}

/** What training changes in place: the one exception to the law of fresh results, for tensors that `own` gave out. */
export interface InPlace {
  /** A copy of x that may be changed in place and outlasts every scope, until `disown`. */
  own<X extends Tensor>(x: X): X;
  disown(x: Tensor): void;
  /** total += x */
  accumulate(total: Tensor, x: Tensor): void;
  /** Σ x², in float64 */
  squares(x: Tensor): number;
  /**
   * With g = scale · slope: first = β1 · first + (1 − β1) · g, second = β2 · second + (1 − β2) · g², then
   * w −= rate · (first/correction1 / (√(second/correction2) + ε) + decay · w)
   */
  adamw(w: Tensor, first: Tensor, second: Tensor, slope: Tensor, update: Update): void;
  /** x = 0 */
  clear(x: Tensor): void;
}

/** Operators that a model can be trained with. */
export type Trainable = Differentiable & { readonly inPlace: InPlace };

/** `ops` with some operators of its own: how every interpretation is made. */
export const override = <O extends Ops>(ops: O, own: Partial<Ops>): O => ({ ...ops, ...own });
