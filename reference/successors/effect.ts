// What a method does to a model, in two numbers of held-out text: likelihood, and zeros in what each projection reads.
import { observe } from "../interpret/observe.ts";
import { noZeros, sparsity, together, type Zeros, zeros } from "../measure/sparsity.ts";
import type { Model } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import type { Tensor, Tokens } from "../tensor.ts";
import { validationLoss } from "../training/train.ts";

export interface Effect {
  /** −log p of the next token, in nats, the mean over all tokens of the text but the first */
  readonly meanNegativeLogLikelihood: number;
  /** the zeros in what each projection read */
  readonly inputs: ReadonlyMap<Tensor, Zeros>;
}

/**
 * Reads a text under an interpretation, each token predicted from half a context at least.
 *
 * The windows overlap for that, and zeros are counted over all of their tokens: those of the second half of a window
 * come again as the first half of the next.
 *
 * @param machine    what computes
 * @param interpret  what the method makes of it: `teal`, `cats`, …
 * @param told       how many tokens are predicted, of how many
 */
export function effect(
  machine: Ops,
  model: Model,
  text: Tokens,
  interpret: (ops: Ops) => Ops = (ops) => ops,
  told?: (done: number, total: number) => void,
): Effect {
  const inputs = new Map<Tensor, Zeros>();
  const look = (x: Tensor, w: Tensor): void =>
    void inputs.set(w, together(inputs.get(w) ?? noZeros, zeros(x, 0)));
  const ops = interpret(observe(machine, look));
  const { P } = model.config.sizes;
  return { meanNegativeLogLikelihood: validationLoss(ops, model, text, P, told), inputs };
}

/** The fraction of zeros in what the given projections read together, in [0, 1]; NaN of none. */
export const inputSparsity = ({ inputs }: Effect, projections: Iterable<Tensor>): number =>
  sparsity([...projections].reduce((all, w) => together(all, inputs.get(w) ?? noZeros), noZeros));
