// AdamW over a tree of weights: slopes are gathered window by window, clipped together, and each weight takes a step.
import { pow } from "../elementary.ts";
import type { Slopes } from "../interpret/record.ts";
import type { InPlace } from "../ops/contract.ts";
import { map, type Tensor } from "../tensor.ts";
import { mapTensors, names } from "../weights.ts";

/** What every step of AdamW goes by, besides its rate. */
export interface Rules {
  /** the share of the first moment, a running mean of slopes, that a step keeps */
  readonly beta1: number;
  /** the share of the second moment, a running mean of their squares, that a step keeps */
  readonly beta2: number;
  /** added to the root of the second moment, which divides the first */
  readonly epsilon: number;
  /** times the rate, the share of a matrix that a step takes off; vectors, which are gains and biases, do not decay */
  readonly decay: number;
  /** the longest that all slopes together may be; longer ones are scaled down to it */
  readonly clip: number;
}

/** What one weight tensor carries from step to step. */
interface Carried {
  readonly path: string;
  readonly weight: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
  readonly slope: Tensor;
}

/** The moments of a weight, by its path. */
export interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
}

/** The weights in training, which change in place, and what AdamW knows of each. */
export class Optimizer<W> {
  readonly weights: W;
  readonly #machine: InPlace;
  readonly #rules: Rules;
  readonly #carried: readonly Carried[];
  #step: number;

  /**
   * @param machine  what holds the tensors and changes them
   * @param weights  a record of tensors, copied
   * @param before   the moments after `step` steps, by path; none for a beginning
   */
  constructor(machine: InPlace, weights: W, rules: Rules, step = 0, before?: ReadonlyMap<string, Moments>) {
    [this.#machine, this.#rules, this.#step] = [machine, rules, step];
    this.weights = mapTensors(weights, (w) => machine.own(w));
    this.#carried = [...names(this.weights)].map(([weight, path]) => {
      const zero = map(weight, () => 0);
      const { first, second } = before?.get(path) ?? { first: zero, second: zero };
      return {
        path,
        weight,
        first: machine.own(first),
        second: machine.own(second),
        slope: machine.own(zero),
      };
    });
  }

  /** How many steps were taken. */
  get step(): number {
    return this.#step;
  }

  get moments(): ReadonlyMap<string, Moments> {
    return new Map(this.#carried.map(({ path, first, second }) => [path, { first, second }]));
  }

  /** Adds the slopes of one window; a weight without one has slope 0. */
  gather(slopes: Slopes): void {
    for (const { weight, slope } of this.#carried) {
      const more = slopes.get(weight);
      if (more) this.#machine.accumulate(slope, more);
    }
  }

  /** The length of all gathered slopes together. */
  length(): number {
    let squares = 0;
    for (const { slope } of this.#carried) squares += this.#machine.squares(slope);
    return Math.sqrt(squares);
  }

  /**
   * One step down the gathered slopes, which are then forgotten.
   *
   * @param rate    how far; the schedule knows
   * @param length  that of the slopes: above the rules' clip they are scaled down to it
   */
  descend(rate: number, length: number): void {
    const { beta1, beta2, epsilon, decay, clip } = this.#rules;
    this.#step++;
    const shared = {
      rate,
      beta1,
      beta2,
      epsilon,
      scale: length > clip ? clip / length : 1,
      correction1: 1 - pow(beta1, this.#step),
      correction2: 1 - pow(beta2, this.#step),
    };
    for (const { weight, first, second, slope } of this.#carried) {
      const own = { ...shared, decay: weight.shape.length === 2 ? decay : 0 };
      this.#machine.adamw(weight, first, second, slope, own);
    }
    this.forget();
  }

  /** Forgets the gathered slopes: the step that they were for is not taken. */
  forget(): void {
    for (const { slope } of this.#carried) this.#machine.clear(slope);
  }

  /** Gives every tensor back to the machine: the weights are then no longer there. */
  release(): void {
    for (const { weight, first, second, slope } of this.#carried)
      for (const x of [weight, first, second, slope]) this.#machine.disown(x);
  }
}
