import assert from "node:assert/strict";
import { test } from "node:test";
import type { Activation } from "../../../../reference/ops/contract.ts";
import { type Gauged, gauges } from "../../../../reference/oracle/arithmetic/gauge.ts";
import type { FloatDtype } from "../../../../reference/oracle/float-formats.ts";
import type { Declaration } from "../../../../reference/oracle/kernel.ts";
import { modelOf } from "../../../../reference/oracle/model.ts";
import { ACTIVATIONS } from "./small-cases.ts";

const U = 1 / 0x1000000; // of float32
const TINY = 1.1754943508222875e-38;

const of = (declaration: Omit<Declaration, "name"> = {}, dtype: FloatDtype = "F32") =>
  gauges(modelOf(declaration, dtype));
const f32 = of();
const at = (x: readonly number[], a = f32) => {
  const stored = x.map(a.stored);
  return (i: number): Gauged => stored[i] ?? a.stored(0);
};
/** A number that is that much off. */
const blurred = (value: number, error: number): Gauged => ({
  value,
  error,
  variance: error * error,
  unit: 0,
});

function about(got: number, wanted: number, tolerance = 1e-3): void {
  assert.ok(Math.abs(got - wanted) <= tolerance * wanted, `${got}; expected about ${wanted}`);
}

test("what is stored is off by nothing; a constant that the format has not, by one rounding", () => {
  assert.equal(f32.stored(0.25).error, 0);
  about(f32.stored(0.1).error, 0.1 * U);
  assert.equal(of({ accumulator: "bf16" }).stored(0.10000000149011612).error, 0); // float32 has it: an input
});

test("a sum of multiples of a unit that stay below 2^24 of them is off by nothing, whatever the order", () => {
  const whole = [8388607, 8388608, 1];
  assert.equal(f32.sum(3, at(whole)).error, 0);
  assert.ok(f32.sum(4, at([...whole, 1])).error > 0);
  const odd = [2049, 3, -4];
  assert.equal(f32.dot(3, at(odd), at([0.5, 0.25, 1]), f32.stored(2)).error, 0);
  assert.ok(of({ accumulator: "f16" }, "F16").sum(2, at([2048, 1])).error > 0);
  assert.ok(
    of({ accumulator: "tc-fp32" }, "F16").sum(3, at(whole)).error > 0,
    "one bit less where it truncates",
  );
});

test("what fits by its unit, and is beyond the largest number, has no bound", () => {
  const f16 = of({ accumulator: "f16" }, "F16");
  assert.equal(f16.sum(2, at([40000, 40000], f16)).error, Infinity);
  assert.equal(f16.multiply(f16.stored(1), f16.sum(2, at([40000, 40000], f16))).error, Infinity);
  assert.equal(f32.sum(3, at([3e38, 3e38, -3e38])).error, Infinity);
});

test("zeros are no terms: they add no rounding to a sum", () => {
  const x = [0.1, 0, 0, 0, 0.2, 0, 0, 0].map(Math.fround);
  const y = [1.1, 5, 6, 7, 1.3, 8, 9, 10].map(Math.fround);
  const [full, short] = [
    f32.dot(8, at(x), at(y)),
    f32.dot(2, at([0, 4].map((i) => x[i] ?? 0)), at([0, 4].map((i) => y[i] ?? 0))),
  ];
  assert.equal(full.error, short.error);
  about(full.error, 2 * U * (0.1 * 1.1 + 0.2 * 1.3));
});

test("a sum of n products is off by n u Σ |x y|, in a tree by log2 n + 1, in one order by its partial sums", () => {
  const [x, y] = [
    Array.from({ length: 64 }, (_, i) => Math.fround(0.1 * (i % 2 ? -1 : 1))),
    Array(64).fill(Math.fround(0.7)),
  ];
  const size = 64 * 0.07;
  about(f32.dot(64, at(x), at(y)).error, 64 * U * size);
  about(of({ structure: "tree" }).dot(64, at(x), at(y)).error, 7 * U * size);
  about(of({ structure: "lanes:4" }).dot(64, at(x), at(y)).error, (64 / 4 + 2 + 1) * U * size, 0.5);
  about(of({ structure: "fma" }).dot(64, at(x), at(y)).error, 32 * 0.07 * U); // every second partial sum is 0
});

