// Layer norm and root-mean-square norm, and their slopes.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/norm.ts";
import * as reference from "../../reference/ops/norm.ts";
import { type Matrix, matrixOf, sum, type Vector } from "../../reference/tensor.ts";
import { holds, of, ofVector, rows, sizes } from "../assertions.ts";
import { normBound, standard } from "./bounds.ts";
import {
  any,
  eta,
  floats,
  laneSum,
  matrices,
  ordinary,
  placings,
  rounded,
  shared,
  u,
  vectors,
  within,
} from "./float32.ts";
import { bits, type Call, result } from "./raw.ts";

const { machine } = await kernels({ mebibytes: 32 });
const layerNorm = face.layerNorm(machine);
const rmsNorm = face.rmsNorm(machine);
const layerNormGradient = face.layerNormGradient(machine);
const rmsNormGradient = face.rmsNormGradient(machine);

type X = Matrix<"T", "D">;
type Gain = Vector<"D">;
const epsilon = 1e-5; // no float32 number, and not rounded to one
const cases = fc
  .tuple(sizes(7), sizes(35, 1))
  .chain(([T, D]) =>
    fc.tuple(
      matrices<"T", "D">(T, D),
      vectors<"D">(D),
      vectors<"D">(D),
      matrices<"T", "D">(T, D),
      placings(T),
    ),
  );

const near = (got: X | Float32Array, wanted: X, x: X, gain: Gain, bias?: Gain): void =>
  within(got, wanted, normBound(wanted, x, epsilon, gain, bias));

const call = (kernel: string, x: X, gain: Gain, bias: Gain): Call => ({
  kernel,
  inputs: [x, gain, bias].map((tensor) => Float32Array.from(tensor.data)),
  outputs: [x.size],
  args: ([a = 0, b = 0, c = 0], [y = 0]) =>
    kernel === "rmsNorm" ? [a, b, y, x.shape[1], epsilon] : [a, b, c, y, x.shape[1], epsilon],
  items: x.shape[0],
});
const nothing = new Float32Array(0);

test("layerNorm(x, gain, bias, ε) is within its roundings of the reference, in every version", () => {
  holds(
    fc.property(cases, ([x, gain, bias, , placing]) => {
      const wanted = reference.layerNorm(x, gain, bias, epsilon);
      near(layerNorm(x, gain, bias, epsilon), wanted, x, gain, bias);
      for (const kernel of ["layerNorm1", "layerNorm2"])
        near(shared(call(kernel, x, gain, bias), placing)[0] ?? nothing, wanted, x, gain, bias);
    }),
    30,
  );
});

test("rmsNorm(x, gain, ε) is within its roundings of the reference", () => {
  holds(
    fc.property(cases, ([x, gain, bias, , placing]) => {
      const wanted = reference.rmsNorm(x, gain, epsilon);
      near(rmsNorm(x, gain, epsilon), wanted, x, gain);
      near(shared(call("rmsNorm", x, gain, bias), placing)[0] ?? nothing, wanted, x, gain);
    }),
    30,
  );
});

test("layerNorm and rmsNorm add up a row in four lanes, to the bit; layerNorm1 from left to right", () => {
  const f = Math.fround;
  type Sum = (n: number, term: (i: number) => number) => number;
  const inOrder: Sum = (n, term) => {
    let total = 0;
    for (let i = 0; i < n; i++) total = f(total + term(i));
    return total;
  };
  const model = (x: Float32Array, gain: Gain, bias: Gain | undefined, add: Sum): Float32Array => {
    const at = (d: number): number => x[d] ?? 0;
    const mean = bias ? f(add(x.length, at) / x.length) : 0;
    const square = f(add(x.length, (d) => f(f(at(d) - mean) * f(at(d) - mean))) / x.length);
    const deviation = f(Math.sqrt(square + epsilon));
    const n = x.map((_, d) => f(f(at(d) - mean) / deviation) * gain.get(d));
    return bias ? n.map((value, d) => value + bias.get(d)) : n;
  };
  holds(
    fc.property(cases, ([x, gain, bias]) => {
      if (x.shape[0] === 0) return;
      const row = Float32Array.from(x.data.subarray(0, x.shape[1]));
      const one = matrixOf<"T", "D">(row, 1, row.length);
      assert.deepEqual(
        bits(result(call("layerNorm1", one, gain, bias))),
        bits(model(row, gain, bias, inOrder)),
      );
      assert.deepEqual(
        bits(result(call("layerNorm2", one, gain, bias))),
        bits(model(row, gain, bias, laneSum)),
      );
      const rms = model(row, gain, undefined, laneSum);
      assert.deepEqual(bits(result(call("rmsNorm", one, gain, bias))), bits(rms));
    }),
    30,
  );
});

