// What training changes in place: sums of slopes, their squares, and AdamW.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/adamw.ts";
import type { Update } from "../../reference/ops/contract.ts";
import { inPlace } from "../../reference/ops/in-place.ts";
import { like, map, type Tensor, type Vector, vectorOf } from "../../reference/tensor.ts";
import { holds, ofVector, sizes } from "../assertions.ts";
import { any, eta, floats, placings, shared, u, within } from "./float32.ts";
import { bits } from "./raw.ts";

const { machine } = await kernels({ mebibytes: 32 });
const [accumulate, squares, adamw, clear] = [
  face.accumulate(machine),
  face.squares(machine),
  face.adamw(machine),
  face.clear(machine),
];

const update: Update = {
  rate: 0.01,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  decay: 0.1,
  scale: 0.7,
  correction1: 0.1,
  correction2: 0.0975,
};
const cases = sizes(40).chain((n) =>
  fc.tuple(
    floats(n),
    floats(n),
    floats(n).map((v) => v.map(Math.abs)),
    floats(n),
    placings(n),
  ),
);

/** The tensors, pinned, while f changes them. */
function changed(tensors: readonly Float32Array[], f: (pinned: readonly Vector[]) => void): Float32Array[] {
  const pinned = tensors.map((data) => machine.pin(vectorOf(data)));
  f(pinned);
  const after = pinned.map(({ data }) => Float32Array.from(data));
  for (const x of pinned) machine.unpin(x);
  return after;
}

/** One step in float32, every operation rounded, in the order of the equation. */
function model(w: number, m: number, v: number, slope: number, by: Update): readonly number[] {
  const f = Math.fround;
  const [beta1, beta2] = [f(by.beta1), f(by.beta2)];
  const g = f(f(by.scale) * slope);
  const first = f(f(beta1 * m) + f(f(1 - by.beta1) * g));
  const second = f(f(beta2 * v) + f(f(1 - by.beta2) * f(g * g)));
  const size = f(f(Math.sqrt(f(second / f(by.correction2)))) + f(by.epsilon));
  const step = f(f(f(first / f(by.correction1)) / size) + f(f(by.decay) * w));
  return [f(w - f(f(by.rate) * step)), first, second];
}

test("adamw(w, first, second, slope, update) rounds every step of the equation, bit for bit", () => {
  holds(
    fc.property(cases, ([w, first, second, slope]) => {
      const got = changed([w, first, second], ([a = ofVector(), b = a, c = a]) =>
        adamw(a, b, c, vectorOf(slope), update),
      );
      for (const [i, x] of got.entries())
        assert.deepEqual(
          bits(x),
          bits(
            w.map((_, e) => model(w[e] ?? 0, first[e] ?? 0, second[e] ?? 0, slope[e] ?? 0, update)[i] ?? 0),
          ),
        );
    }),
    60,
  );
});

/**
 * Constants are rounded too. first: 2 u of β1 m, 4 u of the rest. second: 2 u and 6 u, all positive, so 6 u of itself. Under
 * the root 3.5 u with its ratio, and u each for the root and ε: 6 u of the size. direction: what first is off, and with the
 * three ratios 9 u of itself; decay · w 2 u; then the sum, the rate and its product, and the difference: u each.
 */
test("adamw is within its roundings of the reference", () => {
  holds(
    fc.property(cases, ([w, first, second, slope]) => {
      const got = changed([w, first, second], ([a = ofVector(), b = a, c = a]) =>
        adamw(a, b, c, vectorOf(slope), update),
      );
      const wanted = [w, first, second].map((x): Tensor => inPlace.own(vectorOf(x)));
      const [a = ofVector(), b = a, c = a] = wanted;
      inPlace.adamw(a, b, c, vectorOf(slope), update);
      const { rate, beta1, decay, scale, correction1, correction2, epsilon } = update;
      const at = (x: Tensor | Float32Array, i: number): number =>
        Math.abs((x instanceof Float32Array ? x : x.data)[i] ?? 0);
      const offFirst = (i: number): number =>
        u * (2 * beta1 * at(first, i) + 4 * (1 - beta1) * scale * at(slope, i)) + u * at(b, i) + 4 * eta;
      within(got[1] ?? w, b, offFirst);
      within(got[2] ?? w, c, (i) => 7 * u * at(c, i) + 8 * eta);
      within(got[0] ?? w, a, (i) => {
        const size = Math.sqrt(at(c, i) / correction2) + epsilon;
        const direction = at(b, i) / correction1 / size;
        const offDirection = offFirst(i) / correction1 / size + 10 * u * direction;
        const offStep = offDirection + 2 * u * decay * at(w, i) + u * (direction + decay * at(w, i));
        return rate * (1.01 * offStep + 2.01 * u * (direction + decay * at(w, i))) + u * at(a, i) + 4 * eta;
      });
    }),
    60,
  );
});

