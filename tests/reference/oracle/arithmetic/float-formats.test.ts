import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBF16, fromF16, toBF16, toF16 } from "../../../../reference/formats/half.ts";
import { FORMATS, roundedTo, stepAt, truncatedTo } from "../../../../reference/oracle/float-formats.ts";
import { stream } from "../../../../reference/random.ts";

const draw = stream(4, "float formats");
const random = (): number => draw.normal() * 2 ** (draw.integer(90) - 45);
const HALVES = [
  ["F16", (x: number) => fromF16(toF16([x]))[0] ?? Number.NaN],
  ["BF16", (x: number) => fromBF16(toBF16([x]))[0] ?? Number.NaN],
] as const;
const EDGES = [
  0,
  -0,
  1,
  65504,
  65519.99,
  65520,
  2 ** -14,
  2 ** -24,
  2 ** -25,
  2 ** -25 * 1.0001,
  3 * 2 ** -25,
]
  .concat([2 ** -133, 2 ** -134, 3 * 2 ** -134, 2 ** -126, 3.3895313892515355e38, 3.4e38, 1e39, 2 ** 200])
  .concat([1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 5e-324, Infinity])
  .flatMap((x) => [x, -x]);

test("roundedTo(F16) and roundedTo(BF16) are what the formats' own conversion gives", () => {
  for (const [dtype, there] of HALVES)
    for (const x of [...EDGES, ...Array.from({ length: 5000 }, random)])
      assert.ok(
        Object.is(roundedTo(FORMATS[dtype], x), there(x)),
        `${dtype} ${x}: ${roundedTo(FORMATS[dtype], x)}`,
      );
});

test("roundedTo(F32) is Math.fround, and roundedTo(F64) leaves a number as it is", () => {
  for (const x of [...EDGES, ...Array.from({ length: 100 }, random)]) {
    assert.ok(Object.is(roundedTo(FORMATS.F32, x), Math.fround(x)));
    assert.ok(Object.is(roundedTo(FORMATS.F64, x), x));
  }
  assert.ok(Number.isNaN(roundedTo(FORMATS.F16, Number.NaN)));
});

test("truncatedTo(x) is the number next to x on the side of 0: less than a step from it, never farther from 0", () => {
  for (const dtype of ["F32", "F16", "BF16"] as const) {
    const format = FORMATS[dtype];
    for (let i = 0; i < 2000; i++) {
      const x = draw.normal() * 2 ** (draw.integer(20) - 10);
      const cut = truncatedTo(format, x);
      assert.equal(roundedTo(format, cut), cut);
      assert.ok(
        Math.abs(cut) <= Math.abs(x) && Math.abs(x - cut) < stepAt(format, Math.abs(x)),
        `${dtype} ${x}: ${cut}`,
      );
      assert.equal(truncatedTo(format, cut), cut);
    }
    assert.equal(truncatedTo(format, 1.9e39), format.max);
    assert.equal(truncatedTo(format, -Infinity), -Infinity);
  }
});
