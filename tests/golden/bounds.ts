// For each recorded operator: what the reference says, and how far a float32 engine may be from it, element by element.
// The bounds are a priori: n·u·(|W||x|) and its kin, whatever order the engine sums in (Higham, "Accuracy and stability
// of numerical algorithms", chapters 3 and 4). η covers results that underflow.
import { attentionWeights } from "../../reference/ops/attention.ts";
import type { Activation, Pairing } from "../../reference/ops/contract.ts";
import { reference } from "../../reference/ops/reference.ts";
import { type Matrix, map, matrix, sum, type Vector } from "../../reference/tensor.ts";

/** The unit roundoff of float32, and its smallest subnormal. */
const u = 2 ** -24;
const eta = 2 ** -149;
/** What an engine's exp, erf or tanh may be off, in u: a good library is within 4. */
const C = 4;

export interface Judged {
  readonly truth: Matrix;
  /** |recorded − truth| may be this much, at each element */
  readonly bound: Matrix;
}

/** The tensors of one case by name, and its attributes as they were recorded. */
export interface Recorded {
  matrix<R, C>(name: string): Matrix<R, C>;
  vector<A>(name: string): Vector<A>;
  number(name: string): number;
  text(name: string): string;
}

const absolute = <X extends Matrix>(x: X): X => map(x, Math.abs);
const absoluteVector = <A>(x: Vector<A>): Vector<A> => map(x, Math.abs);
const rowSum = (x: Matrix, t: number, f: (value: number) => number): number =>
  sum(x.shape[1], (d) => f(x.get(t, d)));
const greatest = (n: number, f: (i: number) => number): number =>
  Math.max(...Array.from({ length: n }, (_, i) => f(i)));

/** x · w + b, where x itself may be off by dx: (n + 1)·u·(|x||w| + |b|), and |dx||w| for what x brings along. */
function product(x: Matrix<"T", "I">, w: Matrix<"I", "O">, b?: Vector<"O">, dx?: Matrix<"T", "I">): Judged {
  const truth = reference.linear(x, w, b);
  const n = w.shape[0] + (b ? 1 : 0);
  const widened = dx
    ? matrix<"T", "I">(x.shape[0], x.shape[1], (t, i) => Math.abs(x.get(t, i)) + dx.get(t, i))
    : absolute(x);
  const G = reference.linear(widened, absolute(w), b && absoluteVector(b));
  const inherited = dx ? reference.linear(dx, absolute(w)) : undefined;
  const bound = matrix(
    truth.shape[0],
    truth.shape[1],
    (t, o) =>
      (1 + u) * n * u * G.get(t, o) + u * Math.abs(truth.get(t, o)) + n * eta + (inherited?.get(t, o) ?? 0),
  );
  return { truth, bound };
}

const elementwise = (x: Matrix<"T", "D">, f: Activation, bound: (x: number, y: number) => number): Judged => {
  const truth = reference.activate(x, f);
  return { truth, bound: matrix(x.shape[0], x.shape[1], (t, d) => bound(x.get(t, d), truth.get(t, d))) };
};

// ONNX Runtime's sigmoid is a rational function around 1/2, so it is good to so many u of 1, not of itself.
const siluBound = (x: number, y: number): number => C * u * Math.abs(x) + u * Math.abs(y) + eta;
const silu: Activation = { kind: "silu", shift: 0 };
const relu: Activation = { kind: "relu", shift: 0 };

/** f(z) for z off by dz: ReLU passes dz on where it may be open; |silu′| is below 1.1. */
function activated(z: Judged, activation: string): Judged {
  const preactivation = z.truth as Matrix<"T", "D">;
  const truth = reference.activate(preactivation, activation === "relu" ? relu : silu);
  const bound = matrix(truth.shape[0], truth.shape[1], (t, f) => {
    const [value, dz] = [preactivation.get(t, f), z.bound.get(t, f)];
    if (activation === "relu") return value < -dz ? 0 : dz;
    return 1.1 * dz + siluBound(Math.abs(value) + dz, truth.get(t, f));
  });
  return { truth, bound };
}