test("adamw moves a fresh weight by rate against the sign of its slope, whatever the size of that", () => {
  const fresh = { ...update, correction1: 1 - update.beta1, correction2: 1 - update.beta2, decay: 0 };
  const [w = new Float32Array(0)] = changed(
    [Float32Array.of(1, 1, 1), new Float32Array(3), new Float32Array(3)],
    ([a = ofVector(), b = a, c = a]) => adamw(a, b, c, ofVector(100, -0.01, 0), fresh),
  );
  within(w, Float32Array.of(0.99, 1.01, 1), () => 2 * u + 1e-8);
});

test("accumulate(total, x) is total + x, rounded once, and clear(x) is +0 throughout", () => {
  holds(
    fc.property(
      sizes(40).chain((n) => fc.tuple(floats(n, any), floats(n, any))),
      ([total, x]) => {
        const [got] = changed([total], ([a = ofVector()]) => accumulate(a, vectorOf(x)));
        assert.deepEqual(bits(got ?? x), bits(total.map((value, i) => value + (x[i] ?? 0))));
        const [cleared] = changed([x], ([a = ofVector()]) => clear(a));
        assert.deepEqual(cleared, new Float32Array(x.length));
      },
    ),
    40,
  );
});

test("squares(x) is Σ x² in float64, in chunks of 4096 whose order no thread changes", () => {
  for (const n of [0, 1, 2, 3, 4095, 4096, 4097, 10_000]) {
    const x = Float32Array.from({ length: n }, (_, i) => ((i * 7919) % 1000) / 999 - 0.5);
    let wanted = 0;
    for (let c = 0; c < n; c += 4096) {
      const lanes = [0, 0];
      for (let i = c; i < Math.min(n, c + 4096); i++)
        lanes[i % 2] = (lanes[i % 2] ?? 0) + (x[i] ?? 0) * (x[i] ?? 0);
      wanted += (lanes[0] ?? 0) + (lanes[1] ?? 0);
    }
    assert.equal(squares(vectorOf(x)), wanted, `${n} elements`);
    // Float64 adds n positive numbers: n · 2^-53 of their sum, both ways of adding.
    assert.ok(Math.abs(wanted - inPlace.squares(vectorOf(x))) <= 2 * n * 2 ** -53 * wanted);
  }
  assert.equal(squares(ofVector(3, 4)), 25);
  assert.equal(squares(ofVector(1, NaN)), NaN);
  assert.equal(squares(ofVector(3e38)), Math.fround(3e38) ** 2); // no overflow: it is float64
});

test("the kernels that change in place: no share of the elements and no place moves a bit", () => {
  holds(
    fc.property(cases, ([w, first, second, slope, placing]) => {
      const n = w.length;
      const numbers = [0.01, 0.9, 0.1, 0.95, 0.05, 1e-8, 0.1, 0.7, 0.1, 0.0975];
      const args = ([g = 0]: readonly number[], [a = 0, b = 0, c = 0]: readonly number[]) => [
        a,
        b,
        c,
        g,
        ...numbers,
      ];
      shared({ kernel: "adamw", inputs: [slope], outputs: [w, first, second], args, items: n }, placing);
      const two = ([x = 0]: readonly number[], [total = 0]: readonly number[]) => [total, x];
      shared({ kernel: "accumulate", inputs: [slope], outputs: [w], args: two, items: n }, placing);
      const one = (_: readonly number[], [x = 0]: readonly number[]) => [x];
      shared({ kernel: "clear", inputs: [], outputs: [w], args: one, items: n }, placing);
    }),
    40,
  );
  const x = Float32Array.from({ length: 9000 }, (_, i) => i / 9000);
  const args = ([a = 0]: readonly number[], [sums = 0]: readonly number[]) => [a, sums, x.length];
  shared({ kernel: "squares", inputs: [x], outputs: [6], args, items: 3 }, { offset: 2, cuts: [1, 2] });
});

test("accumulate and adamw refuse other shapes, and what lives elsewhere, which they would change in a copy only", () => {
  const [one, two] = [ofVector(1), ofVector(1, 2)];
  const shaped = (message: string) => ({ name: "RangeError", message });
  assert.throws(() => accumulate(two, one), shaped("accumulate: x is [1]; expected the shape of total: [2]"));
  assert.throws(
    () => adamw(two, two, one, two, update),
    shaped("adamw: a moment or slope is [1]; expected the shape of w: [2]"),
  );
  const elsewhere = (name: string) => ({
    name: "TypeError",
    message: `${name}: a tensor [2] lives elsewhere; expected one that own() gave out`,
  });
  assert.throws(() => accumulate(two, two), elsewhere("accumulate"));
  assert.throws(() => clear(two), elsewhere("clear"));
  const pinned = machine.pin(map(two, (value) => value));
  assert.throws(() => adamw(pinned, pinned, like(two, new Float32Array(2)), two, update), elsewhere("adamw"));
  machine.unpin(pinned);
});
