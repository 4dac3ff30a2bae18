// A shift so large that no neuron is left would make every layer's feed-forward a constant: nobody means that.
import { sparsity, type Zeros } from "../reference/measure/sparsity.ts";
import type { Config } from "../reference/models/config.ts";
import { WrongUse } from "./terminal.ts";

/**
 * Refuses a shift that left no neuron alive in any layer.
 *
 * @param layers  the zeros seen in what each layer's down projection reads
 * @param where   on what they were seen, in words
 */
export function checkAlive(
  { activation }: Config,
  layers: readonly { readonly down: Zeros }[],
  where: string,
): void {
  if (activation.kind === "identity" || activation.shift <= 0) return;
  if (!layers.every(({ down }) => sparsity(down) === 1)) return;
  throw new WrongUse(
    `the shift ${activation.shift} silences every neuron of every layer ${where}; expected a smaller one`,
  );
}
