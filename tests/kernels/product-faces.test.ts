// The products as operators of the contract: judged by the oracle, and the contract's laws.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/product.ts";
import { stream } from "../../reference/random.ts";
import { type Matrix, matrix } from "../../reference/tensor.ts";
import { holds, of, ofVector, rows, sameBits, sizes } from "../assertions.ts";
import { judged } from "./judged.ts";

const { machine } = await kernels({ mebibytes: 64 });
const two = await kernels({ mebibytes: 64, threads: 2, shareFrom: 0 });
after(() => two.close());
const linear = face.linear(machine);
const activeLinear = face.activeLinear(machine);
const gatedLinear = face.gatedLinear(machine);
const activeGatedLinear = face.activeGatedLinear(machine);
const unembed = face.unembed(machine);

/** Finite float32 numbers, zeros among them, whose products neither overflow nor vanish all at once. */
const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, -0) },
  { weight: 6, arbitrary: fc.double({ min: -8, max: 8, noNaN: true }).map(Math.fround) },
);
const matrices = <R, C>(r: number, c: number): fc.Arbitrary<Matrix<R, C>> =>
  fc
    .array(number, { minLength: r * c, maxLength: r * c })
    .map((values) => matrix<R, C>(r, c, (i, j) => values[i * c + j] ?? 0));
const shapes = fc.tuple(sizes(20), sizes(20), sizes(20));
const linearCases = shapes.chain(([T, I, O]) =>
  fc.tuple(
    matrices<"T", "I">(T, I),
    matrices<"I", "O">(I, O),
    matrices<"T", "O">(T, O),
    fc.array(number, { minLength: O, maxLength: O }).map((values) => ofVector<"O">(...values)),
  ),
);
const gatedCases = shapes.chain(([T, D, F]) =>
  fc.tuple(
    matrices<"T", "D">(T, D),
    matrices<"F", "D">(F, D),
    matrices<"T", "F">(T, F),
    matrices<"T", "F">(T, F),
  ),
);

test("linear(x, w, b) is within its roundings of the truth, with b and without", () => {
  holds(
    fc.property(linearCases, ([x, w, _, b]) => {
      judged("linear", { x, w, b }, linear(x, w, b));
      judged("linear", { x, w }, linear(x, w));
    }),
    40,
  );
});

test("activeLinear(x, w, b) equals linear(x, w, b) bit for bit for finite numbers", () => {
  holds(
    fc.property(linearCases, ([x, w, _, b]) => {
      sameBits(activeLinear(x, w, b), linear(x, w, b));
      sameBits(activeLinear(x, w), linear(x, w));
    }),
  );
});

test("gatedLinear(x, w, g) is within its roundings of the truth", () => {
  holds(
    fc.property(gatedCases, ([x, w, g]) => judged("gatedLinear", { x, w, g }, gatedLinear(x, w, g))),
    40,
  );
});

test("activeGatedLinear(x, w, g) equals gatedLinear(x, w, g) bit for bit for finite numbers", () => {
  holds(fc.property(gatedCases, ([x, w, g]) => sameBits(activeGatedLinear(x, w, g), gatedLinear(x, w, g))));
});

test("unembed(x, table) is within its roundings of the truth", () => {
  holds(
    fc.property(gatedCases, ([x, w]) => {
      const table = matrix<"V", "D">(w.shape[0], w.shape[1], (v, d) => w.get(v, d));
      judged("unembed", { x, table }, unembed(x, table));
    }),
    40,
  );
});

test("a row of a product has the same bits alone and among others", () => {
  const row = <C>(x: Matrix<"T", C>, t: number): Matrix<"T", C> =>
    matrix(1, x.shape[1], (_, c) => x.get(t, c));
  holds(
    fc.property(gatedCases, ([x, w, g]) => {
      const table = matrix<"V", "D">(w.shape[0], w.shape[1], (v, d) => w.get(v, d));
      const turned = matrix<"D", "F">(w.shape[1], w.shape[0], (d, f) => w.get(f, d));
      const [y, z, h] = [linear(x, turned), unembed(x, table), gatedLinear(x, w, g)];
      for (let t = 0; t < x.shape[0]; t++) {
        sameBits(linear(row(x, t), turned), row(y, t));
        sameBits(activeLinear(row(x, t), turned), row(y, t));
        sameBits(unembed(row(x, t), table), row(z, t));
        sameBits(gatedLinear(row(x, t), w, row(g, t)), row(h, t));
        sameBits(activeGatedLinear(row(x, t), w, row(g, t)), row(h, t));
      }
    }),
    50,
  );
});

test("a skipped row that holds Infinity or NaN is never seen, and NaN in the input asks for its row", () => {
  const w = of<"I", "O">([Infinity, Number.NaN], [1, 2]);
  assert.deepEqual(rows(activeLinear(of<"T", "I">([-0, 2]), w)), [[2, 4]]);
  assert.deepEqual(rows(linear(of<"T", "I">([0, 2]), w)), [[Number.NaN, Number.NaN]]);
  assert.deepEqual(rows(activeLinear(of<"T", "I">([0, Number.NaN]), w)), [[Number.NaN, Number.NaN]]);
  const up = of<"F", "D">([Infinity], [1], [3]);
  assert.deepEqual(rows(activeGatedLinear(of<"T", "D">([1]), up, of<"T", "F">([-0, Number.NaN, 2]))), [
    [0, Number.NaN, 6],
  ]);
});

