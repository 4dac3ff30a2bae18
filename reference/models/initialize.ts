// Where training starts: seeded random weights for each family, every tensor from a stream named by its path.
// So one more tensor, or another order, changes no number of the rest.
import { stream } from "../random.ts";
import { type Matrix, matrix, type Vector, vector } from "../tensor.ts";
import type { Config, RotaryConfig, Sizes } from "./config.ts";
import type { Model } from "./model.ts";
import type { Affine, Norm } from "./opt.ts";

/** Draws tensors for one seed: normal, or with the deviation over √(2L) where a branch joins the residual stream. */
function draw(seed: number, { D, N, G, K, L }: Sizes, deviation: number) {
  const normal = (path: string, rows: number, columns: number, own: number) => {
    const numbers = stream(seed, path);
    return matrix<never, never>(rows, columns, () => own * numbers.normal());
  };
  const inner = <R, C>(path: string, rows: number, columns: number): Matrix<R, C> =>
    normal(path, rows, columns, deviation);
  const joining = <R, C>(path: string, rows: number, columns: number): Matrix<R, C> =>
    normal(path, rows, columns, deviation / Math.sqrt(2 * L));
  const attention = (path: string) => ({
    query: inner<"D", "N·K">(`${path}.query`, D, N * K),
    key: inner<"D", "G·K">(`${path}.key`, D, G * K),
    value: inner<"D", "G·K">(`${path}.value`, D, G * K),
    output: joining<"N·K", "D">(`${path}.output`, N * K, D),
  });
  return { inner, joining, attention };
}

const ones = <A>(size: number): Vector<A> => vector(size, () => 1);
const zeros = <A>(size: number): Vector<A> => vector(size, () => 0);
const norm = <D>(size: number): Norm<D> => ({ gain: ones(size), bias: zeros(size) });
const affine = <I, O>(weight: Matrix<I, O>): Affine<I, O> => ({ weight, bias: zeros(weight.shape[1]) });
const layers = <Y>({ L }: Sizes, layer: (path: string) => Y): readonly Y[] =>
  Array.from({ length: L }, (_, l) => layer(`layers.${l}`));

/**
 * An OPT model with tied embeddings.
 *
 * @param seed       the same seed gives the same weights, on every engine
 * @param deviation  of the normal draws; GPT-2's, for a width of 768 or so
 * @see Radford et al. 2019, "Language models are unsupervised multitask learners", for the deviations
 */
export function initialOpt(
  config: Config,
  seed: number,
  deviation = 0.02,
): Model & { readonly family: "opt" } {
  const { V, D, F, P } = config.sizes;
  const { inner, joining, attention } = draw(seed, config.sizes, deviation);
  const tokens = inner<"V", "D">("tokens", V, D);
  const weights = {
    tokens,
    positions: inner<"P", "D">("positions", P, D),
    layers: layers(config.sizes, (path) => {
      const { query, key, value, output } = attention(path);
      return {
        attentionNorm: norm<"D">(D),
        query: affine(query),
        key: affine(key),
        value: affine(value),
        output: affine(output),
        hiddenNorm: norm<"D">(D),
        up: affine(inner<"D", "F">(`${path}.up`, D, F)),
        down: affine(joining<"F", "D">(`${path}.down`, F, D)),
      };
    }),
    norm: norm<"D">(D),
    unembedding: tokens,
  };
  return { family: "opt", config, weights };
}

/** A Llama model with tied embeddings; the rest as `initialOpt`. */
export function initialLlama(
  config: RotaryConfig,
  seed: number,
  deviation = 0.02,
): Model & { readonly family: "llama" } {
  const { V, D, F } = config.sizes;
  const { inner, joining, attention } = draw(seed, config.sizes, deviation);
  const tokens = inner<"V", "D">("tokens", V, D);
  const weights = {
    tokens,
    layers: layers(config.sizes, (path) => ({
      attentionNorm: ones<"D">(D),
      ...attention(path),
      hiddenNorm: ones<"D">(D),
      gate: inner<"D", "F">(`${path}.gate`, D, F),
      up: inner<"F", "D">(`${path}.up`, F, D),
      down: joining<"F", "D">(`${path}.down`, F, D),
    })),
    norm: ones<"D">(D),
    unembedding: tokens,
  };
  return { family: "llama", config, weights };
}

/** A Falcon model with tied embeddings; the rest as `initialOpt`. */
export function initialFalcon(
  config: RotaryConfig,
  seed: number,
  deviation = 0.02,
): Model & { readonly family: "falcon" } {
  const { V, D, F } = config.sizes;
  const { inner, joining, attention } = draw(seed, config.sizes, deviation);
  const tokens = inner<"V", "D">("tokens", V, D);
  const weights = {
    tokens,
    layers: layers(config.sizes, (path) => ({
      norm: norm<"D">(D),
      ...attention(path),
      up: inner<"D", "F">(`${path}.up`, D, F),
      down: joining<"F", "D">(`${path}.down`, F, D),
    })),
    norm: norm<"D">(D),
    unembedding: tokens,
  };
  return { family: "falcon", config, weights };
}
