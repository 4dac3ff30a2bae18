import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exponent, scaled } from "../../reference/double-double.ts";
import {
  cos,
  erf,
  erfc,
  exp,
  expm1,
  log,
  log1p,
  pow,
  sigmoid,
  sin,
  tanh,
} from "../../reference/elementary.ts";
import { philox } from "../../reference/random.ts";

const elementary = { exp, expm1, log, log1p, pow, tanh, sigmoid, erf, erfc, sin, cos };

// The table: 100,000 points a function, made by fixtures/record/elementary/make.py, which explains the schemes
// and the three bytes of a point. Philox makes the points here as it does there.

type Scheme = readonly [kind: string, ...bounds: number[]];
type Group = { readonly about: string; readonly count: number; readonly x: Scheme; readonly y?: Scheme };
type Name = keyof typeof rough;

const fixtures = new URL("../../fixtures/elementary/", import.meta.url);
const groups: Record<Name, readonly Group[]> = JSON.parse(
  readFileSync(new URL("points.json", fixtures), "utf8"),
);
const names = Object.keys(groups) as Name[];

function point([kind, first = 0, second = 0, third = 0]: Scheme, a: number, b: number, x = 0): number {
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
    case "turns":
      return sign * ((1 + ((a & 0xfffff) % first)) * (Math.PI / 2)) * (1 + ((b % 7) - 3) * Number.EPSILON);
    default: {
      const e = exponent(x);
      const crude = x > 0.9 && x < 1.1 ? x - 1 : (e + (scaled(x, -e) - 1)) * Math.LN2;
      return crude === 0 ? first : (first + (second - first) * unit) / crude;
    }
  }
}

/** What the language itself gives, or a textbook formula: right to twelve digits, which the table's bits are not. */
const rough = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  pow: Math.pow,
  tanh: Math.tanh,
  sigmoid: (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  erf: roughErf,
  erfc: roughErfc,
  sin: Math.sin,
  cos: Math.cos,
};

/** 2/√π e^(−x²) Σ 2^n x^(2n+1) / (2n + 1)!!, and 1 − erfc x where that takes too many terms. */
function roughErf(x: number): number {
  if (Math.abs(x) > 1.5) return 1 - roughErfc(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 40; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** e^(−x²) / √π / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + …)))) */
function roughErfc(x: number): number {
  if (x < -1.5) return 2 - roughErfc(-x);
  if (x <= 1.5) return 1 - roughErf(x);
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

const place = (x: number, y: number, { about, y: scheme }: Group): string =>
  `${scheme ? `${x}, ${y}` : x} (${about})`;

const float = new DataView(new ArrayBuffer(8));

/** The largest error over a function's points, in units of the last place, where, and how many were misrounded. */
function worst(name: Name): { readonly error: number; readonly at: string; readonly misrounded: number } {
  const f: (x: number, y: number) => number = elementary[name];
  const g: (x: number, y: number) => number = rough[name];
  const bytes = readFileSync(new URL(`${name}.bin`, fixtures));
  const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [error, at, misrounded, offset] = [0, "nowhere", 0, 0];
  for (const [index, group] of groups[name].entries()) {
    for (let i = 0; i < group.count; i++, offset += 3) {
      const [a, b, c, d] = philox([i, index, names.indexOf(name), 0], [0, 0]);
      const raw = point(group.x, a, b);
      const x = name === "log" || name === "pow" || (name === "log1p" && raw <= -1) ? Math.abs(raw) : raw;
      const y = group.y ? point(group.y, c, d, x) : 0;
      const got = f(x, y);
      const wanted = g(x, y);
      if (got !== wanted && !(Math.abs(got - wanted) <= 1e-12 * Math.abs(wanted) + 1e-321))
        assert.fail(`${name}: the value at ${place(x, y, group)} is ${got}; expected about ${wanted}`);
      float.setFloat64(0, got);
      const apart = ((float.getUint16(6) - table.getUint16(offset, true)) << 16) >> 16;
      const size = Math.abs(apart - table.getInt8(offset + 2) / 254);
      if (apart !== 0) misrounded++;
      if (size > error) [error, at] = [size, place(x, y, group)];
    }
  }
  assert.equal(offset, bytes.length, `${name}: the table has ${bytes.length} bytes; expected ${offset}`);
  return { error, at, misrounded };
}

for (const name of names) {
  test(`${name} is the true value, rounded once, at 100,000 points`, () => {
    const { error, at, misrounded } = worst(name);
    assert.ok(
      error <= 0.51,
      `${name}: the error is ${error.toFixed(3)} units at ${at}; expected at most 0.51`,
    );
    // Worked out to 2^-77, one point in some millions could still fall on the wrong side of a tie: none does here.
    assert.equal(misrounded, 0, `${name}: ${misrounded} points have the wrong last bit; expected 0`);
  });
}

test("the tables are those that make.py recorded, 100,000 points a function", () => {
  const { sha256 } = JSON.parse(readFileSync(new URL("provenance.json", fixtures), "utf8"));
  for (const name of names) {
    const bytes = readFileSync(new URL(`${name}.bin`, fixtures));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256[`${name}.bin`], name);
    assert.equal(bytes.length, 300000, name);
  }
});

