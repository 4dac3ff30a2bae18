import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { activeGatedLinear, activeLinear, gatedLinear, linear } from "../../../reference/ops/linear.ts";
import { matrix } from "../../../reference/tensor.ts";
import { holds, matrices, of, ofVector, rows, sameBits, sizes } from "../../assertions.ts";

const x = of<"T", "I">([1, 0, -2], [0, 0, 3]);
const w = of<"I", "O">([1, 2], [10, 20], [100, 200]);
const b = ofVector<"O">(0.5, -0.5);

test("linear(x, w, b) is x · w + b, worked by hand", () => {
  assert.deepEqual(rows(linear(x, w, b)), [
    [-198.5, -398.5],
    [300.5, 599.5],
  ]);
});

test("activeLinear(x, w, b) gives the same numbers as linear", () => {
  assert.deepEqual(rows(activeLinear(x, w, b)), rows(linear(x, w, b)));
});

test("linear(x, w) sums over ascending input index, from +0", () => {
  const y = linear(of<"T", "I">([1, 1, 1]), of<"I", "O">([1e16], [1], [-1e16]));
  assert.equal(y.get(0, 0), 0); // 1e16 + 1 rounds to 1e16; in the other order the 1 would survive
});

test("linear(x, w, b) adds the bias last: a bias of −0 leaves an empty sum at +0", () => {
  const zero = ofVector<"O">(-0);
  assert.ok(Object.is(linear(of<"T", "I">([0]), of<"I", "O">([-1]), zero).get(0, 0), 0));
  assert.ok(Object.is(activeLinear(of<"T", "I">([0]), of<"I", "O">([-1]), zero).get(0, 0), 0));
});

test("activeLinear equals linear bit for bit for finite weights: zeros of both signs, subnormals, the huge", () => {
  const shapes = fc.tuple(sizes(4), sizes(9), sizes(5));
  const cases = shapes.chain(([T, I, O]) =>
    fc.tuple(matrices<"T", "I">(T, I), matrices<"I", "O">(I, O), matrices<"1", "O">(1, O)),
  );
  holds(
    fc.property(cases, ([x, w, bias]) => {
      const b = ofVector<"O">(...(rows(bias)[0] ?? []));
      sameBits(activeLinear(x, w, b), linear(x, w, b), "with bias");
      sameBits(activeLinear(x, w), linear(x, w), "without");
    }),
    300,
  );
});

test("activeLinear never sees Infinity or NaN in a row that a zero skips; linear gives NaN there", () => {
  const [x, w] = [of<"T", "I">([0, 1]), of<"I", "O">([Infinity, Number.NaN], [2, 3])];
  assert.deepEqual(rows(linear(x, w)), [[Number.NaN, Number.NaN]]);
  assert.deepEqual(rows(activeLinear(x, w)), [[2, 3]]);
});

test("activeLinear reads the row of a NaN input: NaN is not zero", () => {
  assert.deepEqual(rows(activeLinear(of<"T", "I">([Number.NaN]), of<"I", "O">([1]))), [[Number.NaN]]);
});

test("linear(x, w) gives row t of many what it gives that row alone, bit for bit", () => {
  holds(
    fc.property(matrices<"T", "I">(3, 5), matrices<"I", "O">(5, 4), (x, w) => {
      const whole = linear(x, w);
      for (let t = 0; t < 3; t++) {
        const alone = linear(
          matrix<"T", "I">(1, 5, (_, i) => x.get(t, i)),
          w,
        );
        sameBits(
          alone,
          matrix(1, 4, (_, o) => whole.get(t, o)),
        );
      }
    }),
  );
});

test("linear reads float32 weights as the exact numbers they are", () => {
  const w32 = of<"I", "O">([0.1]);
  w32.data = new Float32Array([0.1]);
  assert.equal(linear(of<"T", "I">([1]), w32).get(0, 0), Math.fround(0.1));
});