test("layerNorm of [1, 3] with ε = 3 is ∓1/2 · gain + bias, rmsNorm of [1, 7] with ε = 0 is x/5 · gain", () => {
  const y = layerNorm(of<"T", "D">([1, 3]), ofVector<"D">(2, 4), ofVector<"D">(10, 20), 3);
  assert.deepEqual(rows(y), [[9, 22]]);
  const z = rmsNorm(of<"T", "D">([1, 7]), ofVector<"D">(10, 5), 0);
  within(z, Float32Array.of(2, 7), () => 8 * u);
});

test("layerNorm keeps the small spread of a row with a large mean, where one pass over x² would lose it", () => {
  const y = layerNorm(of<"T", "D">([4096, 4098]), ofVector<"D">(1, 1), ofVector<"D">(0, 0), 0);
  assert.deepEqual(rows(y), [[-1, 1]]);
});

test("layerNorm and rmsNorm keep NaN and infinities in their rows; of zeros they are zeros, or NaN without ε", () => {
  const [ones, zeros] = [ofVector<"D">(1, 1), ofVector<"D">(0, 0)];
  const x = of<"T", "D">([NaN, 1], [Infinity, 1], [0, 0]);
  for (const y of [layerNorm(x, ones, zeros, 1), rmsNorm(x, ones, 1)]) {
    assert.ok(Number.isNaN(y.get(0, 0)) && Number.isNaN(y.get(0, 1)) && Number.isNaN(y.get(1, 0)));
    assert.deepEqual(rows(y)[2], [0, 0]);
  }
  const none = [[NaN, NaN]];
  assert.deepEqual(rows(layerNorm(of<"T", "D">([0, 0]), ones, zeros, 0)), none);
  assert.deepEqual(rows(rmsNorm(of<"T", "D">([0, 0]), ones, 0)), none);
  assert.deepEqual(layerNorm(matrixOf<"T", "D">(nothing, 2, 0), ofVector(), ofVector(), 1).shape, [2, 0]);
});

test("layerNorm and rmsNorm of some rows are those of each row alone, bit for bit, slopes of x too", () => {
  holds(
    fc.property(cases, ([x, gain, bias, dy]) => {
      const D = x.shape[1];
      const row = (m: X, t: number): X =>
        matrixOf<"T", "D">(Float32Array.from(m.data.subarray(t * D, t * D + D)), 1, D);
      const each = [
        (a: X, b: X) => layerNorm(a, gain, bias, epsilon + 0 * b.size),
        (a: X) => rmsNorm(a, gain, epsilon),
        (a: X, b: X) => layerNormGradient(b, a, gain, bias, epsilon)[0],
        (a: X, b: X) => rmsNormGradient(b, a, gain, epsilon)[0],
      ];
      for (const f of each) {
        const whole = f(x, dy);
        for (let t = 0; t < x.shape[0]; t++)
          assert.deepEqual(bits(rounded(f(row(x, t), row(dy, t)))), bits(rounded(row(whole, t))));
      }
    }),
    20,
  );
});

/**
 * dx = (g − A − n · B) / deviation, g = dy ⊙ gain, A the mean of g (layer norm only), B that of g ⊙ n. g rounds once; A is
 * off by (D + 2) u of mean |g|; B by (D + 3) u of mean |g n| and by what n brings; the two differences, n · B and the
 * ratio round once each. dgain adds T terms in order: (T + 1) u of Σ |dy n|, and what n brings.
 */
function gradientNear(
  got: readonly [X, Gain, Gain?],
  wanted: readonly [X, Gain, Gain?],
  dy: X,
  x: X,
  gain: Gain,
): void {
  const [T, D] = x.shape;
  const { n, off, deviation, relative } = standard(x, got.length === 3, epsilon);
  const g = (t: number, d: number): number => Math.abs(dy.get(t, d) * gain.get(d));
  const mean = (f: (d: number) => number): number => sum(D, f) / D;
  const each = Array.from({ length: T }, (_, t) => {
    const a = got.length === 3 ? mean((d) => g(t, d)) : 0;
    const b = mean((d) => g(t, d) * Math.abs(n(t, d)));
    const offB = (D + 3) * u * b + mean((d) => g(t, d) * off(t, d));
    return { a, b, offB };
  });
  within(got[0], wanted[0], (i) => {
    const [t, d] = [Math.floor(i / D), i % D];
    const { a, b, offB } = each[t] ?? { a: 0, b: 0, offB: 0 };
    const size = Math.abs(n(t, d));
    const numerator = 3 * u * g(t, d) + (D + 4) * u * a + 3 * u * size * b + off(t, d) * b + size * offB;
    const ratio = (relative(t) + u) * Math.abs(wanted[0].get(t, d));
    return (1.01 * numerator + 8 * eta) / deviation(t) + 1.01 * ratio + eta;
  });
  within(got[1], wanted[1], (d) =>
    sum(T, (t) => Math.abs(dy.get(t, d)) * (off(t, d) * 1.01 + (T + 1) * u * Math.abs(n(t, d))) + eta),
  );
  if (got[2] && wanted[2]) within(got[2], wanted[2], (d) => T * u * sum(T, (t) => Math.abs(dy.get(t, d))));
}

