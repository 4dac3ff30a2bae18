// The products as operators of the contract: the reference's answers within float32's bounds, and the contract's laws.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/product.ts";
import { unembed as referenceUnembed, unembedGradient } from "../../reference/ops/embedding.ts";
import * as reference from "../../reference/ops/linear.ts";
import { stream } from "../../reference/random.ts";
import { type Matrix, map, matrix, type Tensor } from "../../reference/tensor.ts";
import { holds, of, ofVector, rows, sameBits, sizes } from "../assertions.ts";

const { machine } = await kernels({ mebibytes: 64 });
const two = await kernels({ mebibytes: 64, threads: 2, shareFrom: 0 });
after(() => two.close());
const linear = face.linear(machine);
const activeLinear = face.activeLinear(machine);
const gatedLinear = face.gatedLinear(machine);
const activeGatedLinear = face.activeGatedLinear(machine);
const unembed = face.unembed(machine);

/** The unit roundoff of float32, and half its smallest subnormal. */
const u = 2 ** -24;
const eta = 2 ** -150;

const absolute = <X extends Tensor>(x: X): X => map(x, Math.abs);

/**
 * Fails unless each element of `got` is within (1 + u)·n·u·gauge + n·η of the wanted one: n products and n − 1 sums in
 * any order (Jeannerod and Rump 2013), with a factor or a bias more in n where there is one; gauge is the same sum of
 * absolute values.
 */
function near(got: Tensor, wanted: Tensor, gauge: Tensor, n: number): void {
  assert.deepEqual(got.shape, wanted.shape);
  for (let i = 0; i < wanted.size; i++) {
    const [g, w, bound] = [got.data[i], wanted.data[i], (1 + u) * n * u * (gauge.data[i] ?? 0) + n * eta];
    assert.ok(
      Math.abs((g ?? Number.NaN) - (w ?? 0)) <= bound,
      `element ${i} is ${g}; expected ${w} ± ${bound}`,
    );
  }
}

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

test("linear(x, w, b) is the reference's, within n·u·(|x||w| + |b|)", () => {
  holds(
    fc.property(linearCases, ([x, w, _, b]) => {
      const gauge = reference.linear(absolute(x), absolute(w), absolute(b));
      near(linear(x, w, b), reference.linear(x, w, b), gauge, w.shape[0] + 1);
      near(linear(x, w), reference.linear(x, w), reference.linear(absolute(x), absolute(w)), w.shape[0]);
    }),
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

test("gatedLinear(x, w, g) is the reference's, within (n + 1)·u·|g|·(|x||w|)", () => {
  holds(
    fc.property(gatedCases, ([x, w, g]) => {
      const gauge = reference.gatedLinear(absolute(x), absolute(w), absolute(g));
      near(gatedLinear(x, w, g), reference.gatedLinear(x, w, g), gauge, w.shape[1] + 1);
    }),
  );
});

test("activeGatedLinear(x, w, g) equals gatedLinear(x, w, g) bit for bit for finite numbers", () => {
  holds(fc.property(gatedCases, ([x, w, g]) => sameBits(activeGatedLinear(x, w, g), gatedLinear(x, w, g))));
});

test("unembed(x, table) is the reference's, within n·u·(|x||table|)", () => {
  holds(
    fc.property(gatedCases, ([x, w]) => {
      const table = matrix<"V", "D">(w.shape[0], w.shape[1], (v, d) => w.get(v, d));
      const gauge = referenceUnembed(absolute(x), absolute(table));
      near(unembed(x, table), referenceUnembed(x, table), gauge, w.shape[1]);
    }),
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

test("linearGradient(dy, x, w, b) is the reference's: dx = dy·wᵀ, dw = xᵀ·dy, db the sums over t", () => {
  holds(
    fc.property(linearCases, ([x, w, dy, b]) => {
      const [dx, dw, db] = face.linearGradient(machine)(dy, x, w, b);
      const wanted = reference.linearGradient(dy, x, w, b);
      const gauge = reference.linearGradient(absolute(dy), absolute(x), absolute(w), b);
      near(dx, wanted[0], gauge[0], w.shape[1]);
      near(dw, wanted[1], gauge[1], x.shape[0]);
      near(db ?? dx, wanted[2] ?? dx, gauge[2] ?? dx, x.shape[0]);
      assert.equal(face.linearGradient(machine)(dy, x, w)[2], undefined);
    }),
  );
});

test("gatedLinearGradient(dh, x, w, g) is the reference's, with one rounding more for e = dh ⊙ g", () => {
  holds(
    fc.property(gatedCases, ([x, w, g, dh]) => {
      const got = face.gatedLinearGradient(machine)(dh, x, w, g);
      const wanted = reference.gatedLinearGradient(dh, x, w, g);
      const gauge = reference.gatedLinearGradient(absolute(dh), absolute(x), absolute(w), absolute(g));
      for (const [i, n] of [w.shape[0], x.shape[0], w.shape[1]].entries())
        near(got[i] ?? x, wanted[i] ?? x, gauge[i] ?? x, n + 2);
    }),
  );
});

test("unembedGradient(dz, x, table) is the reference's: dx = dz·table, dtable = dzᵀ·x", () => {
  holds(
    fc.property(gatedCases, ([x, w, g]) => {
      const table = matrix<"V", "D">(w.shape[0], w.shape[1], (v, d) => w.get(v, d));
      const dz = matrix<"T", "V">(g.shape[0], g.shape[1], (t, v) => g.get(t, v));
      const [dx, dtable] = face.unembedGradient(machine)(dz, x, table);
      const wanted = unembedGradient(dz, x, table);
      const gauge = unembedGradient(absolute(dz), absolute(x), absolute(table));
      near(dx, wanted[0], gauge[0], table.shape[0]);
      near(dtable, wanted[1], gauge[1], x.shape[0]);
    }),
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
