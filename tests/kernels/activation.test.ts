// The activations and their slopes. Smooth ones are judged by the oracle; the ReLU family rounds once.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/activation.ts";
import { scalar } from "../../reference/ops/activation.ts";
import { slope } from "../../reference/ops/activation-gradient.ts";
import type { Activation } from "../../reference/ops/contract.ts";
import { map, matrixOf } from "../../reference/tensor.ts";
import { holds, of, rows, sizes } from "../assertions.ts";
import { any, floats, ordinary, placings, rounded, shared, within } from "./float32.ts";
import { judged } from "./judged.ts";

const { machine } = await kernels({ mebibytes: 32 });
const activate = face.activate(machine);
const activateGradient = face.activateGradient(machine);

const row = (...values: readonly number[]) => matrixOf<"T", "D">(Float32Array.from(values), 1, values.length);
// Not float32 numbers: a shift is what the model's file says. Most say 0, which lets −0 reach the activation.
const reals = fc.oneof(fc.constantFrom(0, -0), fc.double({ min: -3, max: 3, noNaN: true }));
const relus: fc.Arbitrary<Activation> = fc.oneof(
  fc.record({ kind: fc.constantFrom("relu" as const, "relu-squared" as const), shift: reals }),
  fc.record({
    kind: fc.constantFrom("fatrelu" as const, "fatrelu-strict" as const),
    threshold: reals,
    shift: reals,
  }),
);
const smooths: fc.Arbitrary<Activation> = fc.oneof(
  fc.record({ kind: fc.constantFrom("silu" as const, "gelu" as const, "gelu-tanh" as const), shift: reals }),
  fc.record({
    kind: fc.constant("swish" as const),
    beta: fc.double({ min: -10, max: 10, noNaN: true }),
    shift: reals,
  }),
);
const inputs = (element: fc.Arbitrary<number>) =>
  sizes(40).chain((n) => fc.tuple(floats(n, element), floats(n, ordinary)));

test("activate(x, f) of the ReLU family is the reference's, rounded once: every threshold falls where it falls there", () => {
  holds(
    fc.property(inputs(any), relus, ([x], f) =>
      within(activate(row(...x), f), rounded(map(row(...x), scalar(f))), () => 0),
    ),
  );
});

test("activate(x, f) at a threshold: fatrelu lets it pass, fatrelu-strict does not, though 0.1 is no float32", () => {
  const x = row(Math.fround(0.1), 0.5, -0);
  const fat = (kind: "fatrelu" | "fatrelu-strict", threshold: number): readonly number[] => [
    ...activate(x, { kind, threshold, shift: 0 }).data,
  ];
  assert.deepEqual(fat("fatrelu", 0.5), [0, 0.5, 0]);
  assert.deepEqual(fat("fatrelu-strict", 0.5), [0, 0, 0]);
  assert.deepEqual(fat("fatrelu-strict", 0.1), [Math.fround(0.1), 0.5, 0]); // float32's 0.1 is above the real one
  assert.deepEqual(fat("fatrelu", 0.1), [Math.fround(0.1), 0.5, 0]);
});

test("activateGradient(dy, x, f) of the ReLU family is dy times the reference's slope, rounded once each", () => {
  holds(
    fc.property(inputs(any), relus, ([x, dy], f) => {
      const slopes = map(row(...x), slope(f));
      const wanted = dy.map((value, i) => value * Math.fround(slopes.data[i] ?? 0));
      within(activateGradient(row(...dy), row(...x), f)[0], wanted, () => 0);
    }),
  );
});

test("activateGradient(dy, x, f) is 0 at every kink", () => {
  const ones = row(1, 1);
  assert.deepEqual(rows(activateGradient(ones, row(0, -0), { kind: "relu", shift: 0 })[0]), [[0, 0]]);
  for (const kind of ["fatrelu", "fatrelu-strict"] as const)
    assert.deepEqual(rows(activateGradient(ones, row(0.5, 0.75), { kind, threshold: 0.5, shift: 0 })[0]), [
      [0, 1],
    ]);
});

const wide = fc.oneof(ordinary, fc.double({ min: -120, max: 120, noNaN: true }));

test("activate(x, f) of the smooth ones is within its roundings of the truth, tails and all", () => {
  holds(
    fc.property(inputs(wide), smooths, ([x], f) =>
      judged("activate", { x: row(...x) }, activate(row(...x), f), { f }),
    ),
    60,
  );
});

test("activate(x, gelu) keeps its digits in the negative tail, where 1 + erf would have none left", () => {
  const x = row(...Float32Array.from({ length: 2000 }, (_, i) => -13 + i / 200));
  const f: Activation = { kind: "gelu", shift: 0 };
  judged("activate", { x }, activate(x, f), { f });
});

