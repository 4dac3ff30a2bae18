// Weights of 16 bits, widened inside the kernels: the same bits as float32 kernels over widened weights, in every product.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { type Kernels, kernels } from "../../kernels/index.node.ts";
import { transposed } from "../../reference/formats/checkpoint.ts";
import { fromBF16, fromF16, toBF16, toF16 } from "../../reference/formats/half.ts";
import { stream } from "../../reference/random.ts";
import {
  type Bits,
  type Matrix,
  matrixOf,
  type Numbers,
  type Stored,
  storedMatrix,
  storedOf,
  vectorOf,
} from "../../reference/tensor.ts";
import { holds, sameBits } from "../assertions.ts";
import { matrices } from "./float32.ts";
import { judged } from "./judged.ts";
import { bits as bitsOf, type Call, run } from "./raw.ts";

const one = await kernels({ mebibytes: 64 });
const two = await kernels({ mebibytes: 64, threads: 2, shareFrom: 0 });
after(() => {
  one.close();
  two.close();
});

type Narrow = "BF16" | "F16";
const widen = { BF16: fromBF16, F16: fromF16 };
const round = { BF16: toBF16, F16: toF16 };
const DTYPES: readonly Narrow[] = ["BF16", "F16"];

const wide = (dtype: Narrow, bits: Bits): Numbers =>
  bits instanceof Uint16Array ? widen[dtype](bits) : bits;

/** How a matrix is kept: row after row, or column after column as a file has it. */
function stored(dtype: Narrow, words: Uint16Array, rows: number, columns: number, turned: boolean): Matrix {
  const kept: Stored = turned
    ? {
        ...{ dtype, bits: () => words, widened: (bits: Bits) => wide(dtype, bits) },
        turned: () => transposed(words, rows, columns),
      }
    : {
        ...{ dtype, bits: () => words, widened: (bits: Bits) => wide(dtype, bits) },
        rows: (from, to) => words.subarray(from * columns, to * columns),
      };
  return storedMatrix(kept, rows, columns);
}

interface Layer {
  readonly dtype: Narrow;
  readonly x: Matrix<"T", "I">;
  readonly w: Uint16Array;
  readonly g: Matrix<"T", "O">;
  readonly T: number;
  readonly I: number;
  readonly O: number;
}

/** Half of the inputs and of the gates are zero; weights have any bits of their type. */
const layers = (most: number, finite: boolean): fc.Arbitrary<Layer> =>
  fc
    .tuple(fc.constantFrom(...DTYPES), fc.integer({ min: 1, max: 12 }), fc.nat(most), fc.nat(most))
    .chain(([dtype, T, I, O]) =>
      fc
        .record({
          x: matrices<"T", "I">(T, I),
          g: matrices<"T", "O">(T, O),
          w: fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: I * O, maxLength: I * O }),
        })
        .map(({ x, g, w }) => {
          const exponent = dtype === "F16" ? 0x7c00 : 0x7f80;
          const plain = w.map((word) => (finite && (word & exponent) === exponent ? word & 0x83ff : word));
          return { dtype, x, g, w: Uint16Array.from(plain), T, I, O };
        }),
    );

/** Every product with the weights, [I, O]: or [O, I] where that is their place. */
function products(k: Kernels, { x, g, I }: Layer, w: Matrix, back: Matrix) {
  const bias = vectorOf<"O">(Float32Array.from({ length: w.shape[1] }, (_, o) => o / 3 - 1));
  return k.scope(() => ({
    linear: k.linear(x, w as never, bias as never),
    activeLinear: k.activeLinear(x, w as never, bias as never),
    gatedLinear: k.gatedLinear(x, back as never, g as never),
    activeGatedLinear: k.activeGatedLinear(x, back as never, g as never),
    unembed: k.unembed(x, back as never),
    embed: k.embed(I > 0 ? [0, I - 1, 0] : [], w),
  }));
}

function compared(k: Kernels, layer: Layer, loaded: boolean, turned: boolean): void {
  const { dtype, w, I, O } = layer;
  const [there, back] = [stored(dtype, w, I, O, turned), stored(dtype, transposed(w, I, O), O, I, turned)];
  const weights = loaded ? k.load({ there, back }) : { there, back };
  const found = products(k, layer, weights.there, weights.back);
  const plain = {
    there: matrixOf(widen[dtype](w), I, O),
    back: matrixOf(widen[dtype](transposed(w, I, O)), O, I),
  };
  const wanted = products(k, layer, plain.there, plain.back);
  for (const [name, y] of Object.entries(wanted))
    sameBits(found[name as keyof typeof found], y, `${name} of ${dtype}, ${loaded ? "loaded" : "left"}`);
  if (loaded) k.unload(weights);
}

for (const loaded of [true, false])
  for (const turned of [false, true])
    test(`products over ${loaded ? "loaded" : "unloaded"} 16-bit weights${turned ? ", kept by columns," : ""} have the bits of widened ones`, () => {
      holds(
        fc.property(layers(21, true), (layer) => {
          compared(one, layer, loaded, turned);
          compared(two, layer, loaded, turned);
        }),
        60,
      );
    });

test("infinities and NaN among the weights come through as they do in float32", () => {
  holds(
    fc.property(layers(9, false), (layer) => {
      compared(one, layer, true, false);
      compared(one, layer, false, true);
    }),
    60,
  );
});