function gated(g: Judged, up: Judged): Judged {
  const [T, F] = g.truth.shape;
  const truth = matrix(T, F, (t, f) => g.truth.get(t, f) * up.truth.get(t, f) + 0);
  const bound = matrix(T, F, (t, f) => {
    const [a, da, b, db] = [g.truth.get(t, f), g.bound.get(t, f), up.truth.get(t, f), up.bound.get(t, f)].map(
      Math.abs,
    );
    const [A, B] = [(a ?? 0) + (da ?? 0), (b ?? 0) + (db ?? 0)];
    return (b ?? 0) * (da ?? 0) + A * (db ?? 0) + u * A * B + eta;
  });
  return { truth, bound };
}

function layerNorm(x: Matrix<"T", "D">, gain: Vector<"D">, bias: Vector<"D">, epsilon: number): Judged {
  const [T, D] = x.shape;
  const truth = reference.layerNorm(x, gain, bias, epsilon);
  const bound = matrix(T, D, (t, d) => {
    const mean = rowSum(x, t, (value) => value) / D;
    const variance = rowSum(x, t, (value) => (value - mean) ** 2) / D;
    const meanError = (D + 1) * u * (rowSum(x, t, Math.abs) / D);
    const centred = Math.abs(x.get(t, d) - mean);
    // Two engines in one: the centred sum of squares, and the mean of squares less the squared mean, which some use.
    const varianceError =
      (D + 5) * u * (rowSum(x, t, (value) => value * value) / D + mean * mean) + meanError ** 2;
    const deviation = Math.sqrt(variance + epsilon);
    const relative = varianceError / (2 * (variance + epsilon)) + 4 * u;
    const normalized = (meanError + u * centred) / deviation + (centred / deviation) * relative;
    return (
      Math.abs(gain.get(d)) * normalized + 2 * u * (Math.abs(truth.get(t, d)) + Math.abs(bias.get(d))) + eta
    );
  });
  return { truth, bound };
}

/** Relative: nothing cancels. */
function rmsNorm(x: Matrix<"T", "D">, gain: Vector<"D">, epsilon: number): Judged {
  const truth = reference.rmsNorm(x, gain, epsilon);
  const relative = ((x.shape[1] + 3) / 2 + 6) * u;
  return { truth, bound: map(truth, (y) => relative * Math.abs(y) + eta) };
}

function softmax(x: Matrix): Judged {
  const truth = reference.softmax(x);
  const [R, n] = x.shape;
  const bound = matrix(R, n, (r, c) => {
    const top = greatest(n, (j) => x.get(r, j));
    const argument = (j: number) => u * Math.abs(x.get(r, j) - top) + C * u;
    return (argument(c) + greatest(n, argument) + (n + 2) * u) * truth.get(r, c) + eta;
  });
  return { truth, bound };
}

/** A pair (a, b) is turned by rounded cosines and sines, in two products and a sum. */
function rotary(x: Matrix<"T", "N·K">, K: number, base: number, start: number, pairing: Pairing): Judged {
  const truth = reference.rotary(x, { K, base, start, pairing });
  const partner = (c: number): number => {
    const e = c % K;
    if (pairing === "interleaved") return e % 2 === 0 ? c + 1 : c - 1;
    return e < K / 2 ? c + K / 2 : c - K / 2;
  };
  const bound = matrix(
    x.shape[0],
    x.shape[1],
    (t, c) => 3 * u * (Math.abs(x.get(t, c)) + Math.abs(x.get(t, partner(c)))) + eta,
  );
  return { truth, bound };
}

/** Errors of weights that add up to 1 only move y by how far values are from y: the centred bound. */
function attend(q: Matrix<"T", "N·K">, k: Matrix<"S", "G·K">, v: Matrix<"S", "G·K">, K: number): Judged {
  const truth = reference.attend(q, k, v, K);
  const p = attentionWeights(q, k, K);
  const [[T, NK], [S, GK]] = [q.shape, k.shape];
  const [N, sharing] = [NK / K, NK / GK];
  const bound = matrix(T, NK, (t, c) => {
    const [n, i] = [Math.floor(c / K), c % K];
    const [query, key] = [n * K, Math.floor(n / sharing) * K];
    const seen = S - T + t + 1;
    const scores = (f: (product: number) => number, s: number) =>
      sum(K, (i) => f(q.get(t, query + i) * k.get(s, key + i))) / Math.sqrt(K);
    const top = greatest(seen, (s) => scores((x) => x, s));
    const scoreError = (s: number) =>
      (K + 2) * u * scores(Math.abs, s) + u * Math.abs(scores((x) => x, s) - top);
    const rho = 2 * greatest(seen, scoreError) + (C + seen + 2) * u;
    const y = truth.get(t, c);
    const around = sum(seen, (s) => p.get(t * N + n, s) * Math.abs(v.get(s, key + i) - y));
    const whole = sum(seen, (s) => p.get(t * N + n, s) * Math.abs(v.get(s, key + i)));
    return rho * around + (seen + 1) * u * whole + u * Math.abs(y) + eta;
  });
  return { truth, bound };
}