test("the bound of a declared order stands for both directions, and for a bias that comes first", () => {
  const x = Array(8).fill(Math.fround(0.001));
  const biased = of({ structure: "fma" }).dot(8, at(x), at(Array(8).fill(1)), f32.stored(1000.0999755859375));
  about(biased.error, 8 * 1000.1 * U, 0.01);
});

test("lanes are counted over all terms, those that are 0 included, as all non-zeros may be in one lane", () => {
  const x = Array.from({ length: 64 }, (_, i) => (i % 4 === 0 ? Math.fround(0.1) : 0));
  const lanes = of({ structure: "lanes:4" }).dot(64, at(x), at(Array(64).fill(Math.fround(0.3))));
  about(lanes.error, 16 * U * 16 * 0.03);
});

test("terms that are off add what they are off, and a term that may be there counts in every partial sum", () => {
  const off = Array.from({ length: 10 }, () => blurred(0, 5));
  const row = (i: number): Gauged => off[i] ?? blurred(0, 5);
  const ones = at(Array(10).fill(1));
  for (const a of [f32, of({ structure: "sequential" }), of({ structure: "fma" })]) {
    const { error } = a.dot(10, row, ones);
    assert.ok(error > 50 + 275 * U && error < 50 + 1000 * U, `${error - 50}`);
  }
});

test("a bound stays above 0 where n u is beyond 1", () => {
  const n = 1000;
  const bf16 = of({ accumulator: "bf16" }, "BF16");
  const { error } = bf16.sum(n, at(Array(n).fill(1.0078125), bf16));
  assert.ok(error > n * n * 2 ** -8, `${error}`);
});

test("a product is off by each factor's error times the other, and one rounding", () => {
  about(f32.multiply(blurred(3, 0.1), blurred(2, 0.2)).error, 3 * 0.2 + 2 * 0.1 + 0.02, 1e-6);
  about(f32.multiply(f32.stored(Math.fround(0.1)), f32.stored(Math.fround(0.3))).error, 0.03 * U);
  assert.equal(f32.multiply(f32.stored(0), blurred(2, 0.2)).error, 0);
  assert.equal(
    f32.multiply(f32.stored(0), blurred(2, Infinity)).error,
    Infinity,
    "0 times an infinity is NaN",
  );
});

test("a quotient is exact by a power of two, else off by two roundings", () => {
  assert.equal(f32.divide(f32.stored(Math.fround(0.1)), f32.stored(8)).error, 0);
  about(f32.divide(f32.stored(1), f32.stored(3)).error, (2 * U) / 3);
  assert.equal(f32.divide(f32.stored(0), f32.stored(3)).error, 0);
  assert.equal(f32.divide(f32.stored(1), blurred(0.5, 0.5)).error, Infinity);
  const flushes = of({ flushesSubnormals: true });
  assert.ok(flushes.divide(f32.stored(2 ** 127), f32.stored(1.5 * 2 ** 126)).error >= 1, "1 / y is flushed");
});

test("relu that is closed for certain is 0 and off by nothing; one that may be open, by what it may be", () => {
  const relu: Activation = { kind: "relu", shift: 0 };
  assert.deepEqual(f32.activate(relu, blurred(-1, 0.5)), { value: 0, error: 0, variance: 0, unit: Infinity });
  about(f32.activate(relu, blurred(-1, 1.5)).error, 0.5, 1e-6);
  assert.equal(f32.activate(relu, blurred(1, 1.5)).error, 1.5);
  assert.equal(f32.slope(relu, blurred(-1, 0.5)).error, 0);
  assert.equal(f32.slope(relu, blurred(-1, 1.5)).error, 1);
});

