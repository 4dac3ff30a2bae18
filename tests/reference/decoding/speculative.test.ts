import assert from "node:assert/strict";
import { test } from "node:test";
import { generate } from "../../../reference/decoding/generate.ts";
import { candidates, drawn, greedy } from "../../../reference/decoding/sampling.ts";
import {
  type Pair,
  prefilled,
  type Settings,
  speculate,
  speculativeRound,
} from "../../../reference/decoding/speculative.ts";
import { type Distribution, normalized, verification } from "../../../reference/decoding/verification.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { initialOpt } from "../../../reference/models/initialize.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import type { Ops } from "../../../reference/ops/contract.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { stream } from "../../../reference/random.ts";
import { map, type Tokens } from "../../../reference/tensor.ts";
import { mapTensors } from "../../../reference/weights.ts";
import { chanceOf } from "../../chi-square.ts";
import { none, relu, tinyFalcon, tinyLlama, tinyModels, tinyOpt } from "../models/tiny.ts";

const both: Pair<Ops> = { target: reference, draft: reference };
const prompt = [3, 1, 4];
const settings = (more: Partial<Settings> = {}): Settings => ({
  ...{ gamma: 3, temperature: 0, topP: 1, uniform: stream(1, "speculate").uniform },
  ...more,
});

const plain = (model: Model, prompt: Tokens): Tokens =>
  Array.from(generate(reference, model, prompt, greedy), ({ token }) => token);
const rounds = (models: Pair<Model>, prompt: Tokens, more: Partial<Settings> = {}, ops = both) => [
  ...speculate(ops, models, prompt, settings(more)),
];
const tokensOf = (found: readonly { readonly tokens: Tokens }[]) => found.flatMap(({ tokens }) => tokens);

const pairs = [
  { target: tinyOpt, draft: tinyLlama },
  { target: tinyLlama, draft: tinyFalcon },
  { target: tinyFalcon, draft: tinyOpt },
] as const;

for (const models of pairs) {
  test(`${models.target.family} drafted for by ${models.draft.family}: greedy is the target's own text to its end, for gamma 1 to 8`, () => {
    for (const start of [prompt, [5], [0, 10, 7, 2, 9, 6]]) {
      const wanted = plain(models.target, start);
      for (let gamma = 1; gamma <= 8; gamma++)
        assert.deepEqual(tokensOf(rounds(models, start, { gamma })), wanted, `gamma ${gamma}`);
    }
  });
}

test("a target that skips zeros takes the same tokens", () => {
  const sparse = { target: skipZeros(reference), draft: skipZeros(reference) };
  for (const temperature of [0, 1]) {
    const more = () => ({ temperature, uniform: stream(2, "same").uniform });
    assert.deepEqual(
      tokensOf(rounds(pairs[0], prompt, more(), sparse)),
      tokensOf(rounds(pairs[0], prompt, more())),
    );
  }
});

test("the logits of a window are those of one pass over the text, so the caches were cut back rightly", () => {
  const models = { target: tinyLlama, draft: tinyOpt };
  let text: Tokens = prompt;
  for (const { drafted, tokens, run, next } of rounds(models, prompt, { gamma: 2, temperature: 1 })) {
    const whole = forward(reference, tinyLlama, [...text, ...drafted], empty).logits;
    for (let t = 0; t <= drafted.length; t++)
      for (let v = 0; v < 11; v++)
        assert.ok(Object.is(run.logits.get(t, v), whole.get(text.length - 1 + t, v)));
    text = [...text, ...tokens];
    assert.deepEqual(next.text, text);
    assert.equal(next.caches.target[0]?.keys.shape[0], text.length - 1);
    assert.ok((next.caches.draft[0]?.keys.shape[0] ?? 0) < text.length);
  }
});

test("a model that drafts for itself is always accepted: gamma + 1 tokens a round, until the context ends", () => {
  for (const model of tinyModels) {
    for (const temperature of [0, 1]) {
      const found = rounds({ target: model, draft: model }, prompt, { temperature });
      assert.ok(found.every(({ drafted, accepted }) => accepted === drafted.length));
      assert.deepEqual(
        found.map(({ tokens }) => tokens.length),
        [4, 4, 4, 2],
      ); // 3 + 14 = P + 1
    }
  }
});

test("a draft of a shorter context leaves the rest of the text to the target alone", () => {
  const sizes = { ...tinyOpt.config.sizes, P: 8 };
  const draft = initialOpt({ ...tinyOpt.config, sizes }, 4);
  const found = rounds({ target: tinyLlama, draft }, prompt);
  assert.deepEqual(tokensOf(found), plain(tinyLlama, prompt));
  assert.ok(found.every(({ next, drafted }) => next.text.length < 9 || drafted.length < 3));
  assert.equal(found.at(-1)?.drafted.length, 0);
});

