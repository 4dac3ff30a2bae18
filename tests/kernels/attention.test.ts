// Causal attention and its slopes: version 2 is version 1 bit for bit, and the oracle judges both.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/attention.ts";
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import { holds, of, rows } from "../assertions.ts";
import { any, floats, matrices, ordinary, placings, rounded, shared } from "./float32.ts";
import { judged } from "./judged.ts";
import { bits, type Call, run } from "./raw.ts";

const { machine } = await kernels({ mebibytes: 32 });
const attend = face.attend(machine);
const attendGradient = face.attendGradient(machine);

type Q = Matrix<"T", "N·K">;
type KV = Matrix<"S", "G·K">;
interface Heads {
  readonly q: Q;
  readonly k: KV;
  readonly v: KV;
  readonly dy: Q;
  readonly K: number;
}
interface Sizes {
  readonly T: number;
  readonly S: number;
  readonly N: number;
  readonly G: number;
  readonly K: number;
}

/** T ≤ S, N a multiple of G; K across the tiles of 4, 8 and 16 columns, S across the tiles of 32 keys. */
const shapes = (mostK: number, mostS: number): fc.Arbitrary<Sizes> =>
  fc
    .record({
      T: fc.integer({ min: 0, max: 9 }),
      past: fc.nat(mostS),
      G: fc.integer({ min: 1, max: 3 }),
      sharing: fc.integer({ min: 1, max: 3 }),
      K: fc.integer({ min: 1, max: mostK }),
    })
    .map(({ T, past, G, sharing, K }) => ({ T, S: T + past, N: G * sharing, G, K }));

const heads = (sizes: fc.Arbitrary<Sizes>): fc.Arbitrary<Heads> =>
  sizes.chain(({ T, S, N, G, K }) =>
    fc.record({
      q: matrices<"T", "N·K">(T, N * K),
      k: matrices<"S", "G·K">(S, G * K),
      v: matrices<"S", "G·K">(S, G * K),
      dy: matrices<"T", "N·K">(T, N * K),
      K: fc.constant(K),
    }),
  );

test("attend(q, k, v, K) is within its roundings of the truth", () => {
  holds(
    fc.property(heads(shapes(9, 24)), ({ q, k, v, K }) =>
      judged("attend", { q, k, v }, attend(q, k, v, K), { K }),
    ),
    15,
  );
});

test("attendGradient(dy, q, k, v, K) is within its roundings of the truth", () => {
  holds(
    fc.property(heads(shapes(9, 24)), ({ q, k, v, dy, K }) =>
      judged("attend.gradient", { dy, q, k, v }, attendGradient(dy, q, k, v, K), { K }),
    ),
    10,
  );
});

const forwards = (kernel: string, { T, S, N, G, K }: Sizes, inputs: readonly Float32Array[]): Call => ({
  kernel,
  inputs,
  outputs: [T * N * K],
  args: ([q = 0, k = 0, v = 0], [y = 0]) => [q, k, v, y, T, S, N, G, K],
  items: T * N,
});
const backwards = (kernel: string, { T, S, N, G, K }: Sizes, inputs: readonly Float32Array[]): Call => ({
  kernel,
  inputs,
  outputs: [T * N * K, S * G * K, S * G * K],
  args: ([dy = 0, q = 0, k = 0, v = 0], [dq = 0, dk = 0, dv = 0]) => [dy, q, k, v, dq, dk, dv, T, S, N, G, K],
  items: G,
});
const raws = (sizes: fc.Arbitrary<Sizes>, element: fc.Arbitrary<number>) =>
  sizes.chain((s) =>
    fc.tuple(
      fc.constant(s),
      floats(s.T * s.N * s.K, element),
      floats(s.S * s.G * s.K, element),
      floats(s.S * s.G * s.K, element),
      floats(s.T * s.N * s.K, element),
      placings(s.T * s.N),
      placings(s.G),
    ),
  );

