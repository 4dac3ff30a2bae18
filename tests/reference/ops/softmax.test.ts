import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { crossEntropy, softmax } from "../../../reference/ops/softmax.ts";
import { matrix } from "../../../reference/tensor.ts";
import { holds, matrices, near, of, rows, sameBits } from "../../assertions.ts";

const [inf, nan] = [Infinity, Number.NaN];
const logit = fc.double({ min: -700, max: 700, noNaN: true });

test("softmax(x) of [0, log 2, log 5] is [1/8, 2/8, 5/8]", () => {
  near(softmax(of([0, Math.log(2), Math.log(5)])), [[0.125, 0.25, 0.625]], 1e-15);
});

test("softmax(x) of equal logits is the same share for each", () => {
  assert.deepEqual(rows(softmax(of([3, 3, 3, 3]))), [[0.25, 0.25, 0.25, 0.25]]);
});

test("softmax(x) of logits far beyond the range of exp neither overflows nor vanishes", () => {
  assert.deepEqual(rows(softmax(of([1e300, 1e300], [-1e300, -2e300]))), [
    [0.5, 0.5],
    [1, 0],
  ]);
});

test("softmax(x) gives exactly 0 at −Infinity, which changes no bit of the others", () => {
  holds(
    fc.property(matrices(1, 4, logit), (x) => {
      const masked = softmax(matrix(1, 6, (_, c) => (c < 4 ? x.get(0, c) : -inf)));
      sameBits(
        matrix(1, 4, (_, c) => masked.get(0, c)),
        softmax(x),
      );
      assert.deepEqual([masked.get(0, 4), masked.get(0, 5)], [0, 0]);
    }),
  );
});

test("softmax(x) adds up to 1 in every row, and a row depends on no other", () => {
  holds(
    fc.property(matrices(3, 5, logit), (x) => {
      const p = softmax(x);
      for (const [r, row] of rows(p).entries()) {
        assert.ok(Math.abs(row.reduce((total, p) => total + p, 0) - 1) < 1e-15);
        sameBits(softmax(of(rows(x)[r] ?? [])), of(row));
      }
    }),
  );
});

test("softmax(x) is NaN throughout a row with NaN, +Infinity or only −Infinity, and in no other row", () => {
  const p = rows(softmax(of([nan, 1], [inf, 1], [-inf, -inf], [0, 0])));
  assert.deepEqual(p, [
    [nan, nan],
    [nan, nan],
    [nan, nan],
    [0.5, 0.5],
  ]);
});

test("softmax(x) of one column is 1, of none is empty", () => {
  assert.deepEqual(rows(softmax(of([-5], [700]))), [[1], [1]]);
  assert.deepEqual(softmax(matrix(2, 0, () => 0)).shape, [2, 0]);
});

test("crossEntropy(z, targets) of equal logits is log V, whatever the target", () => {
  near(crossEntropy(of<"T", "V">([2, 2, 2], [2, 2, 2]), [0, 2]), [[Math.log(3), Math.log(3)]], 1e-15);
});

test("crossEntropy(z, targets) is −log of softmax at the target", () => {
  holds(
    fc.property(
      matrices<"T", "V">(2, 4, fc.double({ min: -20, max: 20, noNaN: true })),
      fc.nat(3),
      (z, target) => {
        const loss = crossEntropy(z, [target, target]);
        const p = softmax(z);
        near(loss, [[0, 1].map((t) => -Math.log(p.get(t, target)))], 1e-13);
      },
    ),
  );
});

test("crossEntropy(z, targets) stays exact where exp would overflow or p would underflow", () => {
  assert.deepEqual([...crossEntropy(of<"T", "V">([1e300, 0], [0, -5000]), [0, 1]).data], [0, 5000]);
});

test("crossEntropy(z, targets) is Infinity for a target of logit −Infinity, NaN for a row with NaN", () => {
  assert.deepEqual([...crossEntropy(of<"T", "V">([0, -inf], [0, nan]), [1, 0]).data], [inf, nan]);
});

test("crossEntropy(z, targets) of no positions is empty", () => {
  assert.deepEqual(
    crossEntropy(
      matrix<"T", "V">(0, 3, () => 0),
      [],
    ).shape,
    [0],
  );
});

test("crossEntropy(z, targets) refuses another number of targets and ids that are no column", () => {
  const z = of<"T", "V">([1, 2]);
  assert.throws(() => crossEntropy(z, [0, 1]), {
    name: "RangeError",
    message: "crossEntropy: targets has 2 ids; expected T = 1, the rows of z",
  });
  for (const id of [2, -1, 0.5, nan]) {
    assert.throws(() => crossEntropy(z, [id]), {
      name: "RangeError",
      message: `crossEntropy: target is ${id}; expected an integer from 0 to 1, with V = 2 the columns of z`,
    });
  }
});