test("layerNormGradient(dy, x, gain, bias, ε) is within its roundings of the reference", () => {
  holds(
    fc.property(cases, ([x, gain, bias, dy]) => {
      const wanted = reference.layerNormGradient(dy, x, gain, bias, epsilon);
      gradientNear(layerNormGradient(dy, x, gain, bias, epsilon), wanted, dy, x, gain);
    }),
    30,
  );
});

test("rmsNormGradient(dy, x, gain, ε) is within its roundings of the reference", () => {
  holds(
    fc.property(cases, ([x, gain, , dy]) => {
      const wanted = reference.rmsNormGradient(dy, x, gain, epsilon);
      gradientNear(rmsNormGradient(dy, x, gain, epsilon), wanted, dy, x, gain);
    }),
    30,
  );
});

const raws = fc
  .tuple(sizes(5), sizes(21))
  .chain(([T, D]) =>
    fc.tuple(
      floats(T * D, any),
      floats(T * D, any),
      floats(D, ordinary),
      floats(2 * T, ordinary),
      placings(T),
      placings(D, 4),
      fc.constant([T, D] as const),
    ),
  );

test("normGradient and normWeights: no share of rows or columns and no place moves a bit; sums over t are in order", () => {
  const f = Math.fround;
  holds(
    fc.property(raws, fc.constantFrom(0, 1), ([dy, x, gain, moments, byRow, byColumn, [T, D]], centred) => {
      const rowwise: Call = {
        kernel: "normGradient",
        inputs: [dy, x, gain],
        outputs: [T * D, 2 * T],
        args: ([a = 0, b = 0, c = 0], [dx = 0, m = 0]) => [a, b, c, dx, m, D, epsilon, centred],
        items: T,
      };
      shared(rowwise, byRow);
      const columnwise: Call = {
        kernel: "normWeights",
        inputs: [dy, x, moments],
        outputs: [D, D],
        args: ([a = 0, b = 0, c = 0], [dgain = 0, dbias = 0]) => [a, b, c, dgain, dbias, T, D],
        items: D,
      };
      const [dgain = dy, dbias = dy] = shared(columnwise, byColumn);
      const at = (m: Float32Array, i: number): number => m[i] ?? 0;
      for (let d = 0; d < D; d++) {
        let [gains, biases] = [0, 0];
        for (let t = 0; t < T; t++) {
          const n = f(f(at(x, t * D + d) - at(moments, 2 * t)) / at(moments, 2 * t + 1));
          gains = f(gains + f(at(dy, t * D + d) * n));
          biases = f(biases + at(dy, t * D + d));
        }
        assert.deepEqual([dgain[d], dbias[d]], [gains, biases]);
      }
    }),
    40,
  );
});

test("the norms refuse a gain, bias or dy of another shape, in the reference's words", () => {
  const x = of<"T", "D">([1, 2]);
  const [one, two] = [ofVector<"D">(1), ofVector<"D">(1, 1)];
  const refusals: readonly (readonly [() => unknown, string])[] = [
    [() => layerNorm(x, one, two, 0), "layerNorm: gain is [1]; expected [D], the columns of x: [2]"],
    [() => layerNorm(x, two, one, 0), "layerNorm: bias is [1]; expected [D], the columns of x: [2]"],
    [() => rmsNorm(x, one, 0), "rmsNorm: gain is [1]; expected [D], the columns of x: [2]"],
    [
      () => layerNormGradient(of<"T", "D">([1]), x, two, two, 0),
      "layerNormGradient: dy is [1, 1]; expected [T, D], the shape of x: [1, 2]",
    ],
    [
      () => rmsNormGradient(of<"T", "D">([1]), x, two, 0),
      "rmsNormGradient: dy is [1, 1]; expected [T, D], the shape of x: [1, 2]",
    ],
  ];
  for (const [refused, message] of refusals) assert.throws(refused, { name: "RangeError", message });
});
