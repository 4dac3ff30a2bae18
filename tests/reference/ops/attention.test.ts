import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { attend, attentionWeights } from "../../../reference/ops/attention.ts";
import { type Matrix, matrix } from "../../../reference/tensor.ts";
import { holds, matrices, near, of, rows, sameBits } from "../../assertions.ts";

type Q = Matrix<"T", "N·K">;
type KV = Matrix<"S", "G·K">;
const finite = fc.double({ min: -9, max: 9, noNaN: true });
const columnsOf = <R, C>(x: Matrix<R, C>, from: number, to: number): Matrix<R, C> =>
  matrix(x.shape[0], to - from, (r, c) => x.get(r, from + c));
const rowsOf = <R, C>(x: Matrix<R, C>, from: number, to: number): Matrix<R, C> =>
  matrix(to - from, x.shape[1], (r, c) => x.get(from + r, c));

test("attend(q, k, v, K) of equal scores is the mean of the values so far", () => {
  const [q, k] = [of<"T", "N·K">([0], [0], [0]), of<"S", "G·K">([1], [2], [3])];
  assert.deepEqual(rows(attend(q, k, of<"S", "G·K">([6], [2], [4]), 1)), [[6], [4], [4]]);
});

test("attend(q, k, v, K) divides scores by √K: with K = 4 and scores 0 and 2 · log 3 the weights are 1/4 and 3/4", () => {
  const q = of<"T", "N·K">([1, 0, 0, 0]);
  const k = of<"S", "G·K">([0, 0, 0, 0], [2 * Math.log(3), 0, 0, 0]);
  near(attend(q, k, of<"S", "G·K">([8, 0, 0, 0], [16, 0, 0, 4]), 4), [[14, 0, 0, 3]], 1e-14);
});

test("attentionWeights(q, k, K) is 0 for every position still to come, and each row adds up to 1", () => {
  holds(
    fc.property(matrices<"T", "N·K">(3, 4, finite), matrices<"S", "G·K">(5, 2, finite), (q, k) => {
      const p = rows(attentionWeights(q, k, 2));
      for (const [r, row] of p.entries()) {
        const last = 2 + Math.floor(r / 2);
        assert.ok(row.every((weight, s) => (s <= last ? weight >= 0 : weight === 0)));
        assert.ok(Math.abs(row.reduce((total, weight) => total + weight, 0) - 1) < 1e-14);
      }
    }),
  );
});

test("attend: query head n of N reads key head ⌊n · G/N⌋ of G, each as if it were alone", () => {
  const cases = fc.tuple(
    matrices<"T", "N·K">(2, 8, finite),
    matrices<"S", "G·K">(3, 4, finite),
    matrices<"S", "G·K">(3, 4, finite),
  );
  holds(
    fc.property(cases, ([q, k, v]) => {
      const whole = attend(q, k, v, 2); // N = 4 heads over G = 2
      for (const n of [0, 1, 2, 3]) {
        const g = Math.floor(n / 2);
        const alone = attend(
          columnsOf(q, 2 * n, 2 * n + 2),
          columnsOf(k, 2 * g, 2 * g + 2),
          columnsOf(v, 2 * g, 2 * g + 2),
          2,
        );
        sameBits(columnsOf(whole, 2 * n, 2 * n + 2), alone);
      }
    }),
  );
});

test("attend with one shared head is multi-query attention: every query head reads the same keys", () => {
  const [q, kv] = [of<"T", "N·K">([1, 1, 1]), of<"S", "G·K">([2], [3])];
  const [row] = rows(attend(q, kv, kv, 1));
  assert.ok(row?.every((y) => y === row[0]));
});

test("attend: row t depends to the bit on no later row and on no number of rows", () => {
  const cases = fc.tuple(
    matrices<"T", "N·K">(4, 4, finite),
    matrices<"S", "G·K">(4, 2, finite),
    matrices<"S", "G·K">(4, 2, finite),
  );
  holds(
    fc.property(cases, ([q, k, v]) => {
      const whole = attend(q, k, v, 2);
      for (const t of [0, 1, 2, 3]) {
        const alone = attend(rowsOf(q, t, t + 1), rowsOf(k, 0, t + 1), rowsOf(v, 0, t + 1), 2);
        sameBits(alone, rowsOf(whole, t, t + 1));
      }
    }),
  );
});

test("attend never reads a later key or value: NaN and Infinity there change nothing", () => {
  const q = of<"T", "N·K">([1], [1]);
  const y = attend(q, of<"S", "G·K">([1], [Number.NaN]), of<"S", "G·K">([5], [Infinity]), 1);
  assert.equal(y.get(0, 0), 5);
  assert.ok(Number.isNaN(y.get(1, 0)));
});

test("attend of no queries is empty", () => {
  const none = attend(
    matrix<"T", "N·K">(0, 2, () => 0),
    of<"S", "G·K">([1, 2]),
    of<"S", "G·K">([1, 2]),
    2,
  );
  assert.deepEqual(none.shape, [0, 2]);
});

test("attend refuses heads that do not divide, values unlike keys, and fewer keys than queries", () => {
  const q: Q = of([1, 2, 3, 4]);
  const refused: readonly [Q, KV, KV, number, string][] = [
    [q, of([1, 2]), of([1]), 2, "attend: v is [1, 1]; expected [S, G·K], the shape of k: [1, 2]"],
    [q, of([1, 2]), of([1, 2]), 0, "attend: K is 0; expected a positive whole width of a head"],
    [
      q,
      of([1, 2, 3]),
      of([1, 2, 3]),
      3,
      "attend: q has 4 columns; expected a multiple of K = 3, the width of a head",
    ],
    [
      q,
      of([1]),
      of([1]),
      2,
      "attend: k has 1 columns; expected a positive multiple of K = 2, the width of a head",
    ],
    [
      q,
      of([1, 2, 3]),
      of([1, 2, 3]),
      1,
      "attend: k has G = 3 heads; expected a divisor of N = 4, the heads of q",
    ],
    [of([1], [2]), of([1]), of([1]), 1, "attend: k has S = 1 rows; expected T = 2 at least, the rows of q"],
  ];
  for (const [q, k, v, K, message] of refused)
    assert.throws(() => attend(q, k, v, K), { name: "RangeError", message });
});
