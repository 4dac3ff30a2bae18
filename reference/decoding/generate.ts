// Generation: the prompt in one pass, then one token at a time through the cache.
import { empty } from "../models/cache.ts";
import { forward, type Model, type Run } from "../models/model.ts";
import type { Ops } from "../ops/contract.ts";
import type { Tokens } from "../tensor.ts";
import type { Choose } from "./sampling.ts";

/** A new token, and the run whose last logits it was chosen by. */
export interface Step {
  readonly token: number;
  readonly run: Run;
}

/**
 * The tokens that follow the prompt, for as long as they are asked for and fit the context.
 *
 * The n-th pass is made when the n-th token is asked for, so that taking N of them makes N passes. Their logits equal,
 * bit for bit, those of one pass over prompt and tokens together: the contract's law.
 *
 * @param ops     the interpretation: `reference`, `skipZeros(reference)`, …
 * @param prompt  one token at least, P at most
 * @param choose  the next token by the logits: `greedy`, or a `sampler`
 * @throws {RangeError} when the prompt is empty or does not fit the context
 */
export function* generate(ops: Ops, model: Model, prompt: Tokens, choose: Choose): Generator<Step> {
  const { P } = model.config.sizes;
  if (prompt.length === 0)
    throw new RangeError("generate: prompt is empty; expected one token at least, such as BOS");
  if (prompt.length > P) {
    throw new RangeError(
      `generate: prompt has ${prompt.length} tokens; expected P = ${P} at most, the context`,
    );
  }

  let [tokens, cache] = [prompt, empty];
  for (let end = prompt.length; end <= P; end++) {
    const [next, past] = [tokens, cache];
    const run = ops.scope(() => forward(ops, model, next, past));
    const token = choose(run.logits);
    yield { token, run };
    [tokens, cache] = [[token], run.cache];
  }
}
