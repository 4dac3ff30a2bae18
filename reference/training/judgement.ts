// A model judged on text: its likelihood, its zeros layer by layer, and what its activations read.
// Paper: the columns of table 1 and figures 1, 2, 4, 5 and 11, over whole windows at once.
import { observe } from "../interpret/observe.ts";
import { emptyHistogram, type Histogram, withElements } from "../measure/histogram.ts";
import { noZeros, together, type Zeros, zeros } from "../measure/sparsity.ts";
import { empty } from "../models/cache.ts";
import { forward, type Model } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import { sum, type Tensor, type Tokens } from "../tensor.ts";
import { names } from "../weights.ts";
import { strides } from "./corpus.ts";

/** The inputs that table 1 speaks of. */
export const INPUTS = ["qkv", "up", "down"] as const;

/** A model judged on a text: its likelihood, its zeros layer by layer, and what its activations read. */
export interface Judgement {
  /** −log p a token, in nats, the mean over all tokens but the first */
  readonly loss: number;
  /** layer by layer, the zeros in the input of its projections */
  readonly layers: readonly Readonly<Record<(typeof INPUTS)[number], Zeros>>[];
  /** what each layer's activation read: 64 bins from −8 to 8 */
  readonly preactivations: readonly Histogram[];
}

/**
 * Reads `text` as `validationLoss` does, and looks at what passes: a token's loss counts once, its zeros in every window
 * that it stands in, of which two overlap by half.
 *
 * @param context  T, the tokens of a window
 * @param epsilon  |x| below this is near zero
 * @throws {RangeError} when there is nothing to predict
 */
export function judgement(ops: Ops, model: Model, text: Tokens, context: number, epsilon: number): Judgement {
  if (text.length < 2)
    throw new RangeError(
      `judgement: the text has ${text.length} tokens; expected two at least, one to predict`,
    );
  const { look, layers } = zerosSeen(model, epsilon);
  const seen = observe(ops, look);
  const preactivations = layers.map(() => emptyHistogram(-8, 8, 64));
  let loss = 0;
  for (const { window, counts } of strides(text, context)) {
    const { tokens, targets } = window;
    loss += ops.scope(() => {
      const run = forward(seen, model, tokens, empty);
      for (const [l, { hidden }] of run.layers.entries()) {
        const before = preactivations[l];
        if (before) preactivations[l] = withElements(before, hidden.preactivation);
      }
      const losses = ops.crossEntropy(run.logits, targets);
      return sum(counts, (i) => losses.get(tokens.length - counts + i));
    });
  }
  return { loss: loss / (text.length - 1), layers, preactivations };
}

/** A look for `observe`, and the zeros that it has seen so far in the inputs of each layer. */
export function zerosSeen(model: Model, epsilon: number) {
  const places = placesOf(model);
  const layers = model.weights.layers.map(() => ({ qkv: noZeros, up: noZeros, down: noZeros }));
  const look = (x: Tensor, w: Tensor): void => {
    const place = places.get(w);
    const layer = place && layers[place.layer];
    if (layer) layer[place.input] = together(layer[place.input], zeros(x, epsilon));
  };
  return { look, layers };
}

/** The first projection of each layer that reads an input. */
function placesOf(model: Model) {
  const reads: Readonly<Record<string, (typeof INPUTS)[number]>> = { query: "qkv", up: "up", down: "down" };
  const found = new Map<Tensor, { readonly layer: number; readonly input: (typeof INPUTS)[number] }>();
  for (const [w, path] of names(model.weights)) {
    const [, layer, projection = ""] = /^layers\.(\d+)\.(\w+)/.exec(path) ?? [];
    const input = reads[projection];
    if (input && w.shape.length === 2) found.set(w, { layer: Number(layer), input });
  }
  return found;
}
