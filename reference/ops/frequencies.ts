// How fast each pair of a head turns. A context that was made longer after training turns slow pairs slower still, so that
// the angles of far positions are those of near ones in training.
import { pow } from "../elementary.ts";
import type { Rotation } from "./contract.ts";

/** The angle of pair i at position 1: base^(−2i/K), times what scaling makes of it. */
export const frequency = (rotation: Omit<Rotation, "start" | "pairing">, i: number): number =>
  pow(rotation.base, (-2 * i) / rotation.K) * stretch(rotation, i);

/**
 * What scaling multiplies the frequency of pair i by: 1 without scaling, 1/factor for all pairs when it is linear.
 *
 * Llama 3's goes by how often the pair turned within the original context: highFactor times and it stays as it is,
 * lowFactor times or fewer and it is divided by the factor, and between the two it goes from one to the other evenly.
 *
 * @see the model cards of Llama 3.1, and Chen et al. 2023, arXiv:2306.15595, for linear scaling
 */
export function stretch({ K, base, scaling }: Omit<Rotation, "start" | "pairing">, i: number): number {
  if (!scaling) return 1;
  const { factor } = scaling;
  if (scaling.kind === "linear") return 1 / factor;
  const { lowFactor, highFactor, positions } = scaling;
  const turns = (positions * pow(base, (-2 * i) / K)) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - lowFactor) / (highFactor - lowFactor)));
  return (1 - kept) / factor + kept;
}