test("attend2 is attend1 bit for bit, of special numbers too, and no share of the rows and no place moves a bit", () => {
  holds(
    fc.property(raws(shapes(18, 60), fc.oneof({ weight: 40, arbitrary: ordinary }, any)), (given) => {
      const [sizes, q, k, v, , placing] = given;
      const [one = q] = shared(forwards("attend1", sizes, [q, k, v]), placing, sizes.N === 1);
      const [two = q] = shared(forwards("attend2", sizes, [q, k, v]), placing, sizes.N === 1);
      assert.deepEqual(bits(two), bits(one));
    }),
    30,
  );
});

test("attendGradient2 is attendGradient1 bit for bit, of special numbers too, however the heads are shared out", () => {
  holds(
    fc.property(raws(shapes(18, 60), fc.oneof({ weight: 40, arbitrary: ordinary }, any)), (given) => {
      const [sizes, q, k, v, dy, , placing] = given;
      const one = shared(backwards("attendGradient1", sizes, [dy, q, k, v]), placing, false);
      const two = shared(backwards("attendGradient2", sizes, [dy, q, k, v]), placing, false);
      assert.deepEqual(two.map(bits), one.map(bits));
    }),
    30,
  );
});

/** Numbers that are cheap to make and no two alike. */
const scattered = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => (((i + 1) * 7919) % 1009) / 252 - 2);

for (const [what, sizes] of [
  ["many rows", { T: 70, S: 75, N: 2, G: 1, K: 32 }],
  ["so many keys that few rows fit into scratch", { T: 3, S: 30_000, N: 2, G: 1, K: 1 }],
  ["more keys than fit into scratch", { T: 1, S: 70_000, N: 1, G: 1, K: 1 }],
  ["heads too wide for a tile", { T: 2, S: 3, N: 1, G: 1, K: 5000 }],
] as const)
  test(`attend2 and attendGradient2 are versions 1 bit for bit with ${what}`, () => {
    const { T, S, N, G, K } = sizes;
    const [q, k, v, dy] = [T * N, S * G, S * G, T * N].map((size) => scattered(size * K));
    const [a, b] = [1, 2].map((version) => [
      ...run(forwards(`attend${version}`, sizes, [q, k, v] as Float32Array[])),
      ...run(backwards(`attendGradient${version}`, sizes, [dy, q, k, v] as Float32Array[])),
    ]);
    assert.deepEqual(b?.map(bits), a?.map(bits));
  });

test("attend of one key is its value; of two equal keys the mean, and the later one is not seen before its time", () => {
  const [q, k] = [of<"T", "N·K">([1, 2], [3, 4]), of<"S", "G·K">([5, 6], [5, 6])];
  const v = of<"S", "G·K">([1, 10], [3, 30]);
  assert.deepEqual(rows(attend(q, k, v, 2)), [
    [1, 10],
    [2, 20],
  ]);
  assert.deepEqual(rows(attend(of<"T", "N·K">([1, 2]), k, v, 2)), [[2, 20]]);
});

test("attend(q, k, v, K): a row is the same bits alone, with the keys it sees, and among others: so a cache changes nothing", () => {
  holds(
    fc.property(heads(shapes(18, 40)), ({ q, k, v, K }) => {
      const [[T, NK], [S, GK]] = [q.shape, k.shape];
      const whole = rounded(attend(q, k, v, K));
      for (let t = 0; t < T; t++) {
        const seen = S - T + t + 1;
        const [row, keys, values] = [q.data.subarray(t * NK, t * NK + NK), k.data, v.data];
        const alone = attend(
          matrixOf<"T", "N·K">(Float32Array.from(row), 1, NK),
          matrixOf<"S", "G·K">(Float32Array.from(keys.subarray(0, seen * GK)), seen, GK),
          matrixOf<"S", "G·K">(Float32Array.from(values.subarray(0, seen * GK)), seen, GK),
          K,
        );
        assert.deepEqual(bits(rounded(alone)), bits(whole.slice(t * NK, t * NK + NK)));
      }
    }),
    20,
  );
});

