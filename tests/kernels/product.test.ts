// The matrix products, kernel by kernel: one sum, in one order, in every version.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds } from "../assertions.ts";
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

/** Numbers that make float32 sums round, with zeros of both signs, subnormals and the special. */
const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, -0) },
  { weight: 1, arbitrary: fc.constantFrom(1e-45, -1e-45, 3e38, -3e38, 1) },
  { weight: 8, arbitrary: fc.double({ min: -8, max: 8, noNaN: true }) },
);
const special = fc.oneof({ weight: 30, arbitrary: number }, fc.constantFrom(Infinity, -Infinity, Number.NaN));
const floats = (size: number, element = number): fc.Arbitrary<Float32Array> =>
  fc.array(element, { minLength: size, maxLength: size }).map((values) => Float32Array.from(values));

const products = (most: number, element = number): fc.Arbitrary<Product> =>
  fc
    .tuple(fc.nat(most), fc.nat(most), fc.nat(most), fc.boolean(), fc.boolean(), fc.boolean())
    .chain(([M, K, N, turnedA, turnedB, biased]) =>
      fc
        .tuple(floats(M * K, element), floats(K * N, element), floats(N, element))
        .map(([a, b, bias]) => ({ M, K, N, a, b, bias: biased ? bias : undefined, turnedA, turnedB })),
    );

const kernels = ["matmul1", "matmul2", "matmul3", "matmul4", "matmul"];

test("every matmul sums in ascending k from +0, the bias last, bit for bit, wherever its buffers lie", () => {
  holds(
    fc.property(products(33, special), fc.nat(15), (p, offset) => {
      for (const kernel of kernels)
        assert.deepEqual(bits(result(call(kernel, p, { offset }))), bits(model(p)), kernel);
    }),
    60,
  );
});