test("activateGradient(dy, x, f) of the smooth ones is within its roundings of dy · f′(x)", () => {
  holds(
    fc.property(inputs(wide), smooths, ([x, dy], f) => {
      const given = { dy: row(...dy), x: row(...x) };
      judged("activate.gradient", given, activateGradient(given.dy, given.x, f), { f });
    }),
    60,
  );
});

const edges = [0, -0, Infinity, -Infinity, Number.NaN, 3e38, -3e38];
const least = [1e-45, -1e-45];
const everyKind: readonly Activation[] = [
  { kind: "identity" },
  { kind: "relu", shift: 0 },
  { kind: "relu-squared", shift: 0 },
  { kind: "fatrelu", threshold: 0, shift: 0 },
  { kind: "fatrelu-strict", threshold: -1, shift: 0 },
  { kind: "silu", shift: 0 },
  { kind: "swish", beta: 8, shift: 0 },
  { kind: "swish", beta: 0, shift: 0 },
  { kind: "swish", beta: -2, shift: 0 },
  { kind: "gelu", shift: 0 },
  { kind: "gelu-tanh", shift: 0 },
];
for (const f of everyKind)
  test(`activate and activateGradient agree with the reference at zeros, infinities and NaN: ${f.kind} ${"beta" in f ? f.beta : ""}`, () => {
    within(activate(row(...edges), f), rounded(map(row(...edges), scalar(f))), () => 0);
    const [x, ones] = [row(...edges, ...least), row(...edges.map(() => 1), 1, 1)];
    judged("activate", { x }, activate(x, f), { f });
    const unsigned = (value: number): number => value + 0; // a slope of zero may have either sign
    const slopes = map(activateGradient(ones, x, f)[0], unsigned);
    within(slopes, rounded(map(map(x, slope(f)), unsigned)), () => 0);
    judged("activate.gradient", { dy: ones, x }, activateGradient(ones, x, f), { f });
  });

test("activate(x, silu) is activate(x, swish) with β = 1, bit for bit", () => {
  holds(
    fc.property(inputs(any), ([x]) =>
      within(
        activate(row(...x), { kind: "silu", shift: 0.25 }),
        Float32Array.from(activate(row(...x), { kind: "swish", beta: 1, shift: 0.25 }).data),
        () => 0,
      ),
    ),
  );
});

test("activate(x, identity) is a fresh copy of x, and its slope a fresh copy of dy", () => {
  const [x, dy] = [row(1, -2), row(3, 4)];
  const [y, [dx]] = [activate(x, { kind: "identity" }), activateGradient(dy, x, { kind: "identity" })];
  assert.deepEqual([rows(y), rows(dx)], [[[1, -2]], [[3, 4]]]);
  assert.ok(y !== x && y.data !== x.data && dx !== dy && dx.data !== dy.data);
});

for (const [kernel, kinds] of [
  ["relu", 4],
  ["smooth", 3],
] as const)
  test(`${kernel} and ${kernel}Gradient: no share of the elements and no place moves a bit`, () => {
    const cases = sizes(33).chain((n) =>
      fc.tuple(floats(n, any), floats(n, any), placings(n), fc.nat(kinds - 1), reals, reals),
    );
    holds(
      fc.property(cases, ([x, dy, placing, kind, shift, parameter]) => {
        const call = { outputs: [x.length], items: x.length };
        const numbers = [kind, shift, parameter];
        shared({ ...call, kernel, inputs: [x], args: ([a = 0], [b = 0]) => [a, b, ...numbers] }, placing);
        const args = ([a = 0, b = 0]: readonly number[], [c = 0]: readonly number[]) => [a, b, c, ...numbers];
        shared({ ...call, kernel: `${kernel}Gradient`, inputs: [dy, x], args }, placing);
      }),
      40,
    );
  });

test("activate refuses a shift, β or threshold that is no finite number, and another shape of dy", () => {
  const x = of<"T", "D">([1]);
  for (const [f, message] of [
    [{ kind: "relu", shift: NaN }, "activate: shift is NaN; expected a finite number"],
    [{ kind: "swish", beta: Infinity, shift: 0 }, "activate: beta is Infinity; expected a finite number"],
    [{ kind: "fatrelu", threshold: NaN, shift: 0 }, "activate: threshold is NaN; expected a finite number"],
  ] as const) {
    assert.throws(() => activate(x, f), { name: "RangeError", message });
    assert.throws(() => activateGradient(x, x, f), { name: "RangeError", message });
  }
  assert.throws(() => activateGradient(of<"T", "D">([1, 2]), x, { kind: "relu", shift: 0 }), {
    name: "RangeError",
    message: "activateGradient: dy is [1, 2]; expected [T, D], the shape of x: [1, 1]",
  });
});
