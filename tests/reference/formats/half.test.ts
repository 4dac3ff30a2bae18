import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromBF16, fromF16, toBF16, toF16 } from "../../../reference/formats/half.ts";
import { holds } from "../../assertions.ts";

const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const quiet = (bits: number, exponent: number, mantissa: number): boolean =>
  (bits & exponent) === exponent && (bits & mantissa) !== 0;

test("fromF16(bits) gives the values of IEEE 754: the smallest, the largest, infinity, both zeros, one third", () => {
  const values = fromF16(
    Uint16Array.of(0x0001, 0x03ff, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x0000, 0x8000, 0x3555, 0x8001),
  );
  const wanted = [
    2 ** -24,
    1023 * 2 ** -24,
    2 ** -14,
    65504,
    Infinity,
    -Infinity,
    0,
    -0,
    0.333251953125,
    -(2 ** -24),
  ];
  assert.deepEqual([...values], wanted);
});

test("fromBF16(bits) gives the float32 whose upper half it is", () => {
  const values = fromBF16(Uint16Array.of(0x3f80, 0x0001, 0x7f7f, 0xff80, 0x8000, 0x4049));
  assert.deepEqual([...values], [1, 2 ** -133, 255 * 2 ** 120, -Infinity, -0, 3.140625]);
});

test("toF16 takes back every one of the 65,536 patterns, toBF16 too; a NaN stays a NaN of its sign", () => {
  for (const [from, to, exponent, mantissa] of [
    [fromF16, toF16, 0x7c00, 0x3ff],
    [fromBF16, toBF16, 0x7f80, 0x7f],
  ] as const) {
    const back = to(from(all));
    for (const bits of all) {
      if (!quiet(bits, exponent, mantissa)) assert.equal(back[bits], bits);
      else assert.ok(quiet(back[bits] ?? 0, exponent, mantissa), `pattern ${bits}`);
    }
  }
});

test("toF16(x) goes to the even neighbour from half way, and by the smallest step otherwise", () => {
  const step = 2 ** -10;
  const xs = [
    1 + step / 2,
    1 + 1.5 * step,
    1 + step / 2 + 2 ** -52,
    65519.99,
    65520,
    -65520,
    2 ** -25,
    2 ** -25 + 2 ** -77,
    5e-324,
  ];
  assert.deepEqual([...toF16(xs)], [0x3c00, 0x3c02, 0x3c01, 0x7bff, 0x7c00, 0xfc00, 0, 1, 0]);
});

test("toBF16(x) rounds a float64 once: by way of float32 this one would go to the even neighbour", () => {
  const x = 1 + 2 ** -8 + 2 ** -40;
  assert.deepEqual([...toBF16([x])], [0x3f81]);
  assert.deepEqual([...toBF16([Math.fround(x)])], [0x3f80]);
  assert.deepEqual([...toBF16([1e300, -Infinity, 5e-324, -0])], [0x7f80, 0xff80, 0, 0x8000]);
});

test("toF16(x) and toBF16(x) are the nearest of their kind", () => {
  const finite = fc.oneof(
    fc.double({ noNaN: true, min: -65519, max: 65519 }),
    fc.double({ noNaN: true, min: -1e-6, max: 1e-6 }),
  );
  for (const [from, to] of [
    [fromF16, toF16],
    [fromBF16, toBF16],
  ] as const) {
    holds(
      fc.property(finite, (x) => {
        const [bits = 0] = to([x]);
        const error = (other: number): number => Math.abs((from(Uint16Array.of(other))[0] ?? Number.NaN) - x);
        for (const other of [bits - 1, bits + 1]) {
          if ((bits & 0x7fff) !== 0 && Number.isFinite(error(other)))
            assert.ok(error(bits) <= error(other), `${x} to ${bits}`);
        }
      }),
      1000,
    );
  }
});