/** Fails unless each case gives its result, to the bit: NaN is NaN, and −0 is not +0. */
function gives(
  f: (...x: number[]) => number,
  cases: readonly (readonly [wanted: number, ...x: number[]])[],
): void {
  for (const [wanted, ...x] of cases) {
    const got = f(...x);
    assert.ok(Object.is(got, wanted), `${f.name}(${x.join(", ")}) is ${got}; expected ${wanted}`);
  }
}

const least = Number.MIN_VALUE;
const most = Number.MAX_VALUE;

test("exp(x) is 1 at ±0, 0 and Infinity at the ends, and overflows and vanishes where it should", () => {
  gives(exp, [
    [1, 0],
    [1, -0],
    [Math.E, 1],
    [0, -Infinity],
    [Infinity, Infinity],
    [NaN, NaN],
    [1.7976931348622732e308, 709.782712893384],
    [Infinity, 709.7827128933841],
    [least, -745.1332191019411],
    [0, -745.1332191019412],
    [0, -most],
    [Infinity, most],
  ]);
});

test("expm1(x) keeps ±0 and the least numbers, and ends at −1 and Infinity", () => {
  gives(expm1, [
    [0, 0],
    [-0, -0],
    [least, least],
    [-least, -least],
    [-1, -Infinity],
    [-1, -100],
    [Infinity, Infinity],
    [Infinity, 709.7827128933841],
    [NaN, NaN],
  ]);
});

test("log(x) is −Infinity at ±0, NaN below, +0 at 1", () => {
  gives(log, [
    [-Infinity, 0],
    [-Infinity, -0],
    [NaN, -1],
    [NaN, -Infinity],
    [NaN, NaN],
    [0, 1],
    [1, Math.E],
    [Math.LN2, 2],
    [Infinity, Infinity],
    [709.782712893384, most],
    [-744.4400719213812, least],
  ]);
});

test("log1p(x) is −Infinity at −1, NaN below, and keeps ±0 and the least numbers", () => {
  gives(log1p, [
    [-Infinity, -1],
    [NaN, -1.0000000000000002],
    [NaN, -Infinity],
    [NaN, NaN],
    [0, 0],
    [-0, -0],
    [-least, -least],
    [Math.LN2, 1],
    [Infinity, Infinity],
  ]);
});

test("pow(x, y) has the special values of IEEE 754: 1 for y = 0, x = 1 and pow(−1, ±Infinity), NaN or not", () => {
  gives(pow, [
    [1, NaN, 0],
    [1, NaN, -0],
    [1, 1, NaN],
    [1, -1, Infinity],
    [1, -1, -Infinity],
    [1, 1, Infinity],
    [NaN, NaN, 1],
    [NaN, 2, NaN],
    [NaN, -1, NaN],
  ]);
});

test("pow(x, y) at ±0 and ±Infinity keeps the sign for odd y only", () => {
  gives(pow, [
    [0, 0, 3],
    [-0, -0, 3],
    [0, -0, 2],
    [0, -0, 0.5],
    [-Infinity, -0, -3],
    [Infinity, -0, -2],
    [Infinity, 0, -0.5],
    [Infinity, -0, -Infinity],
    [0, -0, Infinity],
    [-Infinity, -Infinity, 3],
    [Infinity, -Infinity, 2],
    [-0, -Infinity, -3],
    [0, -Infinity, -0.5],
    [Infinity, Infinity, 0.1],
    [0, Infinity, -0.1],
    [Infinity, -2, Infinity],
    [0, -2, -Infinity],
    [0, 0.5, Infinity],
    [Infinity, 0.5, -Infinity],
  ]);
});

