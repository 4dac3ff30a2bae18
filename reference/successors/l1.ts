// An L1 penalty on the hidden layer whose weight rises in stages, so that no stage shocks the model.
// From ProSparse: the penalty, the constant first stage, and the rise along sine curves. The rest is said to be ours.
import { sin } from "../elementary.ts";
import { type Matrix, map, sum, type Tensor } from "../tensor.ts";

/** One stage: until which step, and the weight it ends with. */
export interface Stage {
  /** its last step, counted from 1 */
  readonly until: number;
  readonly peak: number;
}

/**
 * λ(step): constant in the first stage; in stage i, from step a to b, from the last peak to its own along half a wave,
 * λ = λ_{i−1} + (λ_i − λ_{i−1}) · (1 + sin(π (step − a) / (b − a) − π/2)) / 2; then the last peak.
 *
 * The curve leaves and reaches each peak with slope 0. Ours: that stages end at steps of the optimizer, and that the last
 * peak stays.
 *
 * @param stages  one at least, each ending later than the one before, with a peak not lower than that
 * @param step    1 at first
 * @throws {RangeError} when the stages are not in such an order
 * @see Song et al. 2024, arXiv:2402.13516
 */
export function penaltyWeight(stages: readonly Stage[], step: number): number {
  checkStages(stages);
  let [start, from] = [0, stages[0]?.peak ?? 0];
  for (const { until, peak } of stages) {
    if (step <= until) {
      const along = (1 + sin(Math.PI * ((step - start) / (until - start)) - Math.PI / 2)) / 2;
      return from + (peak - from) * along;
    }
    [start, from] = [until, peak];
  }
  return from;
}

function checkStages(stages: readonly Stage[]): void {
  if (stages.length === 0) throw new RangeError("penaltyWeight: stages is empty; expected one at least");
  let before: Stage = { until: 0, peak: 0 };
  for (const [i, stage] of stages.entries()) {
    if (!(stage.until > before.until && stage.peak >= before.peak && stage.peak < Infinity))
      throw new RangeError(
        `penaltyWeight: stage ${i} ends at ${stage.until} with ${stage.peak}; expected later than ${before.until}, and ${before.peak} or more`,
      );
    before = stage;
  }
}

/**
 * λ · Σ_l mean over t and f of |h_l[t, f]|. Ours: the mean over the neurons, so that λ does not depend on F.
 *
 * @param hidden  what the down projection of each layer reads, [T, F]
 */
export const penalty = (hidden: readonly Matrix<"T", "F">[], lambda: number): number =>
  lambda * sum(hidden.length, (l) => meanSize(hidden[l]));

const meanSize = (h?: Tensor): number =>
  h ? sum(h.size, (i) => Math.abs(h.data[i] ?? Number.NaN)) / h.size : 0;

/**
 * The slope of the penalty along each hidden tensor, λ/(T·F) · sign(h): seeds for `pull` of the tape, beside the loss's.
 *
 * At h = 0 it is 0, so a neuron that is off is left alone. Behind a ReLU the others are pushed down, by equal steps
 * whatever their height.
 *
 * @param hidden  as `penalty`
 */
export const penaltySlopes = (
  hidden: readonly Matrix<"T", "F">[],
  lambda: number,
): ReadonlyMap<Tensor, Tensor> =>
  new Map(hidden.map((h) => [h, map(h, (x) => (lambda / h.size) * Math.sign(x))]));
