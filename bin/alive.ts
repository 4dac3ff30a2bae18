// A shift, or a threshold, so large that no neuron is left would make every layer's feed-forward a constant: nobody means that.
import type { Config } from "../reference/models/config.ts";
import type { Activation } from "../reference/ops/contract.ts";
import { WrongUse } from "./terminal.ts";

/**
 * Refuses a shift or a threshold that left no neuron alive in any layer.
 *
 * @param sparsities  the fraction of zeros seen in what each layer's down projection reads
 * @param where       on what they were seen, in words
 * @throws {WrongUse} naming the shift or the threshold
 */
export function checkAlive(
  { activation, afterNorm }: Config,
  sparsities: readonly number[],
  where: string,
): void {
  if (sparsities.some((share) => share !== 1)) return;
  const causes = [
    ["shift", shiftOf(activation)],
    ["threshold", "threshold" in activation ? activation.threshold : 0],
    ["shift after the norms", shiftOf(afterNorm)],
  ] as const;
  const [name, value] = causes.find(([, value]) => value > 0) ?? [];
  if (name === undefined) return;
  throw new WrongUse(
    `the ${name} ${value} silences every neuron of every layer ${where}; expected a smaller one`,
  );
}

const shiftOf = (f: Activation): number => (f.kind === "identity" ? 0 : f.shift);