test("pow(x, y) of a negative x has whole powers only; numbers from 2^53 on are even", () => {
  gives(pow, [
    [-8, -2, 3],
    [16, -2, 4],
    [-0.125, -2, -3],
    [NaN, -2, 0.5],
    [NaN, -8, 1 / 3],
    [1, -1, 2 ** 53],
    [-1, -1, 2 ** 53 - 1],
    [Infinity, -2, 1e300],
    [-Infinity, -2, 1025],
    [-0, -2, -1075],
    [-2 * least, -2, -1073],
  ]);
});

test("pow(x, y) is exact where a float64 is the answer, and vanishes below half the least one", () => {
  for (let base = 2; base <= 40; base++)
    for (let n = 1; base ** n <= 2 ** 53; n++)
      assert.equal(pow(base, n), Number(BigInt(base) ** BigInt(n)), `${base}^${n}`);
  for (let n = -1074; n <= 1023; n++) assert.equal(pow(2, n), scaled(1, n), `2^${n}`);
  gives(pow, [
    [0, 2, -1075],
    [least, 2, -1074.9999],
    [Infinity, 2, 1024],
    [most, most, 1],
    [least, least, 1],
    [Infinity, 1.0000000000000002, most],
    [0, 1.0000000000000002, -most],
    [1, 1.5, least],
    [1, most, -least],
  ]);
});

test("pow(x, 0.5) is the square root, to the last bit", () => {
  for (let i = 0; i < 10000; i++) {
    const [a, b] = philox([i, 0, 0, 1], [0, 0]);
    const x = point(["binary", -1074, 1024], a & 0x7fffffff, b);
    assert.equal(pow(x, 0.5), Math.sqrt(x), `x = ${x}`);
  }
});

test("tanh(x), erf(x) and sin(x) are odd, and erfc(−x) = 2 − erfc(x) where that is exact", () => {
  for (let i = 0; i < 1000; i++) {
    const [a, b] = philox([i, 1, 0, 1], [0, 0]);
    const x = point(["binary", -40, 5], a, b);
    for (const f of [tanh, erf, sin]) assert.equal(f(-x), -f(x), `${f.name}(${x})`);
    assert.equal(cos(-x), cos(x));
  }
  gives(erfc, [[2, -6.5]]);
});

test("tanh(x) keeps ±0 and the least numbers and ends at ±1", () => {
  gives(tanh, [
    [0, 0],
    [-0, -0],
    [least, least],
    [-least, -least],
    [1, Infinity],
    [-1, -Infinity],
    [1, 22.5],
    [NaN, NaN],
  ]);
});

test("sigmoid(x) is ½ at ±0, ends at 1 and at 0, through the subnormal numbers", () => {
  gives(sigmoid, [
    [0.5, 0],
    [0.5, -0],
    [1, Infinity],
    [1, 50],
    [0, -Infinity],
    [least, -745.1332191019411],
    [0, -745.1332191019412],
    [NaN, NaN],
  ]);
});

test("erf(x) keeps ±0, ends at ±1; erfc(x) ends at 2 and, past 27.23, at 0", () => {
  gives(erf, [
    [0, 0],
    [-0, -0],
    [least, least],
    [-least, -least],
    [1, 7],
    [1, Infinity],
    [-1, -Infinity],
    [NaN, NaN],
  ]);
  gives(erfc, [
    [1, 0],
    [1, -0],
    [2, -Infinity],
    [0, Infinity],
    [0, 27.3],
    [NaN, NaN],
  ]);
});

test("sin(x) and cos(x) are NaN at NaN only, and sin keeps ±0 and the least numbers", () => {
  gives(sin, [
    [0, 0],
    [-0, -0],
    [least, least],
    [1.2246467991473532e-16, Math.PI],
    [NaN, NaN],
  ]);
  gives(cos, [
    [1, 0],
    [1, -0],
    [-1, Math.PI],
    [6.123233995736766e-17, Math.PI / 2],
    [NaN, NaN],
  ]);
});

test("sin(x) and cos(x) refuse |x| above 2^20, ±Infinity included", () => {
  for (const x of [1048577, -2e6, 1e300, Infinity, -Infinity]) {
    assert.throws(() => sin(x), {
      name: "RangeError",
      message: `sin: x is ${x}; expected |x| ≤ 2^20 = 1048576, as far as π/2 is kept exact enough`,
    });
    assert.throws(() => cos(x), {
      name: "RangeError",
      message: `cos: x is ${x}; expected |x| ≤ 2^20 = 1048576, as far as π/2 is kept exact enough`,
    });
  }
  assert.ok(Math.abs(sin(1048576)) < 1);
});
