import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  activate,
  fatRelu,
  fatReluStrict,
  gelu,
  geluTanh,
  relu,
  reluSquared,
  scalar,
  silu,
  swish,
} from "../../../reference/ops/activation.ts";
import type { Activation } from "../../../reference/ops/contract.ts";
import { matrix } from "../../../reference/tensor.ts";
import { holds, of, rows } from "../../assertions.ts";

const all: readonly Activation[] = [
  { kind: "identity" },
  { kind: "relu", shift: 0 },
  { kind: "relu", shift: 0.5 },
  { kind: "relu-squared", shift: 0 },
  { kind: "fatrelu", threshold: 0.25, shift: 0 },
  { kind: "fatrelu-strict", threshold: 0.25, shift: 0 },
  { kind: "silu", shift: 0 },
  { kind: "swish", beta: 8, shift: 0 },
  { kind: "gelu", shift: 0 },
  { kind: "gelu-tanh", shift: 0 },
];

const is = (got: number, wanted: number) => assert.ok(Object.is(got, wanted), `${got} is not ${wanted}`);
const relative = (got: number, wanted: number, bound = 1e-15) =>
  assert.ok(Math.abs(got - wanted) <= bound * Math.abs(wanted), `${got} is not ${wanted} within ${bound}`);

test("activate(x, f) applies f element by element and leaves x as it was", () => {
  const x = of<"T", "D">([-1, 2], [0.5, -0]);
  assert.deepEqual(rows(activate(x, { kind: "relu", shift: 0 })), [
    [0, 2],
    [0.5, 0],
  ]);
  assert.deepEqual(rows(x), [
    [-1, 2],
    [0.5, -0],
  ]);
});

test("activate(x, relu with shift b) is relu(x − b), the paper's shifted ReLU", () => {
  assert.deepEqual(rows(activate(of<"T", "D">([0.5, 1, 1.5, 3]), { kind: "relu", shift: 1 })), [
    [0, 0, 0.5, 2],
  ]);
});

test("activate(x, f) is a fresh tensor even for the identity", () => {
  const x = of<"T", "D">([1]);
  assert.notEqual(activate(x, { kind: "identity" }), x);
});

test("activate(x, f) of no elements has none", () => {
  for (const f of all)
    assert.deepEqual(
      activate(
        matrix<"T", "D">(0, 4, () => 1),
        f,
      ).shape,
      [0, 4],
    );
});

test("every activation keeps NaN, sends +Infinity to +Infinity and −Infinity to a zero", () => {
  for (const f of all.filter(({ kind }) => kind !== "identity")) {
    const g = scalar(f);
    is(g(Number.NaN), Number.NaN);
    is(g(Infinity), Infinity);
    assert.equal(Math.abs(g(-Infinity)), 0, f.kind);
  }
});

test("the ReLU family gives +0 for both zeros and for everything below", () => {
  for (const f of [relu, reluSquared, (x: number) => fatRelu(x, 0), (x: number) => fatReluStrict(x, 0)]) {
    for (const x of [0, -0, -1, -5e-324, -Infinity]) is(f(x), 0);
  }
});

test("relu(x) of a subnormal is that subnormal", () => is(relu(5e-324), 5e-324));

test("fatRelu(x, t) keeps x at the threshold, fatReluStrict(x, t) does not; survivors keep their height", () => {
  assert.deepEqual([fatRelu(0.5, 0.5), fatReluStrict(0.5, 0.5)], [0.5, 0]);
  assert.deepEqual([fatRelu(0.75, 0.5), fatReluStrict(0.75, 0.5)], [0.75, 0.75]);
  assert.deepEqual([fatRelu(0.25, 0.5), fatReluStrict(0.25, 0.5)], [0, 0]);
});

test("reluSquared(x) is relu(x)²", () => assert.deepEqual([reluSquared(3), reluSquared(-3)], [9, 0]));

// The values of erf, exp and tanh behind these are tabulated in any handbook, for instance Abramowitz and Stegun.
test("silu, gelu and geluTanh agree with handbook values", () => {
  relative(silu(1), 0.7310585786300049);
  relative(silu(-1), -0.2689414213699951);
  relative(gelu(1), 0.8413447460685429);
  relative(gelu(-1), -0.15865525393145705);
  relative(geluTanh(1), 0.8411919906082768);
  relative(geluTanh(-3), -0.0036373920817729943, 1e-13);
});

test("gelu(x) keeps its negative tail: −10 · Φ(−10) to 15 digits, where 1 + erf would give 0", () => {
  relative(gelu(-10), -7.61985302416052e-23, 1e-14);
});

test("gelu and geluTanh are two functions: they differ by 4.7e-4 near x = −2.7", () => {
  const difference = Math.abs(gelu(-2.7) - geluTanh(-2.7));
  assert.ok(difference > 4.6e-4 && difference < 4.8e-4, `${difference}`);
});

test("swish(x, 1) is silu(x); as β grows it approaches relu(x)", () => {
  holds(
    fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (x) => {
      is(swish(x, 1), silu(x));
      assert.ok(Math.abs(swish(x, 1000) - relu(x)) <= 2.8e-4); // at most W(1/e)/β, near x = 1.28/β
    }),
  );
});

test("the smooth activations have hardly an exact zero, the ReLU family has one for every x below 0", () => {
  const x = matrix<"T", "D">(1, 1000, (_, i) => (i - 500) / 25);
  const zeros = (f: Activation) =>
    rows(activate(x, f))
      .flat()
      .filter((y) => y === 0).length;
  for (const f of all.filter(({ kind }) => /silu|swish|gelu/.test(kind))) assert.equal(zeros(f), 1, f.kind);
  assert.equal(zeros({ kind: "relu", shift: 0 }), 501);
});

test("activate(x, f with shift b) equals f of x − b, bit for bit, for every f", () => {
  for (const f of all) {
    if (f.kind === "identity") continue;
    const [moved, still] = [scalar({ ...f, shift: 0.75 }), scalar({ ...f, shift: 0 })];
    holds(fc.property(fc.double({ min: -9, max: 9, noNaN: true }), (x) => is(moved(x), still(x - 0.75))));
  }
});

test("activate(x, f) refuses a shift, β or threshold that is no finite number", () => {
  const x = of<"T", "D">([1]);
  const refused: readonly [Activation, string][] = [
    [{ kind: "relu", shift: Number.NaN }, "shift is NaN"],
    [{ kind: "swish", shift: 0, beta: Infinity }, "beta is Infinity"],
    [{ kind: "fatrelu", shift: 0, threshold: -Infinity }, "threshold is -Infinity"],
  ];
  for (const [f, found] of refused) {
    assert.throws(() => activate(x, f), {
      name: "RangeError",
      message: `activate: ${found}; expected a finite number`,
    });
  }
});
