// What a model is taught: the next token, and beside it a teacher's logits or a penalty on what is not zero.
// Paper: its finetuning has the first alone. Each objective says where the tape begins to pull, and how hard.
import type { Slopes, Tape } from "../interpret/record.ts";
import { empty } from "../models/cache.ts";
import { forward, type Model, type Run } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import { like, map, sum, type Tensor } from "../tensor.ts";
import type { Window } from "./corpus.ts";

/** One window's share of a step's loss. */
export interface Aim {
  /** the share of the next-token loss, in nats a token, whatever else is aimed at: what a curve shows */
  readonly loss: number;
  /** the slopes of the whole objective along the tensors that it speaks of */
  readonly seeds: Slopes;
}

/** What an objective judges: a window, and the run that it made. */
export interface Attempt {
  readonly tape: Ops & Tape;
  /** what computes, unrecorded: for a teacher */
  readonly machine: Ops;
  readonly run: Run;
  readonly window: Window;
  /** one token's part of the step's mean loss: 1 / (T · windows) */
  readonly share: number;
  /** the step, 1 at first */
  readonly step: number;
}

/** What a model is taught: from a window's run to its share of the loss, and the slopes that the tape pulls from. */
export type Objective = (attempt: Attempt) => Aim;

/** share · Σ_t −log p(target t) */
export const nextToken: Objective = ({ tape, run, window, share }) => {
  const losses = tape.crossEntropy(run.logits, window.targets);
  return {
    loss: share * sum(losses.size, (t) => losses.get(t)),
    seeds: new Map([[losses, map(losses, () => share)]]),
  };
};

/**
 * (1 − mix) of the next token's loss, and mix · τ² · KL(teacher ‖ student) of the logits over τ: the slope along the
 * student's logits z is share · mix · τ · (softmax(z/τ) − softmax(z_teacher/τ)).
 *
 * @param teacher  the model before surgery, its weights where the machine reads them
 * @param mix      in [0, 1]: 0 is the next token alone, 1 the teacher alone
 * @param tau      above 0: the temperature of both
 * @throws {RangeError} when mix or tau is outside
 * @see Hinton, Vinyals and Dean 2015, arXiv:1503.02531
 */
export function distilled(teacher: Model, mix: number, tau: number): Objective {
  if (!(mix >= 0 && mix <= 1)) throw new RangeError(`distilled: mix is ${mix}; expected 0 ≤ mix ≤ 1`);
  if (!(tau > 0 && tau < Infinity))
    throw new RangeError(`distilled: tau is ${tau}; expected a finite number above 0`);
  return (attempt) => {
    const { machine, run, window, share } = attempt;
    const wanted = machine.scope(() => {
      const { logits } = forward(machine, teacher, window.tokens, empty);
      return machine.softmax(over(logits, tau));
    });
    const got = machine.softmax(over(run.logits, tau));
    const towards = difference(got, wanted, share * mix * tau);
    const { loss, seeds } = nextToken(attempt);
    const weighted = [...seeds].map(([y, dy]) => [y, map(dy, (slope) => (1 - mix) * slope)] as const);
    return { loss, seeds: new Map<Tensor, Tensor>([...weighted, [run.logits, towards]]) };
  };
}

/**
 * `objective`, and strength(step) · Σ_l mean over T and F of |h_l|: its slope along each hidden value is its sign.
 *
 * @param strength  the weight of the penalty at each step, 0 or more
 * @see Song et al. 2024, arXiv:2402.13516
 */
export const sparing =
  (objective: Objective, strength: (step: number) => number): Objective =>
  (attempt) => {
    const { loss, seeds } = objective(attempt);
    const { run, share, step } = attempt;
    const penalties = run.layers.map(({ hidden: { hidden } }) => {
      const weight = (strength(step) * share) / hidden.shape[1];
      return [hidden, map(hidden, (h) => weight * Math.sign(h))] as const;
    });
    return { loss, seeds: new Map<Tensor, Tensor>([...seeds, ...penalties]) };
  };

const over = <X extends Tensor>(x: X, tau: number): X => map(x, (value) => value / tau);

/** weight · (x − y) */
const difference = <X extends Tensor>(x: X, y: NoInfer<X>, weight: number): X => {
  const data = new Float64Array(x.size);
  for (let i = 0; i < data.length; i++) data[i] = weight * ((x.data[i] ?? 0) - (y.data[i] ?? 0));
  return like(x, data);
};
