// What projections read and gave over a text, kept: the material that thresholds, predictors and measures are made from.
// For a few thousand tokens; `observe` alone, which keeps nothing, is for more.
import { observe } from "../interpret/observe.ts";
import { empty } from "../models/cache.ts";
import { forward, type Model } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import { type Matrix, matrixOf, type Numbers, type Tensor, type Tokens } from "../tensor.ts";

/** A projection's inputs [T, I] and results [T, O], a row a token, in the order of the text. */
export interface Sighting {
  readonly input: Matrix<"T">;
  readonly result: Matrix<"T">;
}

/**
 * Reads `text` in windows of the model's context, each with an empty cache, and keeps what the wanted projections saw.
 *
 * @param ops     the interpretation that is looked at
 * @param text    T token ids, one at least
 * @param wanted  weights of projections; a gated product's result is after its gate
 * @throws {RangeError} when the text is empty
 */
export function sightings(
  ops: Ops,
  model: Model,
  text: Tokens,
  wanted: Iterable<Tensor>,
): ReadonlyMap<Tensor, Sighting> {
  if (text.length === 0) throw new RangeError("sightings: text has no tokens; expected one at least");
  const { P } = model.config.sizes;
  const seen = new Map([...wanted].map((w) => [w, { inputs: [] as Matrix[], results: [] as Matrix[] }]));
  const looked = observe(ops, (input, w, result) => {
    const kept = seen.get(w);
    kept?.inputs.push(copy(input));
    kept?.results.push(copy(result));
  });
  for (let start = 0; start < text.length; start += P)
    looked.scope(() => void forward(looked, model, text.slice(start, start + P), empty));
  return new Map(
    [...seen].map(([w, { inputs, results }]) => [w, { input: stacked(inputs), result: stacked(results) }]),
  );
}

/**
 * What one projection saw.
 *
 * @throws {RangeError} when it is not among what was wanted
 */
export function sightingOf(seen: ReadonlyMap<Tensor, Sighting>, w: Tensor): Sighting {
  const found = seen.get(w);
  if (found) return found;
  throw new RangeError("sightingOf: w is a projection that was not looked at; expected one that was wanted");
}

/** A tensor that outlasts the scope it was made in. */
const copy = (x: Matrix): Matrix => matrixOf(x.data.slice(), x.shape[0], x.shape[1]);

/** The rows of all, one after another. */
function stacked(parts: readonly Matrix[]): Matrix<"T"> {
  const T = parts.reduce((rows, { shape }) => rows + shape[0], 0);
  const columns = parts[0]?.shape[1] ?? 0;
  const single = parts[0]?.data instanceof Float32Array;
  const data: Numbers = single ? new Float32Array(T * columns) : new Float64Array(T * columns);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.size;
  }
  return matrixOf(data, T, columns);
}
