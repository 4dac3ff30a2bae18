// A survey: a text read through a model as decoding would, a token at a time, and what that showed and took.
// Paper: sections 3 and 4, table 1's columns, for one model and one text.
import { count, type Work } from "../interpret/count.ts";
import { observe } from "../interpret/observe.ts";
import { skipZeros } from "../interpret/skip-zeros.ts";
import { emptyHistogram, type Histogram, withElements } from "../measure/histogram.ts";
import { noZeros, together, type Zeros, zeros } from "../measure/sparsity.ts";
import { empty } from "../models/cache.ts";
import { forward, type Model } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import type { Tensor, Tokens } from "../tensor.ts";
import { names } from "../weights.ts";

/** The projections whose inputs table 1 speaks of, and the attention output, whose input stays dense. */
export type Input = "qkv" | "output" | "up" | "down";

/** What reading a text through a model showed and took: its likelihood, its zeros, its pre-activations and its work. */
export interface Survey {
  /** how many tokens were predicted */
  readonly predictions: number;
  /** −log p of the next token, in nats, the mean over the predictions */
  readonly meanNegativeLogLikelihood: number;
  /** layer by layer, the zeros in the input of its projections */
  readonly layers: readonly Readonly<Record<Input, Zeros>>[];
  /** layer by layer, what the activation of the feed-forward read: 128 bins from −8 to 8 */
  readonly preactivations: readonly Histogram[];
  /** by its weights, each projection's work over all predictions, as a dense machine does it */
  readonly asked: ReadonlyMap<Tensor, Work>;
  /** the same with the rows of zeros skipped */
  readonly done: ReadonlyMap<Tensor, Work>;
}

/** What a survey needs to know besides its model and its text. */
export interface SurveyOptions {
  /** the token that every window begins with, if the model was trained with one */
  readonly begin?: number | undefined;
  /** |x| below this counts as near zero, x an input of a projection */
  readonly epsilon: number;
  /** told after each prediction */
  readonly progress?: (done: number, total: number, meanNegativeLogLikelihood: number) => void;
}

/**
 * Reads `text` in windows of the model's context, each with an empty cache, and predicts every token of it that
 * something precedes: all but the first, and with a beginning token the first too.
 *
 * @param ops   what computes, `reference` or another implementation
 * @param text  token ids, without the beginning token
 * @throws {RangeError} when there is no token to predict
 */
export function survey(ops: Ops, model: Model, text: Tokens, options: SurveyOptions): Survey {
  const { sizes } = model.config;
  const input = inputs(model);
  const layers = Array.from({ length: sizes.L }, () => ({
    qkv: noZeros,
    output: noZeros,
    up: noZeros,
    down: noZeros,
  }));
  const look = (x: Tensor, w: Tensor): void => {
    const place = input.get(w);
    const layer = place && layers[place.layer];
    if (layer) layer[place.input] = together(layer[place.input], zeros(x, options.epsilon));
  };
  const done = count(observe(ops, look));
  const asked = count(skipZeros(done));

  const windows = inWindows(text, sizes.P, options.begin);
  const total = windows.reduce((sum, { targets }) => sum + targets.length, 0);
  if (total === 0)
    throw new RangeError(`survey: text has ${text.length} tokens; expected two at least, one to predict`);

  const preactivations = layers.map(() => emptyHistogram(-8, 8, 128));
  let [predictions, losses] = [0, 0];
  for (const { tokens, targets } of windows) {
    let cache = empty;
    for (const [t, target] of targets.entries()) {
      const past = cache;
      const { loss, longer } = asked.scope(() => {
        const run = forward(asked, model, tokens.slice(t, t + 1), past);
        for (const [l, { hidden }] of run.layers.entries()) {
          const before = preactivations[l];
          if (before) preactivations[l] = withElements(before, hidden.preactivation);
        }
        return { loss: asked.crossEntropy(run.logits, [target]), longer: run.cache };
      });
      [predictions, losses, cache] = [predictions + 1, losses + loss.get(0), longer];
      options.progress?.(predictions, total, losses / predictions);
    }
  }
  return {
    predictions,
    meanNegativeLogLikelihood: losses / predictions,
    layers,
    preactivations,
    asked: asked.ledger,
    done: done.ledger,
  };
}

interface Window {
  readonly tokens: Tokens;
  /** what follows each token */
  readonly targets: Tokens;
}

/** Windows of P inputs at most, each starting with `begin`, if any; every token that is predicted is so once. */
function inWindows(text: Tokens, P: number, begin: number | undefined): readonly Window[] {
  const windows: Window[] = [];
  const prefix = begin === undefined ? [] : [begin];
  for (let start = 0; start + 1 - prefix.length < text.length; ) {
    const tokens = [...prefix, ...text.slice(start, start + P - prefix.length)];
    const targets = text.slice(start + 1 - prefix.length, start + 1 - prefix.length + tokens.length);
    windows.push({ tokens, targets });
    start += targets.length;
  }
  return windows;
}

/** For the first projection that reads an input: which input that is. Key, value and gate share one with it. */
function inputs(model: Model): ReadonlyMap<Tensor, { readonly layer: number; readonly input: Input }> {
  const reads: Readonly<Record<string, Input>> = { query: "qkv", output: "output", up: "up", down: "down" };
  const found = new Map<Tensor, { layer: number; input: Input }>();
  for (const [tensor, path] of names(model.weights)) {
    const [, layer, projection] = /^layers\.(\d+)\.(\w+)/.exec(path) ?? [];
    const input = projection === undefined ? undefined : reads[projection];
    if (input && tensor.shape.length === 2) found.set(tensor, { layer: Number(layer), input });
  }
  return found;
}
