// Speculative decoding: a small draft proposes gamma tokens, the target judges them in one pass of gamma + 1 positions.
// Paper: section 5.2, on Leviathan et al. 2023. What such a pass shows and takes is in speculative-survey.ts.
import { type Cache, empty } from "../models/cache.ts";
import { forward, type Model, type Run } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import { firstRows, type Tokens } from "../tensor.ts";
import { candidates, drawn } from "./sampling.ts";
import { type Distribution, normalized, verification } from "./verification.ts";

/** One value for the target, and one for the draft. */
export interface Pair<X> {
  readonly target: X;
  readonly draft: X;
}

/** How `speculate` goes about it: how much is drafted, how tokens are drawn, and how a window is judged. */
export interface Settings {
  /** tokens drafted a round, 1 or more; fewer where the context ends */
  readonly gamma: number;
  /** 0 or more; 0 is greedy: exactly the text that `generate` takes with `greedy` */
  readonly temperature: number;
  /** in (0, 1], as of `sampler` */
  readonly topP: number;
  /** the next number of a stream, uniform in [0, 1) */
  readonly uniform: () => number;
  /** how a window is judged: `verification` unless given, the one that leaves the distribution as it is */
  readonly verify?: typeof verification;
}

/** How far a text is: its tokens, and what each model remembers of them. The last token is read by neither. */
export interface Place {
  readonly text: Tokens;
  readonly caches: Pair<Cache>;
}

/** A round: what the draft proposed, how much of it the target accepted, and what the text grew by. */
export interface Round {
  /** what the draft proposed: gamma tokens, or as many as the contexts have room for */
  readonly drafted: Tokens;
  /** how many of the drafted were accepted: the first so many */
  readonly accepted: number;
  /** what the text grew by: the accepted tokens, and one of the target's own */
  readonly tokens: Tokens;
  /** the target's pass over the last token and the drafted ones */
  readonly run: Run;
  /** where the next round begins */
  readonly next: Place;
}

/**
 * Rounds of tokens that follow the prompt, distributed exactly as the target alone would draw them, for as long as they
 * are asked for and the target's context lasts.
 *
 * @param ops     what computes each model
 * @param prompt  one token at least; both contexts must hold it
 * @throws {RangeError} when the vocabularies differ, the prompt does not fit, or a setting is outside its domain
 * @see Leviathan, Kalman and Matias 2023, arXiv:2211.17192, algorithm 1
 */
export function* speculate(
  ops: Pair<Ops>,
  models: Pair<Model>,
  prompt: Tokens,
  settings: Settings,
): Generator<Round> {
  check(models, prompt, settings);
  let place = prefilled(ops, models, prompt);
  while (place.text.length <= models.target.config.sizes.P) {
    const round = speculativeRound(ops, models, place, settings);
    yield round;
    place = round.next;
  }
}

/** The place after the prompt: all of it but the last token read by both models. */
export function prefilled(ops: Pair<Ops>, models: Pair<Model>, prompt: Tokens): Place {
  const read = prompt.slice(0, -1);
  const cache = (of: keyof Pair<unknown>): Cache =>
    read.length === 0 ? empty : ops[of].scope(() => forward(ops[of], models[of], read, empty).cache);
  return { text: prompt, caches: { target: cache("target"), draft: cache("draft") } };
}

/**
 * One round: gamma tokens x_i ~ q_i of the draft, one pass of the target for p_0 … p_gamma, the verdict, and both caches
 * cut back to what was accepted. With no room for a drafted token it is a step of plain decoding.
 */
export function speculativeRound(
  ops: Pair<Ops>,
  models: Pair<Model>,
  { text, caches }: Place,
  settings: Settings,
): Round {
  const { target, draft } = models;
  const n = text.length;
  const room = Math.min(target.config.sizes.P - n, draft.config.sizes.P - n + 1);
  const gamma = Math.max(0, Math.min(settings.gamma, room));
  const proposal = proposed(ops.draft, draft, { text, cache: caches.draft }, { ...settings, gamma });

  const window = [...text.slice(-1), ...proposal.drafted];
  const run = ops.target.scope(() => forward(ops.target, target, window, caches.target));
  const p = window.map((_, t) => normalized(candidates(run.logits, t, settings)));
  const { verify = verification, uniform } = settings;
  const { accepted, next } = verify(proposal.drafted, proposal.q, p, uniform);

  const tokens = [...proposal.drafted.slice(0, accepted), next];
  const known = n + accepted; // of the longer text, all but the last token
  const cut = { target: cutBack(run.cache, known), draft: cutBack(proposal.cache, known) };
  const { drafted } = proposal;
  return { drafted, accepted, tokens, run, next: { text: [...text, ...tokens], caches: cut } };
}

interface Proposal {
  readonly drafted: Tokens;
  /** what each drafted token was drawn from */
  readonly q: readonly Distribution[];
  readonly cache: Cache;
}

/** gamma tokens of the draft, one pass each; the first also reads what the draft has not seen yet. */
function proposed(
  ops: Ops,
  model: Model,
  { text, cache: known }: { readonly text: Tokens; readonly cache: Cache },
  { gamma, uniform, ...sampling }: Settings,
): Proposal {
  const [drafted, q]: [number[], Distribution[]] = [[], []];
  let cache = known;
  let unread = text.slice(known[0]?.keys.shape[0] ?? 0);
  while (drafted.length < gamma) {
    const [tokens, past] = [unread, cache];
    const run = ops.scope(() => {
      const { logits, cache } = forward(ops, model, tokens, past);
      return { logits, cache };
    });
    const distribution = normalized(candidates(run.logits, tokens.length - 1, sampling));
    const token = drawn(distribution, uniform());
    q.push(distribution);
    drafted.push(token);
    [unread, cache] = [[token], run.cache];
  }
  return { drafted, q, cache };
}

/** What a cache remembers of the first positions: a cache is a value, so the longer one stays true. */
const cutBack = (cache: Cache, positions: number): Cache =>
  cache.map(({ keys, values }) => {
    const rows = Math.min(positions, keys.shape[0]);
    return { keys: firstRows(keys, rows), values: firstRows(values, rows) };
  });

/** @throws {RangeError} as `speculate` does */
export function check(
  { target, draft }: Pair<Model>,
  prompt: Tokens,
  { gamma, temperature, topP }: Settings,
): void {
  const [{ V, P }, small] = [target.config.sizes, draft.config.sizes];
  if (small.V !== V)
    throw new RangeError(`speculate: the draft has V = ${small.V} tokens; expected V = ${V}, the target's`);
  if (!(Number.isSafeInteger(gamma) && gamma >= 1))
    throw new RangeError(`speculate: gamma is ${gamma}; expected a whole number of 1 or more`);
  if (!(temperature >= 0 && temperature < Infinity))
    throw new RangeError(`speculate: temperature is ${temperature}; expected a finite number of 0 or more`);
  if (!(topP > 0 && topP <= 1))
    throw new RangeError(`speculate: topP is ${topP}; expected a number in (0, 1]`);
  const most = Math.min(P, small.P);
  if (prompt.length === 0)
    throw new RangeError("speculate: prompt is empty; expected one token at least, such as BOS");
  if (prompt.length > most)
    throw new RangeError(
      `speculate: prompt has ${prompt.length} tokens; expected ${most} at most, the shorter context`,
    );
}
