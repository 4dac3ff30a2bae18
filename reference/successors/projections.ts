// Where in a model the methods of this folder act: its feed-forward layers and its projections, known by their weights.
import type { Model } from "../models/model.ts";
import { scalar } from "../ops/activation.ts";
import type { Matrix, Tensor, Vector } from "../tensor.ts";
import { names } from "../weights.ts";

/** The matrices of one feed-forward layer, whatever its family. */
export interface FeedForward {
  /** what the activation reads is a product with this: up, or the gate of a gated layer */
  readonly into: Matrix<"D", "F">;
  readonly bias: Vector<"F"> | undefined;
  /** the up projection of a gated layer, [F, D]: row f is what neuron f reads */
  readonly gated: Matrix<"F", "D"> | undefined;
  readonly down: Matrix<"F", "D">;
}

/** The feed-forward layers, from the first to the last. */
export function feedForwards(model: Model): readonly FeedForward[] {
  switch (model.family) {
    case "opt":
    case "opt-post-norm":
      return model.weights.layers.map(({ up, down }) => plain(up.weight, down.weight, up.bias));
    case "falcon":
      return model.weights.layers.map(({ up, upBias, down }) => plain(up, down, upBias));
    case "llama":
      return model.weights.layers.map(({ gate, gateBias, up, down }) => ({
        into: gate,
        bias: gateBias,
        gated: up,
        down,
      }));
  }
}

const plain = (into: Matrix<"D", "F">, down: Matrix<"F", "D">, bias: Vector<"F"> | undefined) => ({
  into,
  bias,
  gated: undefined,
  down,
});

/** The weight matrices of the layers' projections, with their paths: embeddings and head are none of them. */
export const projections = (model: Model): ReadonlyMap<Matrix, string> =>
  new Map(
    [...names(model.weights)].filter(
      (entry): entry is [Matrix, string] => isMatrix(entry[0]) && /^layers\.\d+\./.test(entry[1]),
    ),
  );

const isMatrix = (x: Tensor): x is Matrix => x.shape.length === 2;

/**
 * Requires an activation with f(0) = 0 that is zero for what is negative: a neuron then is active or is not.
 *
 * @param method  who asks, for the sentence
 * @throws {RangeError} when the model's activation is none
 */
export function expectZeros(method: string, { config: { activation } }: Model): void {
  const f = scalar(activation);
  if (activation.kind !== "identity" && f(-1) === 0 && f(0) === 0) return;
  throw new RangeError(
    `${method}: the activation is ${activation.kind}; expected one that is zero for what is negative, such as relu`,
  );
}

/**
 * The gated up projections, layer by layer.
 *
 * @param method  who asks, for the sentence
 * @throws {RangeError} when the family has none
 */
export const expectGated = (method: string, model: Model): readonly Matrix<"F", "D">[] =>
  feedForwards(model).map(({ gated }) => {
    if (gated) return gated;
    throw new RangeError(
      `${method}: the model is of the family ${model.family}; expected a gated feed-forward, as llama has`,
    );
  });

/**
 * Requires a plain feed-forward, whose hidden layer is the activation of its pre-activations.
 *
 * @param method  who asks, for the sentence
 * @throws {RangeError} when it is gated
 */
export function expectPlain(method: string, model: Model): void {
  if (feedForwards(model).every(({ gated }) => !gated)) return;
  throw new RangeError(
    `${method}: the model is of the family ${model.family}; expected a plain feed-forward, as opt and falcon have`,
  );
}
