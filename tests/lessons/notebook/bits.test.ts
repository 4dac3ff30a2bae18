import assert from "node:assert/strict";
import { test } from "node:test";
import { Bits } from "../../../lessons/notebook/bits.ts";

const digest = (...values: readonly unknown[]): string => {
  const bits = new Bits();
  for (const value of values) bits.add(value);
  return bits.digest();
};

test("Bits gives 16 hexadecimal digits, the same for the same values", () => {
  assert.match(digest(), /^[0-9a-f]{16}$/);
  assert.match(digest(1, [2, 3], { a: 4 }), /^[0-9a-f]{16}$/);
  assert.equal(digest(1, [2, 3], { a: 4 }), digest(1, [2, 3], { a: 4 }));
});

test("Bits sees the last bit of a number, the sign of a zero, and the order", () => {
  assert.notEqual(digest(0.1 + 0.2), digest(0.3));
  assert.notEqual(digest(0), digest(-0));
  assert.notEqual(digest([1, 2]), digest([2, 1]));
  assert.notEqual(digest(1), digest(1, 0));
});

test("Bits takes every NaN for the same, and not for Infinity", () => {
  const other = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer);
  assert.equal(digest(other), digest(Number.NaN));
  assert.notEqual(digest(Number.NaN), digest(Number.POSITIVE_INFINITY));
  assert.notEqual(digest(Number.POSITIVE_INFINITY), digest(Number.NEGATIVE_INFINITY));
});

test("Bits adds lists, views, maps and records by their items", () => {
  assert.equal(digest([1, 2]), digest(1, 2));
  assert.equal(digest(new Float32Array([1, 2])), digest(1, 2));
  assert.equal(digest({ a: 1, b: [2] }), digest(1, 2));
  assert.equal(digest(new Map([["a", 1]])), digest("a", 1));
  assert.equal(digest(new BigInt64Array([1n])), digest(1));
});

test("Bits adds texts by their letters, also those outside the basic plane, and both booleans", () => {
  assert.notEqual(digest("relu"), digest("rely"));
  assert.notEqual(digest("😀"), digest("😁"));
  assert.notEqual(digest(true), digest(false));
});

test("Bits comes to an end on a record that holds itself", () => {
  const loop: { n: number; self?: unknown } = { n: 1 };
  loop.self = loop;
  assert.equal(digest(loop), digest(1));
});

test("Bits leaves out what has no number: undefined, null, functions", () => {
  assert.equal(
    digest(undefined, null, () => 1),
    digest(),
  );
});

test("Bits gives no digest twice over ten thousand numbers that lie side by side", () => {
  const digests = Array.from({ length: 10_000 }, (_, k) => digest(1 + k * Number.EPSILON));
  assert.equal(new Set(digests).size, digests.length);
});