test("sizes of several blocks, one row and many", () => {
  const numbers = stream(1, "blocks");
  for (const dtype of DTYPES)
    for (const [T, I, O] of [
      [1, 300, 1100],
      [9, 600, 530],
      [3, 70, 2100],
    ] as const) {
      const draw = (n: number): Float32Array =>
        Float32Array.from({ length: n }, () => (numbers.uniform() < 0.5 ? 0 : numbers.normal()));
      const w = round[dtype](Float64Array.from({ length: I * O }, () => numbers.normal()));
      const [x, g] = [matrixOf<"T", "I">(draw(T * I), T, I), matrixOf<"T", "O">(draw(T * O), T, O)];
      compared(two, { dtype, x, w, g, T, I, O }, true, false);
      compared(two, { dtype, x, w, g, T, I, O }, false, true);
    }
});

test("every one of the 65,536 words is widened exactly, as one of sixteen and as one of the rest", () => {
  const words = Uint16Array.from({ length: 65536 }, (_, i) => i);
  for (const dtype of DTYPES) {
    const wanted = widen[dtype](words);
    for (const [rows, columns] of [
      [4096, 16],
      [65536 / 4, 4],
    ] as const) {
      const table = stored(dtype, words, rows, columns, false);
      const ids = Array.from({ length: rows }, (_, r) => r);
      sameBits(one.embed(ids, table), matrixOf(wanted, rows, columns), `${dtype} ${columns}`);
    }
    const odd = stored(dtype, words.subarray(0, 65535), 21845, 3, false);
    const ids = Array.from({ length: 21845 }, (_, r) => r);
    sameBits(one.embed(ids, odd), matrixOf(wanted.subarray(0, 65535), 21845, 3), `${dtype} 3`);
  }
});

test("the oracle passes products over 16-bit weights, each number within the bound of its sum", () => {
  const numbers = stream(2, "judged");
  const normal = (n: number): Float32Array => Float32Array.from({ length: n }, () => numbers.normal());
  for (const dtype of DTYPES)
    for (const [T, I, O] of [
      [1, 65, 33],
      [9, 40, 27],
    ] as const) {
      const w = round[dtype](normal(I * O));
      const x = matrixOf<"T", "I">(
        normal(T * I).map((v) => Math.max(0, v)),
        T,
        I,
      );
      const weights = one.load({ w: stored(dtype, w, I, O, true), back: stored(dtype, w, O, I, false) });
      const plain = { w: matrixOf(widen[dtype](w), I, O), back: matrixOf(widen[dtype](w), O, I) };
      const g = matrixOf<"T", "O">(
        normal(T * O).map((v) => Math.max(0, v)),
        T,
        O,
      );
      judged("linear", { x, w: plain.w }, one.linear(x, weights.w as never));
      judged("activeLinear", { x, w: plain.w }, one.activeLinear(x, weights.w as never));
      judged("gatedLinear", { x, w: plain.back, g }, one.gatedLinear(x, weights.back as never, g as never));
      judged("unembed", { x, table: plain.back }, one.unembed(x, weights.back as never));
      one.unload(weights);
    }
});

test("raw kernels over words write and read nothing that is not theirs, in any shares", () => {
  const numbers = stream(3, "raw");
  for (const dtype of DTYPES)
    for (const [T, I, O] of [
      [1, 7, 34],
      [10, 9, 19],
    ] as const) {
      const w = round[dtype](Float64Array.from({ length: I * O + 1 }, () => numbers.normal()));
      const words = new Float32Array(w.buffer.slice(0, 4 * Math.floor((I * O + 1) / 2)));
      const x = Float32Array.from({ length: T * I }, () => Math.max(0, numbers.normal()));
      const call = (more: Partial<Call>): Call => ({
        kernel: `activeMatmul${dtype}`,
        inputs: [x, words],
        outputs: [T * O],
        args: ([a = 0, b = 0], [y = 0]) => [a, b, 0, y, T, I, O],
        items: O,
        ...more,
      });
      const [whole = x] = run(call({}));
      const [parts = x] = run(call({ cuts: [8, 16], offset: 3 }));
      assert.deepEqual(bitsOf(parts), bitsOf(whole));
    }
});

test("loaded weights keep their width, and their place until they are unloaded", async () => {
  const k = await kernels({ mebibytes: 32 });
  const words = Uint16Array.from({ length: 3000000 }, (_, i) => i & 0x3fff);
  const w = stored("BF16", words, 1000, 3000, false);
  for (let round = 0; round < 5; round++) {
    const weights = k.load({ w }); // 6 MB: in float32 it would be 12, and two of them would not fit
    const more = k.load({ w });
    assert.equal(storedOf(weights.w)?.bits().byteLength, 6000000);
    assert.deepEqual(weights.w.data.subarray(5, 9), widen.BF16(words.subarray(5, 9)));
    k.unload(weights);
    k.unload(more);
    assert.throws(() => k.linear(matrixOf(new Float32Array(1000), 1, 1000), weights.w as never), {
      name: "TypeError",
      message: /was released/,
    });
  }
  k.close();
});

test("weights that cannot be read take no place, and those that are trained are float32", async () => {
  const k = await kernels({ mebibytes: 32 });
  const words = Uint16Array.from({ length: 64 }, (_, i) => i);
  const good = stored("BF16", words, 8, 8, false);
  const failing = storedMatrix(
    {
      dtype: "BF16",
      bits: () => {
        throw new TypeError("the disk is gone");
      },
      widened: (bits) => wide("BF16", bits),
    },
    8,
    8,
  );
  const first = k.load({ good });
  const place = storedOf(first.good)?.bits().byteOffset ?? 0;
  k.unload(first);
  assert.throws(() => k.load({ failing }), /the disk is gone/);
  const again = k.load({ good });
  assert.equal(storedOf(again.good)?.bits().byteOffset, place);
  const own = k.inPlace.own(good);
  assert.equal(storedOf(own), undefined);
  k.inPlace.accumulate(own, own);
  assert.deepEqual(
    [...own.data],
    [...widen.BF16(words)].map((value) => 2 * value),
  );
  k.close();
});
