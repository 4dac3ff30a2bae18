// Layer norm and root-mean-square norm, and their slopes.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/norm.ts";
import { type Matrix, matrixOf, type Vector } from "../../reference/tensor.ts";
import { holds, of, ofVector, rows, sizes } from "../assertions.ts";
import {
  any,
  floats,
  laneSum,
  matrices,
  ordinary,
  placings,
  rounded,
  shared,
  vectors,
  within,
} from "./float32.ts";
import { judged } from "./judged.ts";
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

const call = (kernel: string, x: X, gain: Gain, bias: Gain): Call => ({
  kernel,
  inputs: [x, gain, bias].map((tensor) => Float32Array.from(tensor.data)),
  outputs: [x.size],
  args: ([a = 0, b = 0, c = 0], [y = 0]) =>
    kernel === "rmsNorm" ? [a, b, y, x.shape[1], epsilon] : [a, b, c, y, x.shape[1], epsilon],
  items: x.shape[0],
});
const nothing = new Float32Array(0);

test("layerNorm(x, gain, bias, ε) is within its roundings of the truth, in every version", () => {
  holds(
    fc.property(cases, ([x, gain, bias, , placing]) => {
      judged("layerNorm", { x, gain, bias }, layerNorm(x, gain, bias, epsilon), { epsilon });
      const [one = nothing] = shared(call("layerNorm1", x, gain, bias), placing);
      judged("layerNorm", { x, gain, bias }, one, { epsilon });
      const [two] = shared(call("layerNorm2", x, gain, bias), placing);
      within(layerNorm(x, gain, bias, epsilon), two ?? nothing, () => 0);
    }),
    20,
  );
});

test("rmsNorm(x, gain, ε) is within its roundings of the truth", () => {
  holds(
    fc.property(cases, ([x, gain, bias, , placing]) => {
      const y = rmsNorm(x, gain, epsilon);
      judged("rmsNorm", { x, gain }, y, { epsilon });
      within(shared(call("rmsNorm", x, gain, bias), placing)[0] ?? nothing, y, () => 0);
    }),
    20,
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
  assert.deepEqual(rows(z), [[2, 7]]);
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

test("layerNormGradient(dy, x, gain, bias, ε) is within its roundings of the truth", () => {
  holds(
    fc.property(cases, ([x, gain, bias, dy]) => {
      const got = layerNormGradient(dy, x, gain, bias, epsilon);
      judged("layerNorm.gradient", { dy, x, gain, bias }, got, { epsilon });
    }),
    20,
  );
});

test("rmsNormGradient(dy, x, gain, ε) is within its roundings of the truth", () => {
  holds(
    fc.property(cases, ([x, gain, , dy]) =>
      judged("rmsNorm.gradient", { dy, x, gain }, rmsNormGradient(dy, x, gain, epsilon), { epsilon }),
    ),
    20,
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
