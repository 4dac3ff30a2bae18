import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { record } from "../../../reference/interpret/record.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { stream } from "../../../reference/random.ts";
import {
  guessedShare,
  hitsOf,
  onlyGuessed,
  precision,
  recall,
} from "../../../reference/successors/prediction.ts";
import { guessFrom, type logits, trainedPredictor } from "../../../reference/successors/predictor.ts";
import { feedForwards } from "../../../reference/successors/projections.ts";
import { differing, signBits, signGuess } from "../../../reference/successors/sign-predictor.ts";
import { map, matrix } from "../../../reference/tensor.ts";
import { holds, matrices, of, ofVector, rows, sameEverything } from "../../assertions.ts";
import { tinyLlama, tinyOpt, tokens } from "../models/tiny.ts";

test("hitsOf counts what was guessed, what fired, and both; recall and precision are shares of those", () => {
  const hits = hitsOf(of([1, 1, 0, 0], [1, 0, 0, 0]), of([5, 0, 7, 0], [1, 0, 0, 0]));
  assert.deepEqual(hits, { neurons: 8, guessed: 3, active: 3, hits: 2 });
  assert.deepEqual([recall(hits), precision(hits), guessedShare(hits)], [2 / 3, 2 / 3, 3 / 8]);
});

test("recall where none fired is 1, and so is precision where none is guessed: nothing was missed, or made in vain", () => {
  const silent = hitsOf(of([0, 0]), of([0, 0]));
  assert.deepEqual([recall(silent), precision(silent)], [1, 1]);
});

test("hitsOf refuses a guess of another shape", () => {
  assert.throws(() => hitsOf(of([1]), of([1, 2])), {
    name: "RangeError",
    message: "hitsOf: guess is [1, 1]; expected [T, F], the shape of hidden: [1, 2]",
  });
});

test("onlyGuessed with a perfect guess changes no bit, in a plain layer and in a gated one", () => {
  for (const model of [tinyOpt, tinyLlama]) {
    const perfect = new Map(
      feedForwards(model).map(({ into, bias }) => [
        into,
        (x: Parameters<typeof logits>[1]) => map(reference.linear(x, into, bias), (z) => (z > 0 ? 1 : 0)),
      ]),
    );
    const guessed = forward(onlyGuessed(reference, perfect), model, tokens, empty);
    const plain = forward(reference, model, tokens, empty);
    sameEverything(guessed.logits, plain.logits);
    sameEverything(
      guessed.layers.map(({ hidden }) => hidden.hidden),
      plain.layers.map(({ hidden }) => hidden.hidden),
    );
  }
});

test("onlyGuessed computes none of what is not guessed, and leaves other projections alone", () => {
  const [x, w] = [of<"T", "D">([1]), of<"D", "F">([1, 2, 3])];
  const ops = onlyGuessed(reference, new Map([[w, () => of<"T", "F">([1, 0, 1])]]));
  assert.deepEqual(rows(ops.linear(x, w, ofVector(9, 9, 9))), [[10, 0, 12]]);
  assert.deepEqual(rows(ops.activeLinear(x, w)), [[1, 0, 3]]);
  assert.deepEqual(rows(ops.linear(x, of([4]))), [[4]]);
});

test("record(onlyGuessed(…)) does not compile", () => {
  // @ts-expect-error the interpretation has no gradient
  assert.ok(record(onlyGuessed(reference, new Map())));
});

// A layer whose neurons hang on two directions of its input alone: what a predictor of rank 2 can learn.
const random = stream(11, "inputs");
const x = matrix<"T", "D">(200, 6, () => random.normal());
const directions = [0, 1, 2, 3].map((f) => [Math.cos(f), Math.sin(f)] as const);
const hidden = matrix<"T", "F">(200, 4, (t, f) =>
  Math.max(0, x.get(t, 0) * (directions[f]?.[0] ?? 0) + x.get(t, 1) * (directions[f]?.[1] ?? 0) - 0.5),
);
const recipe = { rank: 2, steps: 150, batch: 32, rate: 0.05, seed: 1 };

test("trainedPredictor learns which neurons fire where so thin a matrix can say it", () => {
  const predictor = trainedPredictor(reference, x, hidden, recipe);
  const hits = hitsOf(guessFrom(reference, predictor, 0.5)(x), hidden);
  assert.ok(recall(hits) > 0.9 && precision(hits) > 0.9, `${recall(hits)}, ${precision(hits)}`);
});

test("trainedPredictor gives the same bits for the same seed, and others for another", () => {
  const short = { ...recipe, steps: 3 };
  sameEverything(
    trainedPredictor(reference, x, hidden, short),
    trainedPredictor(reference, x, hidden, short),
  );
  const other = trainedPredictor(reference, x, hidden, { ...short, seed: 2 });
  assert.notEqual(other.narrow.get(0, 0), trainedPredictor(reference, x, hidden, short).narrow.get(0, 0));
});