/** What the reference says of a recorded case, and the bound around it. */
export const judgements: Readonly<Record<string, (recorded: Recorded) => Judged>> = {
  linear: (r) => product(r.matrix("x"), r.matrix("w"), r.vector("b")),
  relu: (r) => elementwise(r.matrix("x"), relu, () => 0),
  "shifted-relu": (r) =>
    elementwise(r.matrix("x"), { kind: "relu", shift: r.number("shift") }, (_, y) => u * y),
  "fatrelu-strict": (r) =>
    elementwise(
      r.matrix("x"),
      { kind: "fatrelu-strict", threshold: r.number("threshold"), shift: 0 },
      () => 0,
    ),
  silu: (r) => elementwise(r.matrix("x"), silu, siluBound),
  swish: (r) =>
    elementwise(
      r.matrix("x"),
      { kind: "swish", beta: r.number("beta"), shift: 0 },
      (x, y) => siluBound(x, y) + (u * r.number("beta") * x * x) / 4, // βx is rounded, and |sigmoid′| ≤ 1/4
    ),
  gelu: (r) =>
    elementwise(
      r.matrix("x"),
      { kind: "gelu", shift: 0 },
      (x, y) => 0.5 * C * u * Math.abs(x) + 2 * u * Math.abs(y) + eta,
    ),
  "gelu-tanh": (r) =>
    elementwise(
      r.matrix("x"),
      { kind: "gelu-tanh", shift: 0 },
      (x, y) => C * u * Math.abs(x) + 2 * u * Math.abs(y) + eta,
    ),
  add: (r) => rounded(reference.add(r.matrix("x"), r.matrix("y"))),
  mul: (r) => rounded(reference.mul(r.matrix("x"), r.matrix("y"))),
  softmax: (r) => softmax(r.matrix("x")),
  "layer-norm": (r) => layerNorm(r.matrix("x"), r.vector("gain"), r.vector("bias"), r.number("epsilon")),
  "rms-norm": (r) => rmsNorm(r.matrix("x"), r.vector("gain"), r.number("epsilon")),
  rotary: (r) =>
    rotary(r.matrix("x"), r.number("K"), r.number("base"), r.number("start"), r.text("pairing") as Pairing),
  attend: (r) => attend(r.matrix("q"), r.matrix("k"), r.matrix("v"), r.number("K")),
  "feed-forward": (r) => {
    const z = product(r.matrix("x"), r.matrix("up"), r.vector("upBias"));
    const h = activated(z, r.text("activation"));
    return product(
      h.truth as Matrix<"T", "I">,
      r.matrix("down"),
      r.vector("downBias"),
      h.bound as Matrix<"T", "I">,
    );
  },
  "gated-feed-forward": (r) => {
    const up = r.matrix<"F", "D">("up");
    const turned = matrix<"I", "O">(up.shape[1], up.shape[0], (d, f) => up.get(f, d));
    const g = activated(product(r.matrix("x"), r.matrix("gate")), r.text("activation"));
    const h = gated(g, product(r.matrix("x"), turned));
    return product(h.truth as Matrix<"T", "I">, r.matrix("down"), undefined, h.bound as Matrix<"T", "I">);
  },
};

const rounded = (truth: Matrix): Judged => ({ truth, bound: map(truth, (y) => u * Math.abs(y) + eta / 2) });

/** The first element outside its bound, as a sentence; nothing when all are inside. NaN is outside. */
export function violation(recorded: Matrix, { truth, bound }: Judged): string | undefined {
  const [R, C] = truth.shape;
  if (recorded.shape[0] !== R || recorded.shape[1] !== C)
    return `it is [${recorded.shape}]; expected [${R}, ${C}]`;
  for (let r = 0; r < R; r++) {
    for (let c = 0; c < C; c++) {
      const [got, wanted, allowed] = [recorded.get(r, c), truth.get(r, c), bound.get(r, c)];
      if (Math.abs(got - wanted) <= allowed) continue;
      return `[${r}, ${c}] is ${got}; expected ${wanted} within ${allowed}`;
    }
  }
  return undefined;
}