test("attend and attendGradient never read a key or value that is still to come: NaN there moves no bit before", () => {
  holds(
    fc.property(heads(shapes(18, 40)), ({ q, k, v, dy, K }) => {
      const [T, NK] = q.shape;
      const [S, GK] = k.shape;
      if (T < 2) return;
      const early = <X extends Q | KV>(x: X, count: number): Float32Array =>
        Float32Array.from(x.data.subarray(0, count));
      const spoiled = (x: KV): KV => {
        const data = Float32Array.from(x.data);
        data.fill(Number.NaN, (S - 1) * GK);
        return matrixOf<"S", "G·K">(data, S, GK);
      };
      const before = (T - 1) * NK;
      const [clean, dirty] = [attend(q, k, v, K), attend(q, spoiled(k), spoiled(v), K)];
      assert.deepEqual(bits(early(dirty, before)), bits(early(clean, before)));
      const [dq] = attendGradient(dy, q, k, v, K);
      const [spoiledDq] = attendGradient(dy, q, spoiled(k), spoiled(v), K);
      assert.deepEqual(bits(early(spoiledDq, before)), bits(early(dq, before)));
    }),
    20,
  );
});

test("attendGradient: what a query of NaN slope touches is the keys that it sees, and no later one", () => {
  const sizes = { T: 6, S: 6, N: 1, G: 1, K: 3 };
  const [q, k, v, dy] = [1, 2, 3, 4].map(() => scattered(18));
  dy?.fill(Number.NaN, 6, 9); // of query 2
  const [dq, dk, dv] = run(backwards("attendGradient2", sizes, [dy, q, k, v] as Float32Array[]));
  const spoiled = (x: Float32Array = new Float32Array(0)): number[] =>
    [0, 1, 2, 3, 4, 5].filter((r) => x.subarray(3 * r, 3 * r + 3).some(Number.isNaN));
  assert.deepEqual([spoiled(dq), spoiled(dk), spoiled(dv)], [[2], [0, 1, 2], [0, 1, 2]]);
});

test("attend of no rows is empty, and its slopes of k and v are +0", () => {
  const [q, k] = [matrixOf<"T", "N·K">(new Float32Array(0), 0, 2), of<"S", "G·K">([1, 2])];
  assert.deepEqual(attend(q, k, k, 2).shape, [0, 2]);
  assert.deepEqual(rows(attendGradient(q, q, k, k, 2)[1]), [[0, 0]]);
  const none = matrixOf<"S", "G·K">(new Float32Array(0), 0, 2);
  assert.deepEqual(attend(q, none, none, 2).shape, [0, 2]);
  assert.deepEqual(
    attendGradient(q, q, none, none, 2).map(({ shape }) => shape),
    [
      [0, 2],
      [0, 2],
      [0, 2],
    ],
  );
});

test("attend and attendGradient refuse sizes that do not divide, in the reference's words", () => {
  const q = of<"T", "N·K">([1, 2, 3, 4]);
  const k = of<"S", "G·K">([1, 2]);
  const refusals: readonly (readonly [Q, KV, KV, number, string])[] = [
    [q, k, of([1]), 2, "attend: v is [1, 1]; expected [S, G·K], the shape of k: [1, 2]"],
    [q, k, k, 0.5, "attend: K is 0.5; expected a positive whole width of a head"],
    [q, k, k, 3, "attend: q has 4 columns; expected a multiple of K = 3, the width of a head"],
    [
      q,
      of([1]),
      of([1]),
      2,
      "attend: k has 1 columns; expected a positive multiple of K = 2, the width of a head",
    ],
    [
      of([1, 2]),
      of([1, 2, 3, 4]),
      of([1, 2, 3, 4]),
      2,
      "attend: k has G = 2 heads; expected a divisor of N = 1, the heads of q",
    ],
    [of([1, 2], [3, 4]), k, k, 2, "attend: k has S = 1 rows; expected T = 2 at least, the rows of q"],
  ];
  for (const [a, b, c, K, message] of refusals) {
    assert.throws(() => attend(a, b, c, K), { name: "RangeError", message });
    assert.throws(() => attendGradient(a, a, b, c, K), { name: "RangeError", message });
  }
  assert.throws(() => attendGradient(of<"T", "N·K">([1]), q, k, k, 2), {
    name: "RangeError",
    message: "attendGradient: dy is [1, 1]; expected [T, N·K], the shape of q: [1, 4]",
  });
});
