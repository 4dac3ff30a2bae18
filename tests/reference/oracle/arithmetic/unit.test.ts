import assert from "node:assert/strict";
import { test } from "node:test";
import { isPowerOfTwo, unitOf } from "../../../../reference/oracle/arithmetic/unit.ts";
import { stream } from "../../../../reference/random.ts";

test("unitOf(x) is the largest power of two of which x is a multiple", () => {
  for (const [x, unit] of [
    [1, 1],
    [-12, 4],
    [0.75, 0.25],
    [2 ** 52 + 1, 1],
    [2 ** 53 - 1, 1],
    [2 ** 60, 2 ** 60],
    [0.1, 2 ** -55],
    [Number.MAX_VALUE, 2 ** 971],
    [2 ** -1022, 2 ** -1022],
  ] as const)
    assert.equal(unitOf(x), unit, `${x}`);
});

test("unitOf divides, and twice of it does not", () => {
  const draw = stream(2, "units");
  for (let i = 0; i < 1000; i++) {
    const x = draw.normal() * 2 ** (draw.integer(200) - 100);
    const unit = unitOf(x);
    assert.ok(isPowerOfTwo(unit));
    assert.ok(Number.isInteger(x / unit) && !Number.isInteger(x / unit / 2), `${x}: ${unit}`);
  }
});

test("unitOf is Infinity for 0, 0 for what is not finite, and the least number for subnormal ones", () => {
  assert.equal(unitOf(0), Infinity);
  assert.equal(unitOf(-0), Infinity);
  for (const x of [Infinity, -Infinity, Number.NaN]) assert.equal(unitOf(x), 0);
  assert.equal(unitOf(2 ** -1030), 5e-324);
});

test("isPowerOfTwo tells powers of two", () => {
  assert.deepEqual([1, 0.5, 3, 0, -2, Infinity].map(isPowerOfTwo), [true, true, false, false, false, false]);
});
