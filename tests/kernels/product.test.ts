// The matrix products, kernel by kernel: one sum, in one order, in every version.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stream } from "../../reference/random.ts";
import type { Tensor } from "../../reference/tensor.ts";
import { holds } from "../assertions.ts";
import { floats, matrices, type Placing, placings, shared, vectors } from "./float32.ts";
import { judged } from "./judged.ts";
import { bits, type Call, result } from "./raw.ts";

/** A and B by strides, as the kernels take them. */
interface Product {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly bias: Float32Array | undefined;
  /** xᵀ: A lies column after column */
  readonly turnedA: boolean;
  /** wᵀ: B lies column after column */
  readonly turnedB: boolean;
}

const strides = ({ M, K, N, turnedA, turnedB }: Product) => ({
  aRow: turnedA ? 1 : K,
  aStep: turnedA ? M : 1,
  bStep: turnedB ? 1 : N,
  bColumn: turnedB ? K : 1,
});

const call = (kernel: string, p: Product, more: Partial<Call> = {}): Call => {
  const { aRow, aStep, bStep, bColumn } = strides(p);
  return {
    kernel,
    inputs: [p.a, p.b, p.bias],
    outputs: [p.M * p.N],
    args: ([a = 0, b = 0, bias = 0], [c = 0]) => [a, aRow, aStep, b, bStep, bColumn, bias, c, p.M, p.K, p.N],
    items: p.N,
    ...more,
  };
};

/** A product of one stride each, x [T, I] and w [I, O], as the kernels that skip zeros take it. */
const activeCall = (kernel: string, p: Product): Call => ({
  ...call(kernel, p),
  args: ([x = 0, w = 0, bias = 0], [y = 0]) => [x, w, bias, y, p.M, p.K, p.N],
});

const gatedCall = (kernel: string, T: number, D: number, F: number, inputs: Call["inputs"]): Call => ({
  kernel,
  inputs,
  outputs: [T * F],
  args: ([x = 0, w = 0, g = 0], [h = 0]) => [x, w, g, h, T, D, F],
  items: F,
});

/** Fails unless both hold the same bits, one sort of NaN, and names the first number that differs. */
function same(got: Float32Array, wanted: Float32Array, what: string): void {
  const [a, b] = [bits(got), bits(wanted)];
  assert.equal(a.length, b.length, what);
  const i = a.findIndex((word, i) => word !== b[i]);
  if (i >= 0) assert.fail(`${what}: number ${i} is ${got[i]}; expected ${wanted[i]}, bit for bit`);
}

/** Shares of at most 33 items cut to `items`. */
const within33 = ({ offset, cuts }: Placing, items: number): Placing => ({
  offset,
  cuts: cuts.map((cut) => Math.min(cut, items)),
});

const data = (x: Tensor): Float32Array => Float32Array.from(x.data);
const floatProducts = fc
  .tuple(fc.nat(9), fc.nat(9), fc.nat(9))
  .chain(([T, I, O]) => fc.tuple(matrices<"T", "I">(T, I), matrices<"I", "O">(I, O), vectors<"O">(O)));

/** The sum that every kernel makes: float32 after every operation, ascending k from +0, the bias last. */
function model(p: Product): Float32Array {
  const { aRow, aStep, bStep, bColumn } = strides(p);
  const f = Math.fround;
  return Float32Array.from({ length: p.M * p.N }, (_, i) => {
    const [m, n] = [Math.floor(i / p.N), i % p.N];
    let sum = 0;
    for (let k = 0; k < p.K; k++)
      sum = f(
        sum + f((p.a[m * aRow + k * aStep] ?? Number.NaN) * (p.b[k * bStep + n * bColumn] ?? Number.NaN)),
      );
    return p.bias ? f(sum + (p.bias[n] ?? Number.NaN)) : sum;
  });
}