test("guessFrom by hand: p = 1/2 at logit 0, and a lower threshold guesses more", () => {
  const predictor = { narrow: of<"D", "r">([1]), widen: of<"r", "F">([1, -1]), bias: ofVector<"F">(0, 1) };
  const at = (threshold: number) => rows(guessFrom(reference, predictor, threshold)(of([0], [2], [-2])));
  assert.deepEqual(at(0.5), [
    [1, 1],
    [1, 0],
    [0, 1],
  ]);
  assert.deepEqual(at(0.1), [
    [1, 1],
    [1, 1],
    [1, 1],
  ]); // sigmoid(−2) = .119
  assert.deepEqual(at(0.95), [
    [0, 0],
    [0, 0],
    [0, 1],
  ]);
});

test("guessFrom has recall that never rises with the threshold", () => {
  const predictor = trainedPredictor(reference, x, hidden, { ...recipe, steps: 20 });
  const recalls = [0.05, 0.2, 0.5, 0.8].map((p) =>
    recall(hitsOf(guessFrom(reference, predictor, p)(x), hidden)),
  );
  assert.deepEqual(
    recalls,
    [...recalls].sort((a, b) => b - a),
  );
});

test("trainedPredictor and guessFrom refuse what they cannot use", () => {
  assert.throws(() => trainedPredictor(reference, x, of([1]), recipe), {
    name: "RangeError",
    message: "trainedPredictor: hidden is [1, 1]; expected [T, F], with T the rows of x: [200, 1]",
  });
  assert.throws(() => trainedPredictor(reference, x, hidden, { ...recipe, rank: 0 }), {
    name: "RangeError",
    message: "trainedPredictor: rank is 0; expected a whole number, 1 or more",
  });
  const predictor = trainedPredictor(reference, x, hidden, { ...recipe, steps: 0 });
  for (const threshold of [0, 1, Number.NaN])
    assert.throws(() => guessFrom(reference, predictor, threshold), {
      name: "RangeError",
      message: `guessFrom: threshold is ${threshold}; expected a probability in (0, 1)`,
    });
});

test("signBits puts 32 signs in a word, the first lowest; differing counts the ones of an exclusive or", () => {
  const values = [-1, 1, -0, 0, -5];
  assert.deepEqual([...signBits(5, (d) => values[d] ?? 0)], [0b10001]);
  assert.deepEqual([...signBits(33, (d) => (d >= 31 ? -1 : 1))], [1 << 31, 1]);
  assert.equal(differing(0b1100, 0b1010), 2);
  assert.equal(differing(-1, 0), 32);
});

test("signGuess by hand: of five terms three differ, so the neuron stays off, unless alpha asks for more", () => {
  const row = of<"T", "D">([1, 1, 1, -1, -1]);
  const w = of<"D", "F">([1], [-1], [-1], [-1], [1]); // terms: + − − + −
  assert.deepEqual(rows(signGuess(w, 1)(row)), [[0]]);
  assert.deepEqual(rows(signGuess(w, 1.4)(row)), [[0]]); // 1.4 · 2 < 3
  assert.deepEqual(rows(signGuess(w, 1.5)(row)), [[1]]);
});

test("signGuess is the sign of the product of the signs: an odd D, α = 1, and no zeros", () => {
  const sign = fc.double({ min: -3, max: 3, noNaN: true }).map((v) => (v === 0 ? 1 : v));
  holds(
    fc.property(matrices<"T", "D">(2, 35, sign), matrices<"D", "F">(35, 3, sign), (x, w) => {
      const signs = reference.linear(map(x, Math.sign), map(w, Math.sign));
      assert.deepEqual(rows(signGuess(w, 1)(x)), rows(map(signs, (s) => (s > 0 ? 1 : 0))));
    }),
    30,
  );
});

test("signGuess guesses more neurons with a larger alpha", () => {
  const w = matrix<"D", "F">(6, 40, () => random.normal());
  const shares = [0.5, 1, 2, 4].map(
    (alpha) =>
      rows(signGuess(w, alpha)(x))
        .flat()
        .filter((g) => g !== 0).length,
  );
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  assert.ok((shares[0] ?? 0) < (shares[3] ?? 0));
});

test("signGuess refuses an alpha that is not above 0", () => {
  for (const alpha of [0, -1, Number.NaN, Infinity])
    assert.throws(() => signGuess(of([1]), alpha), {
      name: "RangeError",
      message: `signGuess: alpha is ${alpha}; expected a finite number above 0`,
    });
});
