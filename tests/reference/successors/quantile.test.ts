import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { quantile } from "../../../reference/successors/quantile.ts";
import { holds } from "../../assertions.ts";

test("quantile(values, share) has that share of the values below it", () => {
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75].map((share) => quantile([4, 1, 3, 2], share)),
    [-Infinity, 2, 3, 4],
  );
});

test("quantile at 0 lies below everything, and at 1 above", () => {
  assert.deepEqual([quantile([1, 2], 0), quantile([1, 2], 1)], [-Infinity, Infinity]);
});

test("quantile of values of which many are alike: none of those lies below it", () => {
  assert.equal(quantile([0, 0, 0, 1, 2], 0.4), 0);
});

test("quantile leaves no more than the share below it, and exactly that where all values differ", () => {
  const values = fc.uniqueArray(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 30 });
  holds(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const t = quantile(values, share);
      assert.equal(values.filter((value) => value < t).length, Math.round(share * values.length));
    }),
  );
});

test("quantile reads a Float32Array as it is, and writes to none", () => {
  const values = Float32Array.of(3, 1, 2);
  assert.equal(quantile(values, 0.5), 3); // ⌊1.5⌉ = 2 lie below
  assert.deepEqual([...values], [3, 1, 2]);
});

test("quantile refuses a share outside [0, 1], no values, and a NaN", () => {
  assert.throws(() => quantile([1], -0.1), {
    name: "RangeError",
    message: "quantile: share is -0.1; expected a share in [0, 1]",
  });
  assert.throws(() => quantile([1], Number.NaN), /share is NaN/);
  assert.throws(() => quantile([], 0.5), {
    name: "RangeError",
    message: "quantile: values is empty; expected one at least",
  });
  assert.throws(() => quantile([1, Number.NaN, 0], 0.5), {
    name: "RangeError",
    message: "quantile: values has a NaN; expected numbers",
  });
});