/** The same of x and wᵀ, times the gate; −0 becomes +0, and a closed gate is +0 whatever lies behind it. */
function gatedModel(T: number, D: number, F: number, x: Float32Array, w: Float32Array, g: Float32Array) {
  const p = { M: T, K: D, N: F, a: x, b: w, bias: undefined, turnedA: false, turnedB: true };
  return model(p).map((sum, i) => {
    const gate = g[i] ?? Number.NaN;
    return gate === 0 ? 0 : Math.fround(gate * sum) + 0;
  });
}

/** Numbers that make float32 sums round, with zeros of both signs, subnormals and the special. */
const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, -0) },
  { weight: 1, arbitrary: fc.constantFrom(1e-45, -1e-45, 3e38, -3e38, 1) },
  { weight: 8, arbitrary: fc.double({ min: -8, max: 8, noNaN: true }) },
);
const special = fc.oneof({ weight: 30, arbitrary: number }, fc.constantFrom(Infinity, -Infinity, Number.NaN));

const products = (most: number, element = number): fc.Arbitrary<Product> =>
  fc
    .tuple(fc.nat(most), fc.nat(most), fc.nat(most), fc.boolean(), fc.boolean(), fc.boolean())
    .chain(([M, K, N, turnedA, turnedB, biased]) =>
      fc
        .tuple(floats(M * K, element), floats(K * N, element), floats(N, element))
        .map(([a, b, bias]) => ({ M, K, N, a, b, bias: biased ? bias : undefined, turnedA, turnedB })),
    );

/** A product too large for fast-check to make, its numbers from a seed; every third of a is zero. */
function large(M: number, K: number, N: number, turnedA = false, turnedB = false): Product {
  const numbers = stream(7, `${M} ${K} ${N}`);
  const draw = (size: number, zeros = false): Float32Array =>
    Float32Array.from({ length: size }, (_, i) => (zeros && i % 3 === 0 ? 0 : numbers.normal()));
  return { M, K, N, a: draw(M * K, true), b: draw(K * N), bias: draw(N), turnedA, turnedB };
}

const matmuls = ["matmul1", "matmul2", "matmul3", "matmul4", "matmul"];
const actives = ["activeMatmul1", "activeMatmul2", "activeMatmul"];
const gateds = ["activeGatedMatmul1", "activeGatedMatmul"];

test("every matmul sums in ascending k from +0, the bias last, bit for bit, wherever its buffers lie", () => {
  holds(
    fc.property(products(33, special), placings(33), (p, placing) => {
      for (const kernel of matmuls) {
        const [c = p.a] = shared(call(kernel, p), within33(placing, p.N), p.M === 1);
        same(c, model(p), kernel);
      }
    }),
    40,
  );
});

for (const [M, K, N] of [
  [131, 259, 13],
  [5, 513, 517],
  [2, 67, 2053],
  [1, 1030, 33],
] as const)
  test(`every matmul is the same where [${M}, ${K}] · [${K}, ${N}] crosses its blocks`, () => {
    for (const turned of [false, true]) {
      const p = large(M, K, N, turned, turned);
      const wanted = model(p);
      for (const kernel of matmuls.slice(1)) same(result(call(kernel, p)), wanted, kernel);
    }
    const p = large(M, K, N);
    const wanted = model(p);
    for (const kernel of actives.slice(1)) same(result(activeCall(kernel, p)), wanted, kernel);
  });

test("matmul1 is linear within its roundings, activeMatmul1 activeLinear", () => {
  holds(
    fc.property(floatProducts, ([x, w, b]) => {
      const [[T, I], [, O]] = [x.shape, w.shape];
      const p = { M: T, K: I, N: O, a: data(x), b: data(w), bias: data(b), turnedA: false, turnedB: false };
      judged("linear", { x, w, b }, result(call("matmul1", p)));
      judged("activeLinear", { x, w, b }, result(activeCall("activeMatmul1", p)));
    }),
    40,
  );
});