test("fatrelu near its threshold may be 0 or all of it; a tie of exact numbers is no matter of chance", () => {
  const fat: Activation = { kind: "fatrelu", threshold: 0.5, shift: 0 };
  const strict: Activation = { ...fat, kind: "fatrelu-strict" };
  about(f32.activate(fat, blurred(0.45, 0.1)).error, 0.55, 1e-6);
  assert.equal(f32.activate(fat, blurred(0.25, 0.125)).error, 0);
  assert.equal(f32.activate(fat, blurred(0.75, 0.125)).error, 0.125);
  assert.deepEqual(
    [f32.activate(fat, f32.stored(0.5)).value, f32.activate(fat, f32.stored(0.5)).error],
    [0.5, 0],
  );
  assert.equal(f32.activate(strict, f32.stored(0.5)).value, 0);
  assert.equal(f32.slope(fat, blurred(0.45, 0.1)).error, 1);
});

test("an infinity or NaN is what it is on every machine: no bound is Infinity because of it", () => {
  const kinds = ACTIVATIONS.map((f) => ("shift" in f ? { ...f, shift: 0.25 } : f));
  for (const x of [Infinity, -Infinity, Number.NaN].map(f32.stored)) {
    for (const f of kinds) {
      assert.equal(f32.activate(f, x).error, 0, `${JSON.stringify(f)} ${x.value}`);
      assert.ok(f32.slope(f, x).error <= 1);
    }
    for (const y of [
      f32.add(x, x),
      f32.multiply(x, f32.stored(3)),
      f32.divide(x, f32.stored(3)),
      f32.overRoot(x),
    ])
      assert.equal(y.error, 0);
    assert.equal(f32.sum(2, at([x.value, 1])).error, 0);
    assert.equal(f32.log(x).error, 0);
  }
});

test("relu squared is off by 2 |r| e + e², and one rounding", () => {
  const { error } = f32.activate({ kind: "relu-squared", shift: 0 }, blurred(3, 0.01));
  about(error, 2 * 3 * 0.01 + 0.0001, 1e-4);
});

test("a smooth activation hands on at most 1.13 of an error, and in its tail next to nothing", () => {
  const silu: Activation = { kind: "silu", shift: 0 };
  assert.ok(f32.activate(silu, blurred(2, 0.1)).error <= 1.13 * 0.1 + 20 * U);
  assert.ok(f32.activate(silu, blurred(2, 0.001)).error >= 0.001 * 1.09);
  assert.ok(f32.activate(silu, blurred(-20, 1e-6)).error < 1e-12);
  const own = f32.activate(silu, f32.stored(2)).error;
  assert.ok(own > 7 * U * 1.76 && own < 12 * U * 1.76, `${own / U}`);
});

test("with absolute tails 1 + erf may lose the tail of gelu, and relative ones keep it", () => {
  const gelu: Activation = { kind: "gelu", shift: 0 };
  assert.ok(f32.activate(gelu, f32.stored(-5)).error < 1e-4 * 1.43e-6);
  about(of({ tails: "absolute" }).activate(gelu, f32.stored(-5)).error, 2.5 * 5 * U, 0.01);
});

test("in half precision e^x overflows where silu is not yet 0: there it may be 0", () => {
  const f16 = of({ accumulator: "f16" }, "F16");
  const { value, error } = f16.activate({ kind: "silu", shift: 0 }, f16.stored(-12));
  assert.ok(error > -value);
});

test("a power is off, relative, by its argument's roundings, exp's own, and a new greatest number for each key", () => {
  const top = f32.top(2, at([-1, 3]));
  about(top.error, 3 * U);
  const { value, error } = f32.power(f32.stored(-1), top);
  about(error / value, U * (3 * 1 + 4 * 4 + 4 + 5 * 1));
  about(f32.power(f32.stored(-1), f32.stored(3)).error / value, U * (3 * 1 + 4 * 4 + 4));
  assert.equal(f32.power(f32.stored(-Infinity), top).error, 0);
  assert.equal(f32.power(blurred(1, Infinity), top).error, Infinity);
});

