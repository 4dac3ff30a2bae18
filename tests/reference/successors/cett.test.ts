import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { record } from "../../../reference/interpret/record.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { cett, outputSizes, truncated, truncation } from "../../../reference/successors/cett.ts";
import { holds, matrices, near, of } from "../../assertions.ts";

const hidden = of<"T", "F">([3, 1, 0], [0, 2, 2]);
const down = of<"F", "D">([2, 0], [0, 3], [0, 4]);

test("outputSizes(hidden, down) is |h| times the length of the neuron's row of down", () => {
  near(
    outputSizes(hidden, down),
    [
      [6, 3, 0],
      [0, 6, 8],
    ],
    0,
  ); // the rows of down have lengths 2, 3 and 4
});

test("cett is the length of what is dropped over the length of the whole, the mean over tokens", () => {
  // Token 0 gives [6, 0] + [0, 3] and loses [0, 3]; token 1 gives [0, 6] + [0, 8] and loses nothing.
  const found = cett(hidden, down, outputSizes(hidden, down), 5);
  assert.ok(Math.abs(found.cett - 3 / Math.sqrt(45) / 2) < 1e-15);
  assert.equal(found.sparsity, 3 / 6);
});

test("cett is 0 where only zeros go, and 1 where everything goes", () => {
  const sizes = outputSizes(hidden, down);
  assert.deepEqual(cett(hidden, down, sizes, 1e-9), { threshold: 1e-9, cett: 0, sparsity: 2 / 6 });
  assert.deepEqual(cett(hidden, down, sizes, 100), { threshold: 100, cett: 1, sparsity: 1 });
});

test("cett of a token without any output is 0", () => {
  const silent = of<"T", "F">([0, 0, 0]);
  assert.equal(cett(silent, down, silent, 1).cett, 0);
});

test("truncation finds the neurons that can go for the limit, to the last one", () => {
  // One token, orthogonal outputs of lengths 1, 2, 3, 10: dropping 1, 2 and 3 loses √14 of √114.
  const eye = of<"F", "D">([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]);
  const h = of<"T", "F">([10, 1, 3, 2]);
  const loss = Math.sqrt(14 / 114);
  const sizes = outputSizes(h, eye);
  assert.equal(truncation(h, eye, sizes, loss + 1e-12).sparsity, 0.75);
  assert.equal(truncation(h, eye, sizes, loss - 1e-12).sparsity, 0.5);
});

test("truncation keeps its limit, drops nothing but zeros at 0, and more at a higher limit where rows do not cancel", () => {
  holds(
    fc.property(matrices<"T", "F">(3, 5, fc.double({ min: 0, max: 4, noNaN: true })), (h) => {
      const positive = of<"F", "D">([1, 2], [2, 1], [3, 1], [1, 1], [1, 4]);
      const sizes = outputSizes(h, positive);
      const [none, some, more] = [0, 0.2, 0.5].map((limit) => truncation(h, positive, sizes, limit));
      assert.equal(none?.cett, 0);
      assert.ok((some?.cett ?? 1) <= 0.2 && (more?.cett ?? 1) <= 0.5);
      assert.ok((none?.sparsity ?? 1) <= (some?.sparsity ?? 0));
      assert.ok((some?.sparsity ?? 1) <= (more?.sparsity ?? 0));
    }),
    30,
  );
});

test("truncated(ops, thresholds) leaves out what is smaller than the threshold of its down projection", () => {
  const ops = truncated(reference, new Map([[down, 5]])); // outputs 6, 3 and 0, and 0, 6 and 8
  near(
    ops.linear(hidden, down),
    [
      [6, 0],
      [0, 14],
    ],
    0,
  );
  near(
    ops.activeLinear(hidden, down),
    [
      [6, 0],
      [0, 14],
    ],
    0,
  );
  near(
    truncated(reference, new Map()).linear(hidden, down),
    [
      [6, 3],
      [0, 14],
    ],
    0,
  );
  // @ts-expect-error the interpretation has no gradient
  assert.ok(record(ops));
});

test("cett and its kin refuse shapes that disagree, and a limit that is no CETT", () => {
  assert.throws(() => outputSizes(hidden, of([1, 2])), {
    name: "RangeError",
    message: "outputSizes: down is [1, 2]; expected [F, D], with F the columns of hidden: [3, 2]",
  });
  assert.throws(() => cett(hidden, down, of([1]), 1), {
    name: "RangeError",
    message: "cett: sizes is [1, 1]; expected [T, F], the shape of hidden: [2, 3]",
  });
  assert.throws(() => truncation(hidden, down, hidden, 1.5), {
    name: "RangeError",
    message: "truncation: limit is 1.5; expected a CETT in [0, 1]",
  });
});