test("linearGradient(dy, x, w, b) is within its roundings of the truth: dx = dy·wᵀ, dw = xᵀ·dy, db the sums over t", () => {
  holds(
    fc.property(linearCases, ([x, w, dy, b]) => {
      judged("linear.gradient", { dy, x, w, b }, face.linearGradient(machine)(dy, x, w, b));
      assert.equal(face.linearGradient(machine)(dy, x, w)[2], undefined);
    }),
    40,
  );
});

test("gatedLinearGradient(dh, x, w, g) is within its roundings of the truth", () => {
  holds(
    fc.property(gatedCases, ([x, w, g, dh]) =>
      judged("gatedLinear.gradient", { dh, x, w, g }, face.gatedLinearGradient(machine)(dh, x, w, g)),
    ),
    40,
  );
});

test("unembedGradient(dz, x, table) is within its roundings of the truth: dx = dz·table, dtable = dzᵀ·x", () => {
  holds(
    fc.property(gatedCases, ([x, w, g]) => {
      const table = matrix<"V", "D">(w.shape[0], w.shape[1], (v, d) => w.get(v, d));
      const dz = matrix<"T", "V">(g.shape[0], g.shape[1], (t, v) => g.get(t, v));
      judged("unembed.gradient", { dz, x, table }, face.unembedGradient(machine)(dz, x, table));
    }),
    40,
  );
});

test("two threads share products, and no bit moves", () => {
  const numbers = stream(3, "threads");
  const draw = <R, C>(r: number, c: number): Matrix<R, C> =>
    matrix(r, c, () => Math.max(0, Math.fround(numbers.normal())) - (numbers.normal() < 0 ? 1 : 0));
  for (const T of [1, 2, 9]) {
    const [x, w, g] = [draw<"T", "D">(T, 203), draw<"F", "D">(197, 203), draw<"T", "F">(T, 197)];
    const wide = matrix<"D", "F">(203, 197, (d, f) => w.get(f, d));
    sameBits(two.linear(x, wide), linear(x, wide));
    sameBits(two.activeLinear(x, wide), linear(x, wide));
    sameBits(two.unembed(x, w as never), unembed(x, w as never));
    sameBits(two.gatedLinear(x, w, g), gatedLinear(x, w, g));
    sameBits(two.activeGatedLinear(x, w, g), gatedLinear(x, w, g));
    const slopes = two.gradient.linear(g, x, wide);
    for (const [i, slope] of face.linearGradient(machine)(g, x, wide).entries())
      if (slope) sameBits(slopes[i] ?? x, slope);
  }
});

const [x, w] = [of<"T", "I">([1, 2]), of<"I", "O">([1], [2])];
const refusals: readonly (readonly [string, () => unknown, string])[] = [
  [
    "linear",
    () => linear(x, of<"I", "O">([1])),
    "linear: w is [1, 1]; expected [I, O], with I the columns of x: [2, 1]",
  ],
  [
    "linear",
    () => linear(x, w, ofVector<"O">(1, 2)),
    "linear: b is [2]; expected [O], the columns of w: [1]",
  ],
  [
    "activeLinear",
    () => activeLinear(x, of<"I", "O">([1])),
    "activeLinear: w is [1, 1]; expected [I, O], with I the columns of x: [2, 1]",
  ],
  [
    "activeLinear",
    () => activeLinear(x, w, ofVector<"O">(1, 2)),
    "activeLinear: b is [2]; expected [O], the columns of w: [1]",
  ],
  [
    "gatedLinear",
    () => gatedLinear(x, of([1]), of([1])),
    "gatedLinear: w is [1, 1]; expected [F, D], with D the columns of x: [1, 2]",
  ],
  [
    "gatedLinear",
    () => gatedLinear(x, of([1, 2]), of([1, 2])),
    "gatedLinear: g is [1, 2]; expected [T, F], with T the rows of x and F the rows of w: [1, 1]",
  ],
  [
    "activeGatedLinear",
    () => activeGatedLinear(x, of([1]), of([1])),
    "activeGatedLinear: w is [1, 1]; expected [F, D], with D the columns of x: [1, 2]",
  ],
  [
    "unembed",
    () => unembed(x, of([1])),
    "unembed: table is [1, 1]; expected [V, D], with D the columns of x: [1, 2]",
  ],
  [
    "linearGradient",
    () => face.linearGradient(machine)(of([1, 2]), x, w),
    "linearGradient: dy is [1, 2]; expected [T, O], with T the rows of x and O the columns of w: [1, 1]",
  ],
  [
    "gatedLinearGradient",
    () => face.gatedLinearGradient(machine)(of([1, 2]), x, of([1, 2]), of([1])),
    "gatedLinearGradient: dh is [1, 2]; expected [T, F], the shape of g: [1, 1]",
  ],
  [
    "unembedGradient",
    () => face.unembedGradient(machine)(of([1, 2]), x, of([1, 2])),
    "unembedGradient: dz is [1, 2]; expected [T, V], with T the rows of x and V those of table: [1, 1]",
  ],
];
for (const [name, call, message] of refusals)
  test(`${name} refuses what does not fit, in the reference's words: ${message}`, () => {
    assert.throws(call, { name: "RangeError", message });
  });
