import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Case } from "../../../reference/oracle/case.ts";
import { caseOf } from "../../../reference/oracle/cases/making.ts";
import { adequacyOf, constantRatio } from "../../../reference/oracle/suite-adequacy.ts";
import { knownOf } from "../../../reference/oracle/suite-writer.ts";
import { holds } from "../../assertions.ts";

const ratio = (hi: readonly number[], bound: readonly number[]): number =>
  constantRatio(Float64Array.from(hi), Float64Array.from(bound));

test("constantRatio(hi, bound) is how far the best constant is off, worked by hand", () => {
  assert.equal(ratio([1, 3], [1, 1]), 1); // 2, off by one bound of each
  assert.equal(ratio([0, 8], [1, 3]), 2); // 2: two bounds of either
  assert.equal(ratio([5, 5, 5], [0, 0, 0]), 0);
  assert.equal(ratio([], []), 0);
  assert.equal(ratio([5, 6], [0, 0]), Infinity);
  assert.equal(ratio([5, 6], [0, Infinity]), 0); // anything will do for the second
  assert.equal(ratio([Number.NaN, Number.NaN], [0, 0]), 0);
  assert.equal(ratio([Number.NaN, 1], [0, 1]), Infinity);
  assert.equal(ratio([Infinity, -Infinity], [0, 0]), Infinity);
});

test("constantRatio(hi, bound) is the greatest of every two elements' distance over their bounds", () => {
  const element = fc.tuple(
    fc.double({ min: -9, max: 9, noNaN: true }),
    fc.double({ min: 0.125, max: 2, noNaN: true }),
  );
  holds(
    fc.property(fc.array(element, { maxLength: 12 }), (elements) => {
      let most = 0;
      for (const [x, a] of elements) for (const [y, b] of elements) most = Math.max(most, (x - y) / (a + b));
      assert.equal(
        ratio(
          elements.map(([x]) => x),
          elements.map(([, b]) => b),
        ),
        most,
      );
    }),
  );
});

const adequacy = (given: Case) => {
  const { truth, gauge } = knownOf(given);
  return adequacyOf(given, truth, gauge);
};

test("adequacyOf(given, …) tells a case that says something from one that lets zeros or constants pass", () => {
  const linear = (name: string, x: (i: number) => number) =>
    caseOf("linear", "F32", "bounded", name, (make) => ({
      x: make.of([3, 40], x),
      w: make.normal([40, 5]),
    }));
  const { zeroRatio, constRatio, lowPrecisionRatio } = adequacy(
    linear("random", (i) => 0.1 + ((i * 37) % 11)),
  );
  assert.ok(zeroRatio > 1e4 && constRatio > 1e4 && lowPrecisionRatio > 1e3);
  assert.deepEqual(adequacy(linear("nothing", () => 0)), {
    zeroRatio: 0,
    constRatio: 0,
    lowPrecisionRatio: 0,
  });
});

test("adequacyOf(given, …) of an exact case is Infinity where a bit is missed, and 0 where none is", () => {
  const whole = (most: number) =>
    caseOf("add", "F32", "exact", `whole-${most}`, (make) => ({
      x: make.of([1, 2], (i) => most - i),
      y: make.of([1, 2], () => 0),
    }));
  const missed = { zeroRatio: Infinity, constRatio: Infinity };
  assert.deepEqual(adequacy(whole(200)), { ...missed, lowPrecisionRatio: 0 }); // BF16 has 200 and 199
  assert.deepEqual(adequacy(whole(1001)), { ...missed, lowPrecisionRatio: Infinity }); // and not 1001
});
