import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bestGamma,
  expectedTokens,
  independent,
  theorem1,
  theorem2,
  weighted,
} from "../../../reference/measure/speculative.ts";
import { holds } from "../../assertions.ts";

const near = (got: number, wanted: number, tolerance = 5e-7): void =>
  assert.ok(Math.abs(got - wanted) < tolerance, `${got}; expected ${wanted}`);
const none = () => 0;

for (const [c, gamma, unused, wanted] of [
  [0.02, 16, 0.25, 1.233645],
  [0.05, 4, 0.5, 1.714286],
  [0, 8, 0.3, 1.428571],
  [0.01, 64, 0.2, 1.138889],
] as const) {
  test(`theorem1 at c = ${c}, gamma = ${gamma}, s̄ = ${unused} is ${wanted}`, () =>
    near(theorem1({ c, gamma, unused }), wanted));
}

for (const [alpha, c, gamma, unused, wanted] of [
  [0.8, 0.02, 10, 0, 3.808753],
  [0.8, 0.02, 10, 0.25, 4.811056],
  [0.6, 0.05, 4, 0.5, 3.293714],
] as const) {
  test(`theorem2 at alpha = ${alpha}, c = ${c}, gamma = ${gamma}, s̄ = ${unused} is ${wanted}`, () =>
    near(theorem2({ c, gamma, unused }, alpha), wanted));
}

test("theorem2 at alpha = 1 is the limit (gamma + 1) / (c·gamma + 1 − s̄), at alpha = 0 one token a round", () => {
  near(theorem2({ c: 0.1, gamma: 5, unused: 0.5 }, 1), 6 / 1);
  near(theorem2({ c: 0.1, gamma: 5, unused: 0.5 }, 1 - 1e-9), 6, 1e-6);
  near(theorem2({ c: 0.1, gamma: 5, unused: 0.5 }, 0), 1);
});

test("expectedTokens is the quotient of the paper wherever that has a value", () => {
  holds(
    fc.property(
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      fc.integer({ min: 1, max: 64 }),
      (alpha, gamma) => near(expectedTokens(alpha, gamma), (1 - alpha ** (gamma + 1)) / (1 - alpha), 1e-9),
    ),
  );
});

test("expectedTokens takes any gamma in no time", () => {
  assert.equal(expectedTokens(1, 2 ** 52), 2 ** 52 + 1);
  near(expectedTokens(0.75, Number.MAX_SAFE_INTEGER), 4);
  assert.equal(expectedTokens(0.5, 3), 1.875);
});

for (const [alpha, wanted] of [
  [0.6, 6],
  [0.7, 8],
  [0.8, 11],
  [0.9, 19],
] as const) {
  test(`bestGamma at c = .02, dense, alpha = ${alpha} is ${wanted}`, () =>
    assert.equal(bestGamma(0.02, alpha, none).gamma, wanted));
}

test("bestGamma under a falling s̄ is at or below the dense one", () => {
  const share = fc.double({ min: 0, max: 0.99, noNaN: true });
  holds(
    fc.property(share, share, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (alpha, s, c) => {
      assert.ok(bestGamma(c, alpha, independent([s])).gamma <= bestGamma(c, alpha, none).gamma);
    }),
    20,
  );
});

test("bestGamma takes the first of equals, the end of the range where nothing limits it, and tells the speedup", () => {
  assert.equal(bestGamma(0, 0, none).gamma, 1);
  assert.deepEqual(bestGamma(0, 1, none), { gamma: 256, speedup: 257 });
  assert.deepEqual(bestGamma(0, 1, none, [2, 8, 4]), { gamma: 8, speedup: 9 });
  near(bestGamma(1, 0.2, none).speedup, 0.6);
});

test("independent(sparsities) is the mean over layers of s_l to the gamma, not the power of the mean", () => {
  near(independent([0.5, 1])(2), (0.25 + 1) / 2);
  assert.equal(independent([0.9])(1), 0.9);
});

test("weighted(unused, share) speaks of all the weights: a third of an OPT's block is down", () => {
  near(weighted(independent([0.9]), 1 / 3)(2), 0.27);
});

test("theorem1 rises with s̄ and falls with c; theorem2 is theorem1 times the standard speedup", () => {
  const share = fc.double({ min: 0, max: 0.9, noNaN: true });
  holds(
    fc.property(share, share, fc.integer({ min: 1, max: 32 }), share, (c, unused, gamma, alpha) => {
      const round = { c, gamma, unused };
      assert.ok(theorem1({ ...round, unused: unused + 0.1 }) > theorem1(round));
      assert.ok(theorem1({ ...round, c: c + 0.1 }) <= theorem1(round));
      near(theorem2(round, alpha) / (theorem1(round) * theorem2({ ...round, unused: 0 }, alpha)), 1, 1e-12);
    }),
  );
});

test("theorem1 and theorem2 refuse what is outside their domains, naming it", () => {
  const round = { c: 0.1, gamma: 4, unused: 0.5 };
  const refuses = (call: () => unknown, message: string) =>
    assert.throws(call, { name: "RangeError", message });
  for (const c of [-0.1, Number.NaN, Infinity])
    refuses(() => theorem1({ ...round, c }), `theorem1: c is ${c}; expected a number of 0 or more`);
  for (const gamma of [0, -1, 1.5, Number.NaN])
    refuses(
      () => theorem1({ ...round, gamma }),
      `theorem1: gamma is ${gamma}; expected a whole number of 1 or more`,
    );
  for (const unused of [-0.1, 1.1, Number.NaN])
    refuses(
      () => theorem2({ ...round, unused }, 0.5),
      `theorem2: unused is ${unused}; expected a number in [0, 1]`,
    );
  for (const alpha of [-0.1, 1.1, Number.NaN])
    refuses(() => theorem2(round, alpha), `expectedTokens: alpha is ${alpha}; expected a number in [0, 1]`);
  refuses(
    () => theorem1({ c: 0, gamma: 4, unused: 1 }),
    "theorem1: c is 0 and unused is 1, a round that takes no time; expected c·gamma + 1 − unused > 0",
  );
  refuses(() => bestGamma(0.1, 0.5, none, []), "bestGamma: gammas is empty; expected one at least");
});
