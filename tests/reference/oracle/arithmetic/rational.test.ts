import assert from "node:assert/strict";
import { test } from "node:test";
import { near, rational, rationally } from "../../../../reference/oracle/arithmetic/rational.ts";
import { stream } from "../../../../reference/random.ts";

test("rational(x) is x, to the bit, subnormal numbers included", () => {
  const draw = stream(6, "fractions");
  const random = Array.from({ length: 500 }, () => draw.normal() * 2 ** (draw.integer(400) - 200));
  for (const x of [0, 1, -0.1, 3, 5e-324, -3e-310, 2 ** -1022, Number.MAX_VALUE, 2 ** 60, ...random]) {
    const { numerator, denominator } = rational(x);
    assert.ok(denominator > 0n);
    const [got, error] = [near({ numerator, denominator }), Math.abs(x) * 2 ** -51];
    assert.ok(Math.abs(got - x) <= error, `${x}: ${got}`);
  }
  assert.deepEqual(rational(0.75), { numerator: 3n << 51n, denominator: 4n << 51n });
});

test("a third and a sixth are a half", () => {
  const part = (n: number) => rationally.divide(rational(1), rational(n));
  assert.deepEqual(rationally.add(part(3), part(6)), { numerator: 1n, denominator: 2n });
  assert.deepEqual(rationally.divide(rational(1), rational(-4)), { numerator: -1n, denominator: 4n });
});

test("the variance of 1, 2, 4 is 14/9", () => {
  const { mean, variance } = rationally.moments(3, (i) => rational([1, 2, 4][i] ?? 0));
  assert.deepEqual(
    [mean, variance],
    [
      { numerator: 7n, denominator: 3n },
      { numerator: 14n, denominator: 9n },
    ],
  );
});

test("what is no fraction throws, and says what it is", () => {
  const one = rational(1);
  assert.throws(() => rational(Infinity), /^RangeError: rational: x is Infinity; expected a finite number/);
  assert.throws(
    () => rationally.divide(one, rational(0)),
    /^RangeError: rational: a divisor is 0; expected another/,
  );
  for (const [what, call] of [
    ["1 / √x", () => rationally.overRoot(one)],
    ["e^x", () => rationally.power(one, one)],
    ["log x", () => rationally.log(one)],
    ["silu", () => rationally.activate({ kind: "silu", shift: 0 }, one)],
    ["the slope of gelu", () => rationally.slope({ kind: "gelu", shift: 0 }, one)],
    ["the cosine of an angle", () => rationally.direction(1, 10000, 0, 4)],
  ] as const)
    assert.throws(call, {
      name: "RangeError",
      message: `rational: ${what} is no fraction; expected sums, products and quotients only`,
    });
});
