import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Distribution, normalized, verification } from "../../../reference/decoding/verification.ts";
import { stream } from "../../../reference/random.ts";
import { holds } from "../../assertions.ts";
import { chanceOf, chiSquareTail } from "../../chi-square.ts";

const of = (...p: readonly number[]): Distribution => p.map((p, token) => ({ token, p }));
/** The numbers one after another, then no more. */
const numbers = (...values: readonly number[]) => {
  const left = [...values];
  return () => left.shift() ?? assert.fail("one draw too many");
};

test("chiSquareTail at the .001 points of a table: 13.816 for 2 degrees of freedom, 29.588 for 10, 149.449 for 100", () => {
  for (const [degrees, x] of [
    [1, 10.828],
    [2, 13.816],
    [10, 29.588],
    [100, 149.449],
  ] as const)
    assert.ok(Math.abs(chiSquareTail(x, degrees) - 0.001) < 2e-6, `${degrees}`);
});

test("verification accepts where u · q < p: u = .7 accepts p = .4 against q = .5, u = .81 does not", () => {
  const [q, p] = [of(0.5, 0.5), of(0.4, 0.6)];
  assert.deepEqual(verification([0], [q], [p, of(0, 1)], numbers(0.7, 0.5)), { accepted: 1, next: 1 });
  assert.deepEqual(verification([0], [q], [p, of(1, 0)], numbers(0.81, 0.5)), { accepted: 0, next: 1 });
});

test("verification always accepts what the target likes at least as well as the draft", () => {
  assert.equal(verification([1], [of(0.5, 0.5)], [of(0.4, 0.6), of(1, 0)], numbers(0.999999, 0)).accepted, 1);
});

test("verification stops at the first token refused: later ones are not looked at", () => {
  const [q, p] = [of(1, 0), of(0, 1)];
  assert.deepEqual(verification([0, 0, 0], [q, q, q], [q, p, q, q], numbers(0, 0.5, 0)), {
    accepted: 1,
    next: 1,
  });
});

test("verification draws the token instead from max(0, p − q): never one that the draft offers too often", () => {
  const [q, p] = [of(0.7, 0.2, 0.1), of(0.2, 0.4, 0.4)]; // what is missing: 0, .2, .3
  const next = (u: number) => verification([0], [q], [p, p], numbers(0.99, u)).next;
  assert.deepEqual([0, 0.39, 0.41, 0.99].map(next), [1, 1, 2, 2]);
});

test("verification of equal distributions accepts all, whatever is drawn, and adds one of the target's", () => {
  holds(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (u) => {
      const p = of(0.1, 0.2, 0.7);
      assert.equal(verification([0, 1, 2], [p, p, p], [p, p, p, p], () => u).accepted, 3);
    }),
  );
});

test("verification where a token is refused though nothing is missing draws from p: rounding alone can do that", () => {
  const p = of(0.5, 0.5);
  assert.equal(verification([0], [of(1, 1)], [p, p], numbers(0.9, 0.9)).next, 1);
});

test("normalized scales what topP left to 1", () => {
  assert.deepEqual(
    normalized([
      { token: 3, p: 0.3 },
      { token: 1, p: 0.1 },
    ]),
    [
      { token: 3, p: 0.3 / 0.4 },
      { token: 1, p: 0.1 / 0.4 },
    ],
  );
});

const accepting = (
  tokens: readonly number[],
  _q: unknown,
  p: readonly Distribution[],
  uniform: () => number,
) => {
  uniform();
  return { accepted: tokens.length, next: p.length };
};

for (const [what, verify, sound] of [
  ["verification", verification, true],
  ["a rule that accepts everything", accepting, false],
] as const) {
  test(`${what} ${sound ? "leaves" : "does not leave"} the distribution p, whatever q: chi-square of 4,000 draws`, () => {
    const [q, p] = [of(0.6, 0.2, 0.1, 0.1), of(0.1, 0.3, 0.3, 0.3)];
    const { uniform } = stream(1, what);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) {
      const u = uniform();
      const drafted = u < 0.6 ? 0 : u < 0.8 ? 1 : u < 0.9 ? 2 : 3;
      const { accepted, next } = verify([drafted], [q], [p, p], uniform);
      const first = accepted > 0 ? drafted : next;
      counts[first] = (counts[first] ?? 0) + 1;
    }
    const chance = chanceOf(
      counts,
      p.map(({ p }) => p),
    );
    assert.ok(sound ? chance > 0.001 : chance < 1e-9, `${chance}`);
  });
}