test("linear(x, w, b) of no rows, no inputs or no outputs is empty, or the bias alone", () => {
  assert.deepEqual(
    linear(
      matrix<"T", "I">(0, 3, () => 0),
      w,
    ).shape,
    [0, 2],
  );
  assert.deepEqual(
    rows(
      linear(
        matrix<"T", "I">(1, 0, () => 0),
        matrix<"I", "O">(0, 2, () => 0),
        b,
      ),
    ),
    [[0.5, -0.5]],
  );
  assert.deepEqual(
    linear(
      x,
      matrix<"I", "O">(3, 0, () => 0),
    ).shape,
    [2, 0],
  );
});

for (const [name, product] of [
  ["linear", linear],
  ["activeLinear", activeLinear],
] as const) {
  test(`${name}(x, w, b) refuses weights and biases of other sizes, naming both shapes`, () => {
    assert.throws(() => product(x, of<"I", "O">([1])), {
      name: "RangeError",
      message: `${name}: w is [1, 1]; expected [I, O], with I the columns of x: [3, 1]`,
    });
    assert.throws(() => product(x, w, ofVector<"O">(1)), {
      name: "RangeError",
      message: `${name}: b is [1]; expected [O], the columns of w: [2]`,
    });
  });
}

const up = of<"F", "D">([1, 2], [3, 4], [5, 6]);
const input = of<"T", "D">([1, -1], [2, 0]);
const gate = of<"T", "F">([2, 0, 1], [0, -1, 0.5]);

test("gatedLinear(x, w, g) is g ⊙ (x · wᵀ), worked by hand", () => {
  assert.deepEqual(rows(gatedLinear(input, up, gate)), [
    [-2, 0, -1],
    [0, -6, 5],
  ]);
  assert.deepEqual(rows(activeGatedLinear(input, up, gate)), [
    [-2, 0, -1],
    [0, -6, 5],
  ]);
});

test("gatedLinear gives +0 behind a closed gate, where the product alone would give −0", () => {
  const h = gatedLinear(of<"T", "D">([1]), of<"F", "D">([-1], [1]), of<"T", "F">([0, -0]));
  assert.ok(Object.is(h.get(0, 0), 0) && Object.is(h.get(0, 1), 0));
});

test("activeGatedLinear equals gatedLinear bit for bit for finite numbers", () => {
  const moderate = fc.oneof(
    fc.constantFrom(0, -0, 5e-324),
    fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  );
  const cases = fc
    .tuple(sizes(4), sizes(6), sizes(7))
    .chain(([T, D, F]) =>
      fc.tuple(
        matrices<"T", "D">(T, D, moderate),
        matrices<"F", "D">(F, D, moderate),
        matrices<"T", "F">(T, F, moderate),
      ),
    );
  holds(
    fc.property(cases, ([x, w, g]) => sameBits(activeGatedLinear(x, w, g), gatedLinear(x, w, g))),
    300,
  );
});

test("activeGatedLinear never reads the row behind a closed gate, and NaN does not close a gate", () => {
  const w = of<"F", "D">([Infinity], [1]);
  assert.deepEqual(rows(activeGatedLinear(of<"T", "D">([1]), w, of<"T", "F">([0, Number.NaN]))), [
    [0, Number.NaN],
  ]);
  assert.deepEqual(rows(gatedLinear(of<"T", "D">([1]), w, of<"T", "F">([0, 1]))), [[Number.NaN, 1]]);
});

for (const [name, product] of [
  ["gatedLinear", gatedLinear],
  ["activeGatedLinear", activeGatedLinear],
] as const) {
  test(`${name}(x, w, g) refuses weights and gates of other sizes, naming both shapes`, () => {
    assert.throws(() => product(input, of<"F", "D">([1]), of<"T", "F">([1], [1])), {
      name: "RangeError",
      message: `${name}: w is [1, 1]; expected [F, D], with D the columns of x: [1, 2]`,
    });
    assert.throws(() => product(input, up, of<"T", "F">([1, 2, 3])), {
      name: "RangeError",
      message: `${name}: g is [1, 3]; expected [T, F], with T the rows of x and F the rows of w: [2, 3]`,
    });
  });
}

test("weights whose labels do not fit the input do not type-check", () => {
  const hidden = matrix<"T", "F">(1, 2, () => 1);
  const up = matrix<"D", "F">(2, 2, () => 1);
  // @ts-expect-error the columns of x are "F", the rows of w are "D"
  assert.deepEqual(linear(hidden, up).shape, [1, 2]);
});