test("topP cuts both distributions: no token comes that the target's own topP leaves out", () => {
  const models = pairs[0];
  const place = prefilled(both, models, prompt);
  const { logits } = forward(reference, models.target, prompt, empty);
  const allowed = new Set(candidates(logits, 2, { temperature: 2, topP: 0.5 }).map(({ token }) => token));
  assert.ok(allowed.size < 7);
  const some = settings({ temperature: 2, topP: 0.5 });
  for (let i = 0; i < 100; i++)
    assert.ok(allowed.has(speculativeRound(both, models, place, some).tokens[0] ?? -1));
});

// A vocabulary of 5 in one layer: the 125 texts of three tokens have probabilities that can be worked out.
const small = (seed: number, scale: number): Model => {
  const sizes = { V: 5, D: 4, F: 6, L: 1, N: 1, G: 1, K: 4, P: 8 };
  const model = initialOpt({ sizes, epsilon: 1e-5, activation: relu, afterNorm: none }, seed);
  return {
    ...model,
    weights: mapTensors(model.weights, (w) => (w.shape.length === 2 ? map(w, (x) => scale * x) : w)),
  };
};
const smallPair = { target: small(1, 25), draft: small(2, 25) };
const start = [1, 3];
const sampling = { temperature: 1, topP: 1 };

const following = (model: Model, text: Tokens): Distribution =>
  normalized(candidates(forward(reference, model, text, empty).logits, text.length - 1, sampling));

/** The probability of each text of three tokens, at 25a + 5b + c. */
function exact(model: Model): readonly number[] {
  const p = new Array<number>(125).fill(0);
  for (const a of following(model, start))
    for (const b of following(model, [...start, a.token]))
      for (const c of following(model, [...start, a.token, b.token]))
        p[25 * a.token + 5 * b.token + c.token] = a.p * b.p * c.p;
  return p;
}

/** How often each text of three tokens came, of so many. */
function counted(verify: typeof verification, texts: number): readonly number[] {
  const counts = new Array<number>(125).fill(0);
  const { uniform } = stream(7, "lossless");
  const some = { ...sampling, gamma: 2, uniform, verify };
  const from = prefilled(both, smallPair, start);
  for (let i = 0; i < texts; i++) {
    let place = from;
    while (place.text.length < 5) place = speculativeRound(both, smallPair, place, some).next;
    const [a = 0, b = 0, c = 0] = place.text.slice(2);
    counts[25 * a + 5 * b + c] = (counts[25 * a + 5 * b + c] ?? 0) + 1;
  }
  return counts;
}

const acceptsAll: typeof verification = (drafted, _, p, uniform) => ({
  accepted: drafted.length,
  next: drawn(p[drafted.length] ?? [], uniform()),
});

const drawsFromP: typeof verification = (drafted, q, p, uniform) => {
  const verdict = verification(drafted, q, p, uniform);
  return { ...verdict, next: drawn(p[verdict.accepted] ?? [], uniform()) };
};

test("sampled texts of three tokens are distributed as the target's own: chi-square of 3,000 over all 125", () => {
  const chance = chanceOf(counted(verification, 3000), exact(smallPair.target));
  assert.ok(chance > 0.001, `${chance}`); // passed by chance alone in 999 of a thousand seeds
});

for (const [what, verify] of [
  ["accepts every token", acceptsAll],
  ["draws from p instead of max(0, p − q)", drawsFromP],
] as const) {
  test(`the same chi-square finds a rule out that ${what}, with 1,000`, () => {
    const chance = chanceOf(counted(verify, 1000), exact(smallPair.target));
    assert.ok(chance < 1e-6, `${chance}`);
  });
}

test("speculate refuses another vocabulary, gamma below 1, and settings outside their domains", () => {
  const first = (models: Pair<Model>, prompt: Tokens, more: Partial<Settings> = {}) =>
    speculate(both, models, prompt, settings(more)).next();
  const [models] = pairs;
  const refuses = (call: () => unknown, message: string) =>
    assert.throws(call, { name: "RangeError", message: `speculate: ${message}` });
  refuses(
    () => first({ target: tinyOpt, draft: small(1, 1) }, prompt),
    "the draft has V = 5 tokens; expected V = 11, the target's",
  );
  for (const gamma of [0, -1, 1.5, Number.NaN])
    refuses(
      () => first(models, prompt, { gamma }),
      `gamma is ${gamma}; expected a whole number of 1 or more`,
    );
  for (const temperature of [-1, Infinity, Number.NaN])
    refuses(
      () => first(models, prompt, { temperature }),
      `temperature is ${temperature}; expected a finite number of 0 or more`,
    );
  for (const topP of [0, 1.1, Number.NaN])
    refuses(() => first(models, prompt, { topP }), `topP is ${topP}; expected a number in (0, 1]`);
  refuses(() => first(models, []), "prompt is empty; expected one token at least, such as BOS");
  refuses(
    () => first(models, new Array<number>(17).fill(1)),
    "prompt has 17 tokens; expected 16 at most, the shorter context",
  );
});
