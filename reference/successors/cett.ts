// CETT, the cumulative error of tail truncation: how much of a feed-forward layer's output is lost with its small neurons.
// It makes sparsity a question that can be put to any activation: how many neurons can go for so much error?
import { type Ops, override } from "../ops/contract.ts";
import { activeLinear } from "../ops/linear.ts";
import { expect, like, type Matrix, matrix, sum, type Tensor } from "../tensor.ts";

/** What multiplies: an implementation, or the reference. */
type Multiplier = Pick<Ops, "activeLinear" | "scope">;

/** What the loss is when all neurons of a size below the threshold go. */
export interface Truncation {
  readonly threshold: number;
  /** the mean over the tokens, in [0, 1] or a little above where outputs cancel */
  readonly cett: number;
  /** the fraction of neurons that go, zeros among them, in [0, 1] */
  readonly sparsity: number;
}

/**
 * The size of a neuron's output: n[t, f] = |h[t, f]| · ‖down[f, ·]‖.
 *
 * @param hidden  what down reads, [T, F]
 * @param down    [F, D]
 * @returns n, [T, F]
 * @throws {RangeError} when the two differ in F
 * @see Zhang et al. 2024, arXiv:2402.03804
 */
export function outputSizes(hidden: Matrix<"T", "F">, down: Matrix<"F", "D">): Matrix<"T", "F"> {
  const [[T, F], [, D]] = [hidden.shape, down.shape];
  expect(down, [F, D], "outputSizes: down is @; expected [F, D], with F the columns of hidden");
  const lengths = Array.from({ length: F }, (_, f) =>
    Math.sqrt(sum(D, (d) => down.get(f, d) * down.get(f, d))),
  );
  return matrix(T, F, (t, f) => Math.abs(hidden.get(t, f)) * (lengths[f] ?? Number.NaN));
}

/**
 * CETT = ‖Σ_{f: n[t, f] < threshold} h[t, f] · down[f, ·]‖ / ‖Σ_f h[t, f] · down[f, ·]‖, the mean over t.
 *
 * The output is that of the neurons: a bias of down is no neuron's and stays out. A token without any has CETT 0.
 *
 * @param sizes  what is compared with the threshold, [T, F]: `outputSizes`, or |h|
 * @param ops    what multiplies
 * @throws {RangeError} when sizes is not [T, F]
 * @see Zhang et al. 2024, arXiv:2402.03804
 */
export function cett(
  hidden: Matrix<"T", "F">,
  down: Matrix<"F", "D">,
  sizes: Matrix<"T", "F">,
  threshold: number,
  ops: Multiplier = plain,
): Truncation {
  return lossAt(threshold, { hidden, down, sizes, ops, whole: lengthsOf(ops, hidden, down) });
}

interface Layer {
  readonly hidden: Matrix<"T", "F">;
  readonly down: Matrix<"F", "D">;
  readonly sizes: Matrix<"T", "F">;
  readonly ops: Multiplier;
  /** the length of each token's output before anything is dropped */
  readonly whole: readonly number[];
}

function lossAt(threshold: number, { hidden, down, sizes, ops, whole }: Layer): Truncation {
  expect(sizes, hidden.shape, "cett: sizes is @; expected [T, F], the shape of hidden");
  let count = 0;
  const data = new Float64Array(hidden.size);
  for (let i = 0; i < data.length; i++)
    if ((sizes.data[i] ?? 0) < threshold) [data[i], count] = [hidden.data[i] ?? 0, count + 1];
  const lost = lengthsOf(ops, like(hidden, data), down);
  const mean = sum(lost.length, (t) => share(lost[t] ?? 0, whole[t] ?? 0)) / lost.length;
  return { threshold, cett: mean, sparsity: count / hidden.size };
}

/**
 * The largest threshold that bisection finds to keep CETT at or below the limit.
 *
 * CETT rises with the threshold but for cancellation between outputs, so there may be a larger one. What is returned
 * does keep the limit.
 *
 * @param limit  in [0, 1]; at 0 only what is zero goes
 * @throws {RangeError} when the limit is outside, or sizes is not [T, F]
 */
export function truncation(
  hidden: Matrix<"T", "F">,
  down: Matrix<"F", "D">,
  sizes: Matrix<"T", "F">,
  limit: number,
  ops: Multiplier = plain,
): Truncation {
  if (!(limit >= 0 && limit <= 1))
    throw new RangeError(`truncation: limit is ${limit}; expected a CETT in [0, 1]`);
  const layer = { hidden, down, sizes, ops, whole: lengthsOf(ops, hidden, down) };
  let best = lossAt(Number.MIN_VALUE, layer); // zeros alone
  let [low, high] = [0, 2 * largest(sizes)];
  for (let step = 0; step < STEPS; step++) {
    const found = lossAt((low + high) / 2, layer);
    if (found.cett <= limit) [best, low] = [found, found.threshold];
    else high = found.threshold;
  }
  return best;
}

/**
 * `ops`, whose down projections read h where |h[t, f]| · ‖down[f, ·]‖ reaches the threshold, and 0 elsewhere: a model
 * whose small neurons are gone.
 *
 * @param thresholds  by the weights of the down projection
 */
export function truncated(ops: Ops, thresholds: ReadonlyMap<Tensor, number>): Ops {
  const cut = <I>(h: Matrix<"T", I>, w: Matrix<I, unknown>): Matrix<"T", I> => {
    const least = thresholds.get(w);
    if (least === undefined) return h;
    const sizes = outputSizes(h as Matrix<"T", "F">, w as Matrix<"F", "D">);
    const [T, F] = h.shape;
    return matrix(T, F, (t, f) => (sizes.get(t, f) < least ? 0 : h.get(t, f)));
  };
  return override(ops, {
    linear: (x, w, b) => ops.linear(cut(x, w), w, b),
    activeLinear: (x, w, b) => ops.activeLinear(cut(x, w), w, b),
  });
}

const STEPS = 24; // to 10^-7 of the largest size
const plain: Multiplier = { activeLinear, scope: (body) => body() };

/** The length of each row of h · down. */
const lengthsOf = (ops: Multiplier, h: Matrix<"T", "F">, down: Matrix<"F", "D">): readonly number[] =>
  ops.scope(() => {
    const y = ops.activeLinear(h, down);
    return Array.from({ length: y.shape[0] }, (_, t) => lengthOfRow(y, t));
  });

/** The largest element, 0 at least. */
const largest = (x: Matrix): number => {
  let most = 0;
  for (const value of x.data) most = Math.max(most, value);
  return most;
};

const lengthOfRow = (x: Matrix, t: number): number =>
  Math.sqrt(sum(x.shape[1], (c) => x.get(t, c) * x.get(t, c)));

/** a / b, and 0 where nothing is lost of nothing. */
const share = (a: number, b: number): number => (a === 0 ? 0 : a / b);
