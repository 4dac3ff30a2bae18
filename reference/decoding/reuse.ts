// The reuse trial: γ tokens load their neurons, the next γ may fire no others; what does that cost in likelihood?
// Paper: section 5.1, figure 7c. A cache of the restricted tokens goes on as it is, as it would in decoding.
import { type Loaded, reuse } from "../interpret/reuse.ts";
import { union } from "../measure/aggregated.ts";
import { type Cache, empty } from "../models/cache.ts";
import { forward, type Model } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import { type Stream, stream } from "../random.ts";
import { sum, type Tokens, type Vector, vector } from "../tensor.ts";
import type { Context } from "./contexts.ts";
import { firing, neuronRows } from "./firing.ts";

/** Who may fire in the second γ: all, the neurons that the first γ used, or as many in each layer, drawn at random. */
export type Allowed = "all" | "loaded" | "random";

/** How a reuse trial reads: how long its stretches are, and who may fire in the second of each pair. */
export interface ReuseOptions {
  /** γ: how many tokens load, and how many then reuse */
  readonly gamma: number;
  readonly allowed: Allowed;
  /** of the random sets */
  readonly seed: number;
  /** told after each context */
  readonly progress?: (done: number, total: number) => void;
}

/** What a reuse trial shows: the losses of its second stretches, and what share of neurons the first ones used. */
export interface ReuseTrial {
  /** −log p of each token that a restricted position predicted, in nats; the same tokens for each `allowed` */
  readonly losses: readonly number[];
  /** the share of each layer's neurons that the first γ tokens used, in [0, 1], the mean over the pairs of stretches */
  readonly loaded: readonly number[];
}

/**
 * Reads each context in stretches of γ tokens: one as it is, one in which only the allowed neurons may fire, and so on.
 * What a context has beyond its last full pair of stretches is not read.
 *
 * @param ops  what computes; the restriction is put around it
 * @throws {RangeError} when γ is not a whole number of 1 or more, or no context has room for 2 γ tokens
 */
export function reuseTrial(
  ops: Ops,
  model: Model,
  read: readonly Context[],
  { gamma, allowed, seed, progress }: ReuseOptions,
): ReuseTrial {
  checkGamma(gamma, Math.max(0, ...read.map(({ tokens }) => tokens.length)));
  const draws = stream(seed, "reuse");
  const losses: number[] = [];
  const sets: (readonly Vector<"F">[])[] = [];
  for (const [i, { tokens, targets }] of read.entries()) {
    let cache = empty;
    for (let start = 0; start + 2 * gamma <= tokens.length; start += 2 * gamma) {
      const [middle, end] = [start + gamma, start + 2 * gamma];
      const load = loading(ops, model, tokens.slice(start, middle), cache);
      const chosen = allowed === "random" ? load.used.map((set) => asMany(set, draws)) : load.used;
      const restricted = allowed === "all" ? ops : reuse(ops, rowsOf(model, chosen));
      const stretch = { tokens: tokens.slice(middle, end), targets: targets.slice(middle, end) };
      const next = reading(restricted, model, stretch, load.cache);
      losses.push(...next.losses);
      sets.push(load.used);
      cache = next.cache;
    }
    progress?.(i + 1, read.length);
  }
  return { losses, loaded: meanShares(sets) };
}

function checkGamma(gamma: number, longest: number): void {
  if (!(Number.isInteger(gamma) && gamma >= 1))
    throw new RangeError(`reuseTrial: gamma is ${gamma}; expected a whole number, 1 or more`);
  if (2 * gamma > longest)
    throw new RangeError(
      `reuseTrial: the longest context has ${longest} tokens; expected 2 · gamma = ${2 * gamma} at least`,
    );
}

/** Reads tokens as they are, and says which neurons of each layer they used. */
const loading = (ops: Ops, model: Model, tokens: Tokens, past: Cache) =>
  ops.scope(() => {
    const { run, masks } = firing(ops, model, tokens, past);
    return { used: masks.map(union), cache: run.cache };
  });

/** Reads tokens, and says how unlikely each one's target was. */
const reading = (ops: Ops, model: Model, { tokens, targets }: Context, past: Cache) =>
  ops.scope(() => {
    const run = forward(ops, model, tokens, past);
    const losses = ops.crossEntropy(run.logits, targets);
    return { losses: targets.map((_, t) => losses.get(t)), cache: run.cache };
  });

/** Each layer's set, for the tensors whose rows are its neurons'. */
const rowsOf = (model: Model, sets: readonly Vector[]): Loaded =>
  new Map(
    neuronRows(model).flatMap((tensors, l) => {
      const set = sets[l];
      return set ? tensors.map((w) => [w, set] as const) : [];
    }),
  );

const size = (set: Vector<"F">): number => sum(set.size, (f) => set.get(f));

/** A random set of as many neurons. */
function asMany(set: Vector<"F">, draws: Stream): Vector<"F"> {
  const drawn = new Set(draws.shuffle(Array.from({ length: set.size }, (_, f) => f)).slice(0, size(set)));
  return vector(set.size, (f) => Number(drawn.has(f)));
}

const meanShares = (sets: readonly (readonly Vector<"F">[])[]): readonly number[] =>
  (sets[0] ?? []).map((_, l) => {
    const shares = sets.flatMap((layers) => {
      const set = layers[l];
      return set ? [size(set) / set.size] : [];
    });
    return sum(shares.length, (i) => shares[i] ?? 0) / shares.length;
  });
