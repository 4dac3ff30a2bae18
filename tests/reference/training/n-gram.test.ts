import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nGram } from "../../../reference/training/n-gram.ts";
import { holds } from "../../assertions.ts";

const u = 2 ** -53;
const near = (got: number, wanted: number, roundings: number) =>
  assert.ok(Math.abs(got - wanted) <= roundings * u * Math.abs(wanted), `${got} is not ${wanted}`);

test("nGram(text, 1, alphabet) of aabc: a twice, b and c once, so d = 2/(2 + 2), and d · 3/4 is left for all alike", () => {
  const { probability } = nGram("aabc", 1, 4);
  const rest = (0.5 * 3) / 4 / 4; // a quarter of it each, the unseen included
  assert.equal(probability("", "a"), 1.5 / 4 + rest);
  assert.equal(probability("", "b"), 0.5 / 4 + rest);
  assert.equal(probability("", "z"), rest);
});

test("nGram(text, 2, alphabet) of abab: by hand, with the lower order counting contexts", () => {
  // After a: b twice. After b: a once. d₂ = 1/(1 + 2 · 1) = 1/3. Below: a follows one kind of character, b one:
  // p₁ = (1 − d₁)/2 + d₁ · 2/2 · 1/3 with d₁ = 2/2 = 1, so 1/3 for each of an alphabet of three.
  const { probability } = nGram("abab", 2, 3);
  near(probability("a", "b"), (2 - 1 / 3) / 2 + (1 / 3 / 2) * (1 / 3), 8);
  near(probability("a", "a"), (1 / 3 / 2) * (1 / 3), 8);
  near(probability("b", "a"), 1 - 1 / 3 + 1 / 9, 8);
  near(probability("c", "a"), 1 / 3, 8); // a context never seen leaves the shorter one to speak
});

test("nGram counts below the highest order in how many contexts a character was seen, not how often", () => {
  // u follows q alone, six times; e follows three characters, once each. After z, unseen, e is the better guess.
  const { probability } = nGram("ququququququaebece", 2, 8);
  assert.ok(probability("z", "e") > probability("z", "u"));
  assert.ok(probability("q", "u") > 0.8);
});

test("nGram: the probabilities of the alphabet add up to 1 after any context, seen or not", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 });
  holds(
    fc.property(texts, texts, fc.integer({ min: 1, max: 5 }), (text, context, n) => {
      const { probability } = nGram(text, n, 4);
      const all = ["a", "b", "c", "d"].map((next) => probability(context.slice(0, n - 1), next));
      assert.ok(
        all.every((p) => p >= 0 && p <= 1 + 8 * u),
        `${all}`,
      );
      // 5 roundings an order, on at most 1, and the three of the sum.
      const sum = all.reduce((total, p) => total + p, 0);
      assert.ok(Math.abs(sum - 1) <= (5 * n + 3) * 4 * u, `${sum} after ${context} in ${text}`);
    }),
  );
});

test("nGram gives everything a chance, where a text repeats whole and no count is 1 too", () => {
  const { probability } = nGram("abab".repeat(3), 2, 3);
  near(probability("a", "b"), 5.5 / 6 + 0.5 / 6 / 3, 8); // d₂ = 1/2; below, d₁ = 2/2 leaves all to the uniform one
  assert.ok(probability("a", "z") > 0 && probability("b", "b") > 0);
});

test("nGram of an empty text knows nothing: every character has 1/alphabet", () => {
  assert.equal(nGram("", 3, 5).probability("ab", "c"), 0.2);
});

test("meanNegativeLogLikelihood(text) is the mean of −log p from the n-th character on", () => {
  const { probability, meanNegativeLogLikelihood } = nGram("abab", 2, 3);
  const wanted = -(Math.log(probability("a", "b")) + Math.log(probability("b", "c"))) / 2;
  near(meanNegativeLogLikelihood("abc"), wanted, 16);
  near(nGram("", 1, 7).meanNegativeLogLikelihood("xyz"), Math.log(7), 16);
});

test("nGram of a higher order finds a text of its own kind the less surprising", () => {
  const text = "the cat sat on the mat and the rat sat on the cat. ".repeat(3);
  const judged = [1, 2, 3].map((n) =>
    nGram(text, n, 27).meanNegativeLogLikelihood("the rat sat on the mat."),
  );
  for (const [i, loss] of judged.entries()) assert.ok(loss < (judged[i - 1] ?? Math.log(27)), `${judged}`);
});

test("nGram refuses an order that is no positive whole number, and a text to judge that is shorter", () => {
  for (const n of [0, -1, 1.5])
    assert.throws(() => nGram("abc", n, 3), {
      name: "RangeError",
      message: `nGram: n is ${n}; expected a positive whole number, the order`,
    });
  assert.throws(() => nGram("abc", 3, 3).meanNegativeLogLikelihood("ab"), {
    name: "RangeError",
    message: "nGram: the text to judge has 2 characters; expected n = 3 at least",
  });
});
