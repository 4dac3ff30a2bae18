// Softmax along rows, and the slope through it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/softmax.ts";
import { log } from "../../reference/elementary.ts";
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import { holds, of, rows, sizes } from "../assertions.ts";
import { any, floats, laneSum, matrices, placings, rounded, shared, u, within } from "./float32.ts";
import { boundsOf, judged } from "./judged.ts";
import { bits, type Call, result } from "./raw.ts";

const { machine } = await kernels({ mebibytes: 32 });
const softmax = face.softmax(machine);
const softmaxGradient = face.softmaxGradient(machine);
const nothing = new Float32Array(0);

type X = Matrix<"T", "S">;
const cases = fc
  .tuple(sizes(7), sizes(33))
  .chain(([R, C]) => fc.tuple(matrices<"T", "S">(R, C), matrices<"T", "S">(R, C), placings(R)));

const call = (kernel: string, x: X): Call => ({
  kernel,
  inputs: [Float32Array.from(x.data)],
  outputs: [x.size],
  args: ([a = 0], [p = 0]) => [a, p, x.shape[1]],
  items: x.shape[0],
});

test("softmax(x) is within its roundings of the truth, in every version", () => {
  holds(
    fc.property(cases, ([x, , placing]) => {
      const p = softmax(x);
      const [[one = nothing], [two = nothing]] = [
        shared(call("softmax1", x), placing),
        shared(call("softmax2", x), placing),
      ];
      judged("softmax", { x }, p);
      judged("softmax", { x }, one);
      within(two, p, () => 0);
    }),
    40,
  );
});

const powers = (x: Float32Array): Float32Array =>
  result({
    kernel: "exp",
    inputs: [x],
    outputs: [x.length],
    items: x.length,
    args: ([a = 0], [b = 0]) => [a, b],
  });

test("softmax(x) divides exponentials by their sum, added in four lanes, to the bit; version 1 adds them in order", () => {
  holds(
    fc.property(cases, ([x]) => {
      const [R, C] = x.shape;
      for (let r = 0; r < R; r++) {
        const values = x.data.subarray(r * C, r * C + C);
        const e = powers(Float32Array.from(values, (value) => value - Math.max(...values)));
        const [one, two] = ["softmax1", "softmax2"].map((kernel) =>
          result(call(kernel, matrixOf(Float32Array.from(values), 1, C))),
        );
        const inOrder = e.reduce((total, value) => Math.fround(total + value), 0);
        assert.deepEqual(
          one,
          e.map((value) => value / inOrder),
        );
        assert.deepEqual(
          two,
          e.map((value) => value / laneSum(C, (c) => e[c] ?? 0)),
        );
      }
    }),
    25,
  );
});

test("softmax of [0, log 2, log 5] is [1, 2, 5] / 8", () => {
  const x = of<"T", "S">([0, log(2), log(5)]);
  const { bound } = boundsOf("softmax", { x })["p"] ?? { bound: [] };
  // float32 has log 5 to within u, which moves no p by more
  within(softmax(x), Float32Array.of(0.125, 0.25, 0.625), (i) => (bound[i] ?? 0) + u);
});

test("softmax(x) does not overflow, gives exactly 0 for −Infinity, and never sees columns of −Infinity", () => {
  const [wide, narrow] = [
    of<"T", "S">([1e38, -Infinity, 1e38, -Infinity, -Infinity]),
    of<"T", "S">([1e38, 1e38]),
  ];
  assert.deepEqual([rows(softmax(wide)), rows(softmax(narrow))], [[[0.5, 0, 0.5, 0, 0]], [[0.5, 0.5]]]);
  holds(
    fc.property(cases, fc.nat(9), ([x], more) => {
      const [R, C] = x.shape;
      const padded = new Float32Array(R * (C + more)).fill(-Infinity);
      for (let r = 0; r < R; r++) padded.set(x.data.subarray(r * C, r * C + C), r * (C + more));
      const p = softmax(matrixOf<"T", "S">(padded, R, C + more));
      for (let r = 0; r < R && C > 0; r++)
        for (let c = 0; c < C + more; c++)
          assert.ok(Object.is(p.get(r, c), c < C ? softmax(x).get(r, c) : 0));
    }),
    15,
  );
});

test("softmax(x): a row with NaN or +Infinity, or of −Infinity alone, is NaN throughout; the next is as if alone", () => {
  const x = of<"T", "S">([1, NaN, 2], [1, Infinity, 2], [-Infinity, -Infinity, -Infinity], [0, 0, 0]);
  const third = Math.fround(1 / 3);
  const none = [NaN, NaN, NaN];
  assert.deepEqual(rows(softmax(x)), [none, none, none, [third, third, third]]);
  assert.deepEqual(softmax(matrixOf<"T", "S">(new Float32Array(0), 3, 0)).shape, [3, 0]);
});

test("softmaxGradient(dp, x) is within its roundings of the truth", () => {
  holds(
    fc.property(cases, ([x, dp]) => judged("softmax.gradient", { dp, x }, softmaxGradient(dp, x))),
    40,
  );
});

test("softmaxGradient(dp, x): no share of the rows and no place moves a bit; a constant dp has slope 0", () => {
  holds(
    fc.property(
      fc
        .tuple(sizes(6), sizes(20))
        .chain(([R, C]) =>
          fc.tuple(floats(R * C, any), floats(R * C, any), placings(R), fc.constant([R, C] as const)),
        ),
      ([dp, x, placing, [R, C]]) => {
        const args = ([a = 0, b = 0]: readonly number[], [c = 0]: readonly number[]) => [a, b, c, C];
        shared({ kernel: "softmaxGradient", inputs: [dp, x], outputs: [R * C], args, items: R }, placing);
        shared(call("softmax2", matrixOf(x, R, C)), placing);
      },
    ),
    30,
  );
  assert.deepEqual(rows(softmaxGradient(of<"T", "S">([2, 2]), of<"T", "S">([3, 3]))[0]), [[0, 0]]);
});

test("softmax(x) of some rows is that of each row alone, bit for bit", () => {
  holds(
    fc.property(cases, ([x]) => {
      const [R, C] = x.shape;
      const p = rounded(softmax(x));
      for (let r = 0; r < R; r++) {
        const alone = matrixOf<"T", "S">(Float32Array.from(x.data.subarray(r * C, r * C + C)), 1, C);
        assert.deepEqual(bits(rounded(softmax(alone))), bits(p.slice(r * C, r * C + C)));
      }
    }),
    30,
  );
});

test("softmaxGradient refuses another shape, in the reference's words", () => {
  assert.throws(() => softmaxGradient(of<"T", "S">([1]), of<"T", "S">([1, 2])), {
    name: "RangeError",
    message: "softmaxGradient: dp is [1, 1]; expected [R, C], the shape of x: [1, 2]",
  });
});
