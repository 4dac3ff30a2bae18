import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Rotation } from "../../../reference/ops/contract.ts";
import { rotary } from "../../../reference/ops/rotary.ts";
import { type Matrix, matrix, sum } from "../../../reference/tensor.ts";
import { holds, matrices, near, of, rows, sameBits } from "../../assertions.ts";

const interleaved: Rotation = { K: 4, start: 0, base: 100, pairing: "interleaved" };
const halfSplit: Rotation = { ...interleaved, pairing: "half-split" };
const finite = fc.double({ min: -9, max: 9, noNaN: true });
const heads = matrices<"T", "N·K">(3, 8, finite);

test("rotary(x) at position 0 turns nothing", () => {
  const x = of<"T", "N·K">([1, 2, 3, 4]);
  sameBits(rotary(x, interleaved), x);
  sameBits(rotary(x, halfSplit), x);
});

test("rotary(x) turns pair i at position t by t · base^(−2i/K): by 1 and 1/10 here, then by 2 and 2/10", () => {
  const x = of<"T", "N·K">([1, 0, 0, 1], [1, 0, 0, 1]);
  const { sin, cos } = Math;
  near(
    rotary(x, { ...interleaved, start: 1 }),
    [
      [cos(1), sin(1), -sin(0.1), cos(0.1)],
      [cos(2), sin(2), -sin(0.2), cos(0.2)],
    ],
    1e-15,
  );
  near(
    rotary(of<"T", "N·K">([1, 0, 0, 1]), { ...halfSplit, start: 1 }),
    [[cos(1), -sin(0.1), sin(1), cos(0.1)]],
    1e-15,
  );
});

test("rotary(x) with half-split pairs is the interleaved one of the columns put side by side", () => {
  const beside = [0, 2, 1, 3, 4, 6, 5, 7]; // half-split (0,2),(1,3) become neighbours (0,1),(2,3); its own inverse
  const moved = (x: Matrix<"T", "N·K">) => matrix<"T", "N·K">(3, 8, (t, c) => x.get(t, beside[c] ?? 0));
  holds(
    fc.property(heads, fc.nat(500), (x, start) =>
      sameBits(moved(rotary(moved(x), { ...interleaved, start })), rotary(x, { ...halfSplit, start })),
    ),
  );
});

test("rotary(x) keeps the length of each pair", () => {
  holds(
    fc.property(heads, fc.nat(500), (x, start) => {
      const y = rotary(x, { ...interleaved, start });
      for (let t = 0; t < 3; t++) {
        for (let c = 0; c < 8; c += 2) {
          const [before, after] = [
            Math.hypot(x.get(t, c), x.get(t, c + 1)),
            Math.hypot(y.get(t, c), y.get(t, c + 1)),
          ];
          assert.ok(Math.abs(before - after) < 1e-13);
        }
      }
    }),
  );
});

test("rotary: the product of a query and a key depends on the distance of their positions alone", () => {
  const one = matrices<"T", "N·K">(1, 4, finite);
  holds(
    fc.property(one, one, fc.nat(100), fc.nat(100), (q, k, distance, start) => {
      const product = (at: number) => {
        const [turned, key] = [
          rotary(q, { ...halfSplit, start: at + distance }),
          rotary(k, { ...halfSplit, start: at }),
        ];
        return sum(4, (i) => turned.get(0, i) * key.get(0, i));
      };
      assert.ok(Math.abs(product(0) - product(start)) < 1e-11);
    }),
  );
});

test("rotary(x) from position s on gives the rows that a longer x has there, bit for bit", () => {
  holds(
    fc.property(heads, (x) => {
      const tail = matrix<"T", "N·K">(2, 8, (t, c) => x.get(t + 1, c));
      const expected = matrix(2, 8, (t, c) => rotary(x, interleaved).get(t + 1, c));
      sameBits(rotary(tail, { ...interleaved, start: 1 }), expected);
    }),
  );
});

test("rotary(x) of no rows is empty; NaN stays in its pair", () => {
  assert.deepEqual(
    rotary(
      matrix<"T", "N·K">(0, 4, () => 0),
      interleaved,
    ).shape,
    [0, 4],
  );
  const [y] = rows(rotary(of<"T", "N·K">([Number.NaN, 0, 1, 0]), { ...interleaved, start: 1 }));
  assert.deepEqual(y?.map(Number.isNaN), [true, true, false, false]);
});

test("rotary(x) refuses an odd width of a head, and columns that are no whole heads", () => {
  assert.throws(() => rotary(of<"T", "N·K">([1, 2, 3]), { ...interleaved, K: 3 }), {
    name: "RangeError",
    message: "rotary: K is 3; expected an even width, since elements turn in pairs",
  });
  assert.throws(() => rotary(of<"T", "N·K">([1, 2, 3]), { ...interleaved, K: 2 }), {
    name: "RangeError",
    message: "rotary: x has 3 columns; expected a multiple of K = 2, the width of a head",
  });
});
