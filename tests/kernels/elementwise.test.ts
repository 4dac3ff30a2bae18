// Sums, products and copies, element by element, and e^x.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/elementwise.ts";
import { exp as exponential } from "../../reference/elementary.ts";
import * as reference from "../../reference/ops/elementwise.ts";
import { holds, of, rows, sizes } from "../assertions.ts";
import { any, eta, floats, matrices, placings, rounded, shared, u, within } from "./float32.ts";
import { bits, result, run } from "./raw.ts";

const { machine } = await kernels({ mebibytes: 32 });

const pairs = sizes(33).chain((n) => fc.tuple(floats(n, any), floats(n, any), placings(n)));
const like = (x: Float32Array, f: (i: number) => number): Float32Array => x.map((_, i) => f(i));

for (const [kernel, of] of [
  ["add", (a: number, b: number) => a + b],
  ["mul", (a: number, b: number) => a * b],
] as const)
  test(`${kernel}(x, y) rounds once: float64 and then float32 say the same, special numbers too`, () => {
    holds(
      fc.property(pairs, ([x, y, placing]) => {
        const call = { kernel, inputs: [x, y], outputs: [x.length], items: x.length };
        const [z = x] = shared({ ...call, args: ([a = 0, b = 0], [c = 0]) => [a, b, c] }, placing);
        assert.deepEqual(bits(z), bits(like(x, (i) => of(x[i] ?? 0, y[i] ?? 0))));
      }),
      60,
    );
  });

test("copy(x) keeps every bit, those of NaN too", () => {
  const x = new Float32Array(Uint32Array.of(0x7fc0beef, 0xffffffff, 0x80000000, 1, 0x3f800000).buffer);
  const call = { kernel: "copy", inputs: [x], outputs: [5], items: 5, cuts: [1, 3], offset: 3 };
  const [y = x] = run({ ...call, args: ([a = 0], [b = 0]) => [a, b] });
  assert.deepEqual(new Uint32Array(y.buffer), new Uint32Array(x.buffer));
});

const powers = (x: Float32Array): Float32Array =>
  result({
    kernel: "exp",
    inputs: [x],
    outputs: [x.length],
    items: x.length,
    args: ([a = 0], [b = 0]) => [a, b],
  });

// e^r = 1 + (r + r²p) with |r| ≤ 0.347. Of e^r itself, r < 0: the last sum is off by 0.71 u, the one inside by 0.35 u, r
// and the three roundings of r²p by 0.25 u each, the polynomial by 0.17 u. That is 1.73 u; r > 0 has less, but for the
// last sum, which is off by u next to 1, where the others vanish.
test("exp(x) is within 2 u of e^x where that is normal, and within η where it is not", () => {
  const x = Float32Array.from({ length: 40_000 }, (_, i) => -104 + (192.7 * i) / 40_000);
  const y = powers(x);
  for (const [i, value] of x.entries()) {
    const truth = exponential(value);
    const error = Math.abs((y[i] ?? 0) - truth);
    assert.ok(error <= Math.max(2 * u * truth, eta), `exp(${value}) is ${y[i]}; expected ${truth}`);
  }
});

test("exp(x) is 1 at both zeros, 0 and Infinity beyond float32, and NaN for NaN", () => {
  const x = [0, -0, -Infinity, -1e30, -104, 88.7228469, 1e30, Infinity, Number.NaN];
  assert.deepEqual([...powers(Float32Array.from(x))], [1, 1, 0, 0, 0, Infinity, Infinity, Infinity, NaN]);
});

test("exp(x) is the same in every lane and at every place", () => {
  holds(
    fc.property(
      sizes(20).chain((n) => fc.tuple(floats(n, any), placings(n))),
      ([x, placing]) => {
        const call = { kernel: "exp", inputs: [x], outputs: [x.length], items: x.length };
        const [y = x] = shared({ ...call, args: ([a = 0], [b = 0]) => [a, b] }, placing);
        assert.deepEqual(
          bits(y),
          bits(Float32Array.from([...x].flatMap((value) => [...powers(Float32Array.of(value))]))),
        );
      },
    ),
    30,
  );
});

const cases = fc
  .tuple(sizes(9), sizes(9))
  .chain(([T, D]) => fc.tuple(matrices<"T", "D">(T, D), matrices<"T", "D">(T, D), matrices<"T", "D">(T, D)));

test("add, mul and mulGradient of the machine are the reference's, rounded once", () => {
  holds(
    fc.property(cases, ([dz, x, y]) => {
      within(face.add(machine)(x, y), rounded(reference.add(x, y)), () => 0);
      within(face.mul(machine)(x, y), rounded(reference.mul(x, y)), () => 0);
      const [dx, dy] = face.mulGradient(machine)(dz, x, y);
      const wanted = reference.mulGradient(dz, x, y);
      within(dx, rounded(wanted[0]), () => 0);
      within(dy, rounded(wanted[1]), () => 0);
    }),
  );
});

test("add(x, y) of [1, 2] and [10, 20] is [11, 22], mul [10, 40], and the arguments stay as they were", () => {
  const [x, y] = [of<"T", "D">([1, 2]), of<"T", "D">([10, 20])];
  assert.deepEqual(rows(face.add(machine)(x, y)), [[11, 22]]);
  assert.deepEqual(rows(face.mul(machine)(x, y)), [[10, 40]]);
  assert.deepEqual([rows(x), rows(y)], [[[1, 2]], [[10, 20]]]);
});

test("add, mul and mulGradient refuse another shape, in the reference's words", () => {
  const [x, y] = [of<"T", "D">([1, 2]), of<"T", "D">([1])];
  const says = (name: string, what: string) => ({
    name: "RangeError",
    message: `${name}: ${what} is [1, 1]; expected the shape of x: [1, 2]`,
  });
  assert.throws(() => face.add(machine)(x, y), says("add", "y"));
  assert.throws(() => face.mul(machine)(x, y), says("mul", "y"));
  assert.throws(() => face.mulGradient(machine)(y, x, x), says("mulGradient", "dz"));
});
