// The rate of each step: up in a straight line, then down along half a cosine.
import { cos } from "../elementary.ts";

/** How the rate goes over the steps of a run: up to a peak, and down to a share of it. */
export interface Schedule {
  /** how many steps there are */
  readonly steps: number;
  /** how many of them lead up to the peak */
  readonly warmUp: number;
  /** the highest rate, that of step `warmUp` */
  readonly peak: number;
  /** what the last step has, as a share of the peak */
  readonly floor: number;
}

/**
 * The rate of step 1, 2, … `steps`: peak · step / warmUp while step ≤ warmUp, and then
 * peak · (floor + (1 − floor) · (1 + cos(π · (step − warmUp) / (steps − warmUp))) / 2).
 *
 * @see Loshchilov and Hutter 2016, arXiv:1608.03983
 */
export function rate({ steps, warmUp, peak, floor }: Schedule, step: number): number {
  if (step <= warmUp) return (peak * step) / warmUp;
  const way = (step - warmUp) / (steps - warmUp);
  return peak * (floor + ((1 - floor) * (1 + cos(Math.PI * way))) / 2);
}