test("every activeMatmul has the bits of matmul1 on finite numbers, wherever its buffers lie and shares end", () => {
  holds(
    fc.property(products(33), placings(33), (drawn, placing) => {
      const p = { ...drawn, turnedA: false, turnedB: false };
      for (const kernel of actives) {
        const [y = p.a] = shared(activeCall(kernel, p), within33(placing, p.N), p.M === 1);
        same(y, model(p), kernel);
      }
    }),
    40,
  );
});

test("every activeMatmul leaves out what lies behind a zero, be it infinite or NaN, and nothing behind a NaN", () => {
  holds(
    fc.property(products(9, special), (drawn) => {
      const p = { ...drawn, turnedA: false, turnedB: false };
      const [first = p.a, ...others] = actives.map((kernel) => result(activeCall(kernel, p)));
      for (const other of others) same(other, first, "a version");
      const zeroed = { ...p, a: p.a.map(() => -0), bias: undefined };
      for (const kernel of actives)
        same(result(activeCall(kernel, zeroed)), new Float32Array(p.M * p.N), kernel);
    }),
    40,
  );
});

/** x · wᵀ behind gates, no sum so large that a closed gate would make NaN of it. */
const gated = fc
  .tuple(fc.nat(5), fc.nat(33), fc.nat(33))
  .chain(([T, D, F]) =>
    fc.tuple(fc.constant([T, D, F] as const), floats(T * D), floats(F * D), floats(T * F)),
  );

test("every gated product is g times the dot product, +0 behind a closed gate, wherever buffers lie and shares end", () => {
  holds(
    fc.property(gated, placings(33), ([[T, D, F], x, w, g], placing) => {
      for (const kernel of ["gatedMatmul", ...gateds]) {
        const [h = x] = shared(gatedCall(kernel, T, D, F, [x, w, g]), within33(placing, F), T === 1);
        same(h, gatedModel(T, D, F, x, w, g), kernel);
      }
    }),
    40,
  );
});

test("activeGatedMatmul is the same where several rows of x cross its blocks of w", () => {
  const [T, D, F] = [2, 1100, 141];
  const { a: x, b: w } = large(T, D, F);
  const g = large(T, F, 1).a;
  const wanted = gatedModel(T, D, F, x, w, g);
  for (const kernel of ["gatedMatmul", ...gateds])
    same(result(gatedCall(kernel, T, D, F, [x, w, g])), wanted, kernel);
});

test("activeGatedMatmul1 is activeGatedLinear within its roundings", () => {
  const sizes = fc.tuple(fc.nat(4), fc.nat(9), fc.nat(9));
  const drawn = sizes.chain(([T, D, F]) =>
    fc.tuple(matrices<"T", "D">(T, D), matrices<"F", "D">(F, D), matrices<"T", "F">(T, F)),
  );
  holds(
    fc.property(drawn, ([x, w, g]) => {
      const [[T, D], [F]] = [x.shape, w.shape];
      const got = result(gatedCall("activeGatedMatmul1", T, D, F, [data(x), data(w), data(g)]));
      judged("activeGatedLinear", { x, w, g }, got);
    }),
    40,
  );
});

test("columnSums adds rows in ascending order from +0, wherever its buffers lie and shares end", () => {
  const drawn = fc
    .tuple(fc.nat(33), fc.nat(33))
    .chain(([R, C]) => fc.tuple(fc.constant(R), fc.constant(C), floats(R * C, special)));
  holds(
    fc.property(drawn, placings(33), ([R, C, x], placing) => {
      const sums: Call = {
        kernel: "columnSums",
        inputs: [x],
        outputs: [C],
        args: ([at = 0], [to = 0]) => [at, to, R, C],
        items: C,
      };
      const wanted = Float32Array.from({ length: C }, (_, c) => {
        let sum = 0;
        for (let r = 0; r < R; r++) sum = Math.fround(sum + (x[r * C + c] ?? Number.NaN));
        return sum;
      });
      const [got = x] = shared(sums, within33(placing, C));
      same(got, wanted, "columnSums");
    }),
    40,
  );
});