test("a weighted mean of equal numbers is off by roundings only, however far its weights are off", () => {
  const w = (): Gauged => blurred(0.5, 0.01);
  const whole = f32.weightedMean(4, w, at([3, 3, 3, 3]));
  about(whole.error, (2 * 4 + 8) * U * 6, 0.05);
  const spread = f32.weightedMean(2, w, at([2, 4]));
  about(spread.error, (2 * 0.01 * 1) / 0.98, 1e-3);
  const bf16 = of({ intermediate: "BF16" });
  assert.ok(
    bf16.weightedMean(4, w, at([3, 3, 3, 3])).error >= 3 / 256,
    "weights rounded behind the divisor's back",
  );
});

test("the variance is off by the square of what the mean is, and by that itself times 2σ for parts put together", () => {
  const row = at([1, 2, 3, 4]);
  const { mean, variance } = f32.moments(4, row);
  assert.deepEqual([mean.value, variance.value], [2.5, 1.25]);
  about(mean.error, ((4 + 2 + 6) * U * 10) / 4);
  about(variance.error, 2 * 2.4 * 10 * U * Math.sqrt(1.25) + (4 + 8) * U * 1.25);
  const flat = f32.moments(4, at([7, 7, 7, 7]));
  assert.ok(flat.variance.error < 1e-10, "equal numbers: second order only");
  assert.deepEqual(f32.moments(3, at([0, 0, 0])).variance.error, 0);
});

test("1 / √x hands on half of a relative error, and log x all of it", () => {
  about(f32.overRoot(blurred(4, 0.004)).error, 0.5 * (0.004 / (2 * 3.996)) + 4 * U * 0.5, 1e-3);
  about(f32.log(blurred(2, 0.002)).error, 0.002 / 1.998, 1e-3);
  assert.equal(f32.overRoot(blurred(1, 1)).error, Infinity);
});

test("an angle is off by the roundings of its frequency and of the product; at position 0 by nothing", () => {
  const [cosine, sine] = f32.direction(0, 10000, 3, 8);
  assert.deepEqual([cosine.value, cosine.error, sine.value, sine.error], [1, 0, 0, 0]);
  about(f32.direction(100, 10000, 0, 8)[0].error, 100 * U * (5 + 2) + 4 * U);
  assert.ok(of({ accumulator: "bf16" }).direction(1000, 10000, 0, 8)[0].error >= 2);
});

test("of two ways to write a number the worse counts", () => {
  assert.equal(f32.either(blurred(1, 0.1), blurred(1, 0.2)).error, 0.2);
});

test("what is kept in fewer bits is off by half a step more, exact where it fits", () => {
  const bf16 = of({ intermediate: "BF16" }, "BF16");
  assert.equal(bf16.kept(f32.stored(1.5)).error, 0);
  about(bf16.kept(blurred(1, 0.01)).error, 0.01 + 1.01 / 256, 1e-6);
  assert.equal(of({ intermediate: "F16" }).kept(blurred(70000, 0)).error, Infinity);
  about(bf16.result(blurred(1, 0.01)).error, 0.01 + 1.01 / 256, 1e-6);
  assert.equal(f32.result(blurred(1, 0.01)).error, 0.01);
});

test("where subnormal numbers are flushed an input may be 0, and so may a partial sum", () => {
  const flushes = of({ flushesSubnormals: true });
  assert.equal(flushes.stored(TINY / 2).error, TINY / 2);
  about(flushes.multiply(flushes.stored(TINY / 2), flushes.stored(2 ** 100)).error, 2 ** 99 * TINY, 1e-6);
  const x = [1.5 * TINY, -TINY, TINY];
  assert.ok(flushes.sum(3, at(x, flushes)).error >= TINY / 2);
  assert.equal(f32.sum(3, at(x)).error, 0);
});

test("factors cut to 11 bits are off by 2^-10 of themselves; shorter ones by nothing", () => {
  const tf32 = of({ inputs: "tf32" });
  about(tf32.dot(1, at([Math.fround(0.1)]), at([1])).error, 0.1 / 1024);
  assert.equal(tf32.dot(1, at([0.125]), at([3])).error, 0);
  assert.ok(tf32.dot(1, at([2 ** -140]), at([1])).error >= 2 ** -140, "below 2^-136 all of it is cut");
});
