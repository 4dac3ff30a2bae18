// A shift, or a threshold, so large that no neuron is left would make every layer's feed-forward a constant: nobody means that.
import type { Config } from "../reference/models/config.ts";
import { WrongUse } from "./terminal.ts";

/**
 * Refuses a shift or a threshold that left no neuron alive in any layer.
 *
 * @param sparsities  the fraction of zeros seen in what each layer's down projection reads
 * @param where       on what they were seen, in words
 * @throws {WrongUse} naming the shift or the threshold
 */
export function checkAlive({ activation }: Config, sparsities: readonly number[], where: string): void {
  if (activation.kind === "identity") return;
  const threshold = "threshold" in activation ? activation.threshold : 0;
  if (!(activation.shift > 0 || threshold > 0)) return;
  if (sparsities.some((share) => share !== 1)) return;
  const cause = activation.shift > 0 ? `shift ${activation.shift}` : `threshold ${threshold}`;
  throw new WrongUse(`the ${cause} silences every neuron of every layer ${where}; expected a smaller one`);
}
