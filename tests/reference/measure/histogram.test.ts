import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { emptyHistogram, seen, withElements } from "../../../reference/measure/histogram.ts";
import { holds, matrices, ofVector } from "../../assertions.ts";

const four = emptyHistogram(-1, 1, 4);

test("withElements(histogram, x) counts each value in the bin that it lies in, a bin's lower edge included", () => {
  const found = withElements(four, ofVector(-1, -0.6, -0.5, 0, 0.1, 0.99));
  assert.deepEqual(found, { from: -1, to: 1, counts: [2, 1, 2, 1], below: 0, above: 0 });
});

test("withElements(histogram, x) counts what is outside beside the bins, NaN above", () => {
  const found = withElements(four, ofVector(-1.1, -Infinity, 1, Infinity, Number.NaN));
  assert.deepEqual([found.counts, found.below, found.above], [[0, 0, 0, 0], 2, 3]);
});

test("withElements(histogram, x) leaves the histogram as it was, and adds up over calls", () => {
  const once = withElements(four, ofVector(0));
  assert.deepEqual(four.counts, [0, 0, 0, 0]);
  assert.deepEqual(withElements(once, ofVector(0, 0.5)).counts, [0, 0, 2, 1]);
});

test("a histogram loses no value, whatever it is", () => {
  holds(
    fc.property(matrices(3, 5, fc.double()), (x) => {
      assert.equal(seen(withElements(emptyHistogram(-2, 3, 7), x)), 15);
    }),
  );
});

test("emptyHistogram refuses an empty or endless range, and no bins", () => {
  assert.throws(() => emptyHistogram(1, 1, 4), {
    name: "RangeError",
    message: "emptyHistogram: range is [1, 1); expected finite numbers with from < to",
  });
  assert.throws(() => emptyHistogram(0, Infinity, 4), /range is \[0, Infinity\)/);
  assert.throws(() => emptyHistogram(0, 1, 0.5), {
    name: "RangeError",
    message: "emptyHistogram: bins is 0.5; expected a positive whole number",
  });
});
