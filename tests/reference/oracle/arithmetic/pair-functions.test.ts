import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  exactSum,
  exponent,
  negative,
  type Pair,
  pair,
  plus,
  scaled,
  times,
} from "../../../../reference/double-double.ts";
import * as elementary from "../../../../reference/elementary.ts";
import {
  direction,
  erfc,
  exp,
  log,
  power,
  product,
  quotient,
  sigmoid,
  total,
} from "../../../../reference/oracle/arithmetic/pair-functions.ts";
import { philox, stream } from "../../../../reference/random.ts";

// The table of fixtures/elementary: the last 16 bits of each value, and what its rounding left out in 254ths of a unit.

type Scheme = readonly [kind: string, ...bounds: number[]];
type Group = { readonly count: number; readonly x: Scheme };

const fixtures = new URL("../../../../fixtures/elementary/", import.meta.url);
const groups: Readonly<Record<string, readonly Group[]>> = JSON.parse(
  readFileSync(new URL("points.json", fixtures), "utf8"),
);

/** A point, as tests/reference/elementary.test.ts and the recording make it. */
function point([kind, first = 0, second = 0, third = 0]: Scheme, a: number, b: number): number {
  const sign = a >>> 31 ? -1 : 1;
  const among = (low: number, high: number): number => low + (((a >>> 20) & 0x7ff) % (high - low));
  const unit = ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992;
  switch (kind) {
    case "binary":
      return scaled(sign * (1 + ((a & 0xfffff) * 4294967296 + b) / 4503599627370496), among(first, second));
    case "uniform":
      return first + (second - first) * unit;
    case "near":
      return first + sign * first * (1 + b / 4294967296) * scaled(1, -among(second, third));
    case "above":
      return first + Math.abs(first) * (1 + b / 4294967296) * scaled(1, -among(second, third));
    default:
      return sign * ((1 + ((a & 0xfffff) % first)) * (Math.PI / 2)) * (1 + ((b % 7) - 3) * Number.EPSILON);
  }
}

const float = new DataView(new ArrayBuffer(8));

/** Whether the pair is the table's number, within a 200th of a unit in the last place of its high word. */
function isTabled(got: Pair, bits: number, rest: number): boolean {
  float.setFloat64(0, got.hi);
  const apart = ((float.getUint16(6) - bits) << 16) >> 16;
  const unit = got.hi === 0 ? 1 : scaled(1, exponent(got.hi) - 52);
  return Math.abs(apart + (Math.sign(got.hi) * got.lo) / unit - rest / 254) <= 1 / 200;
}

const tabled = {
  exp,
  log,
  sigmoid,
  erfc,
  cos: (x: Pair): Pair => direction(x)[0],
  sin: (x: Pair): Pair => direction(x)[1],
};

for (const [name, f] of Object.entries(tabled)) {
  test(`${name} of a pair has the digits of the table, eight bits more than a float64 has`, () => {
    const bytes = readFileSync(new URL(`${name}.bin`, fixtures));
    const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let [offset, seen] = [0, 0];
    for (const [index, group] of (groups[name] ?? []).entries()) {
      for (let i = 0; i < group.count; i++, offset += 3) {
        if (i >= 1000) continue;
        const [a, b] = philox([i, index, Object.keys(groups).indexOf(name), 0], [0, 0]);
        const raw = point(group.x, a, b);
        const x = name === "log" ? Math.abs(raw) : raw;
        const got = f(pair(x));
        if (Math.abs(got.hi) < 1e-290 || got.hi === Infinity) continue; // the low word is subnormal
        assert.ok(
          isTabled(got, table.getUint16(offset, true), table.getInt8(offset + 2)),
          `${name}(${x}) is ${got.hi} + ${got.lo}`,
        );
        seen++;
      }
    }
    assert.ok(seen > 1000, `${seen} points`);
  });
}

/** Fails unless the two are within 2^-70 of `size`. */
function same(got: Pair, wanted: Pair, what: string, size = Math.abs(wanted.hi)): void {
  const error = Math.abs(got.hi - wanted.hi + (got.lo - wanted.lo));
  assert.ok(error <= 2 ** -70 * size, `${what}: off by ${error / size}, relative; expected 2^-70`);
}

const draw = stream(7, "pairs");
const random = (size: number): Pair => {
  const x = size * draw.normal();
  return exactSum(x, x * 2 ** -54 * draw.uniform());
};
const ONE = pair(1);

test("exp(x + y) = exp(x) · exp(y), and exp(log x) = x, to 2^-70", () => {
  for (let i = 0; i < 500; i++) {
    const [x, y] = [random(20), random(20)];
    same(times(exp(x), exp(y)), exp(plus(x, y)), `exp(${x.hi} + ${y.hi})`);
    const positive = exp(random(5));
    same(exp(log(positive)), positive, `exp(log ${positive.hi})`);
  }
});

test("sigmoid(x) + sigmoid(−x) = 1 and erfc(x) + erfc(−x) = 2, to 2^-70", () => {
  for (let i = 0; i < 500; i++) {
    const x = random(3);
    same(plus(sigmoid(x), sigmoid(negative(x))), ONE, `sigmoid(${x.hi})`);
    same(plus(erfc(x), erfc(negative(x))), pair(2), `erfc(${x.hi})`);
  }
});

test("cos² + sin² = 1, and the cosine of a sum is cos cos − sin sin, to 2^-70, at 2^20 too", () => {
  for (let i = 0; i < 500; i++) {
    const [x, y] = [random(i % 2 ? 1 : 2e5), random(1)];
    if (Math.abs(x.hi) + Math.abs(y.hi) > 2 ** 20) continue;
    const [c, s] = direction(x);
    const [d, t] = direction(y);
    same(plus(times(c, c), times(s, s)), ONE, `direction(${x.hi})`);
    same(plus(times(c, d), negative(times(s, t))), direction(plus(x, y))[0], `cos(${x.hi} + ${y.hi})`, 1);
  }
  assert.throws(() => direction(pair(1048577)), {
    name: "RangeError",
    message: "direction: the angle is 1048577; expected |angle| ≤ 2^20 = 1048576",
  });
});

test("power(b, x) · power(b, y) = power(b, x + y), to 2^-70", () => {
  for (let i = 0; i < 100; i++) {
    const [x, y] = [random(1), random(1)];
    same(times(power(10000, x), power(10000, y)), power(10000, plus(x, y)), `10000^${x.hi}`);
  }
});

test("tails reach as far down as float64 does", () => {
  for (const x of [-700.5, -705, -708]) assert.equal(sigmoid(pair(x)).hi, elementary.sigmoid(x));
  for (const x of [26.1, 26.4]) assert.equal(erfc(pair(x)).hi, elementary.erfc(x));
});

test("products, sums and quotients beyond float64 are what float64 makes of them", () => {
  assert.equal(product(pair(1e200), pair(1e200)).hi, Infinity);
  assert.equal(total(pair(1.7e308), pair(1.7e308)).hi, Infinity);
  assert.equal(quotient(pair(1), pair(0)).hi, Infinity);
  assert.ok(Number.isNaN(total(pair(Infinity), pair(-Infinity)).hi));
  const small = product(pair(3e-160), pair(7e-160));
  assert.equal(small.hi, 3e-160 * 7e-160);
});
