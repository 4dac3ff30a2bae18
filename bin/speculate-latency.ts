// How long decoding takes, plain and speculative, taking turns in one process: milliseconds of processor time a token.
import {
  type Pair,
  type Place,
  prefilled,
  type Settings,
  speculativeRound,
} from "../reference/decoding/speculative.ts";
import { skipZeros } from "../reference/interpret/skip-zeros.ts";
import { forward, type Model } from "../reference/models/model.ts";
import type { Ops } from "../reference/ops/contract.ts";
import { stream } from "../reference/random.ts";
import type { Tokens } from "../reference/tensor.ts";
import { interleaved, spread } from "./interleaved.ts";

export interface Timing {
  readonly gamma: number;
  /** new tokens of each run, fewer where the context ends */
  readonly tokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
  /** of work, for all kinds together */
  readonly seconds: number;
}

/** Milliseconds a token, and of `pass` a pass: medians over the runs. The pass over the prompt is left out. */
export interface Milliseconds {
  /** a plain dense step of the target, and of the draft: the ratio of the two is c */
  readonly plain: number;
  readonly draft: number;
  /** a dense pass of the target over gamma + 1 positions, which the theorems take to cost as much as one step */
  readonly pass: number;
  /** plain decoding with rows of zeros skipped */
  readonly plainSparse: number;
  /** speculative decoding, dense and with rows of zeros skipped in both models */
  readonly standard: number;
  readonly sparse: number;
}

export function latencies(machine: Ops, models: Pair<Model>, prompt: Tokens, timing: Timing): Milliseconds {
  const both = (ops: Ops): Pair<Ops> => ({ target: ops, draft: ops });
  const [dense, sparse] = [both(machine), both(skipZeros(machine))];
  const one = (model: Model): Pair<Model> => ({ target: model, draft: model });
  const kinds = {
    plain: run(dense, one(models.target), prompt, { ...timing, gamma: 0 }),
    draft: run(dense, one(models.draft), prompt, { ...timing, gamma: 0 }),
    pass: windowed(machine, models.target, prompt, timing.gamma + 1),
    plainSparse: run(sparse, one(models.target), prompt, { ...timing, gamma: 0 }),
    standard: run(dense, models, prompt, timing),
    sparse: run(sparse, models, prompt, timing),
  };
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const calls = Object.fromEntries(names.map((name) => [name, () => void kinds[name]()]));
  const found = interleaved(calls, timing.seconds);
  const perToken = names.map((name) => [name, spread(found[name] ?? []).median / kinds[name]()]);
  return Object.fromEntries(perToken) as Record<keyof Milliseconds, number>;
}

/** A call that reads the last token of the prompt so many times over, as a window; it counts as one. */
function windowed(ops: Ops, model: Model, prompt: Tokens, positions: number): () => number {
  const { target: past } = prefilled(
    { target: ops, draft: ops },
    { target: model, draft: model },
    prompt,
  ).caches;
  const window = Array.from({ length: positions }, () => prompt.at(-1) ?? 0);
  return () => {
    ops.scope(() => forward(ops, model, window, past).logits);
    return 1;
  };
}

/** A call that decodes from behind the prompt, the same tokens each time, and says how many; gamma 0 is plain decoding. */
function run(
  ops: Pair<Ops>,
  models: Pair<Model>,
  prompt: Tokens,
  { gamma, tokens, temperature, topP, seed }: Timing,
): () => number {
  const { P } = models.target.config.sizes;
  const start = prefilled(ops, models, prompt);
  return () => {
    const settings: Settings = { gamma, temperature, topP, uniform: stream(seed, "speculate").uniform };
    let place: Place = start;
    while (place.text.length - prompt.length < tokens && place.text.length <= P)
      place = speculativeRound(ops, models, place, settings).next;
    return place.text.length - prompt.length;
  };
}
