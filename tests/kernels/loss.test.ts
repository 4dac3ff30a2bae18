// Cross entropy of logits, and its slope.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/loss.ts";
import { log } from "../../reference/elementary.ts";
import { type Tokens, vectorOf } from "../../reference/tensor.ts";
import { holds, of, ofVector, rows, sizes } from "../assertions.ts";
import { any, floats, matrices, placings, shared, vectors } from "./float32.ts";
import { judged } from "./judged.ts";

const { machine } = await kernels({ mebibytes: 32 });
const crossEntropy = face.crossEntropy(machine);
const crossEntropyGradient = face.crossEntropyGradient(machine);

const ids = (T: number, V: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(V - 1), { minLength: T, maxLength: T });
const cases = fc
  .tuple(sizes(6), sizes(40, 1))
  .chain(([T, V]) => fc.tuple(matrices<"T", "V">(T, V), ids(T, V), vectors<"T">(T)));

test("crossEntropy(z, targets) is within its roundings of the truth", () => {
  holds(
    fc.property(cases, ([z, targets]) => judged("crossEntropy", { z, targets }, crossEntropy(z, targets))),
    40,
  );
});

test("crossEntropy of three equal logits is log 3, and of a certain answer 0, though exp z overflows", () => {
  const loss = crossEntropy(of<"T", "V">([7, 7, 7], [0, 1e30, 0]), [1, 1]);
  assert.deepEqual([...loss.data], [Math.fround(log(3)), 0]); // its logarithm is float64
});

test("crossEntropy(z, targets) counts a million logits: the logarithm reaches beyond the exponent of its argument", () => {
  const z = { V: 1_000_000 };
  const loss = face.crossEntropy(machine)(of<"T", "V">(Array.from({ length: z.V }, () => 0)), [17]);
  assert.deepEqual([...loss.data], [Math.fround(log(z.V))]); // the sum of ones is exact in float32
});

test("crossEntropyGradient(dloss, z, targets) is within its roundings of the truth: p − 1 at the target, p elsewhere", () => {
  holds(
    fc.property(cases, ([z, targets, dloss]) =>
      judged("crossEntropy.gradient", { dloss, z, targets }, crossEntropyGradient(dloss, z, targets)),
    ),
    40,
  );
});

test("crossEntropyGradient of two equal logits is ∓dloss/2", () => {
  assert.deepEqual(rows(crossEntropyGradient(ofVector<"T">(3), of<"T", "V">([1, 1]), [1])[0]), [[1.5, -1.5]]);
});

test("crossEntropy: NaN, +Infinity or nothing but −Infinity makes its own row NaN; −Infinity has probability 0", () => {
  const z = of<"T", "V">([NaN, 0], [Infinity, 0], [-Infinity, -Infinity], [-Infinity, 5], [-Infinity, 5]);
  const targets = [1, 1, 0, 1, 0];
  assert.deepEqual([...crossEntropy(z, targets).data], [NaN, NaN, NaN, 0, Infinity]);
  const [dz] = crossEntropyGradient(ofVector<"T">(1, 1, 1, 1, 1), z, targets);
  assert.deepEqual(rows(dz).slice(3), [
    [0, 0],
    [-1, 1],
  ]);
});

test("crossEntropy and crossEntropyGradient: no share of the rows and no place moves a bit", () => {
  const raw = fc
    .tuple(sizes(6), sizes(20, 1))
    .chain(([T, V]) =>
      fc.tuple(floats(T * V, any), floats(T, any), ids(T, V), placings(T), fc.constant([T, V] as const)),
    );
  holds(
    fc.property(raw, ([z, dloss, targets, placing, [T, V]]) => {
      const chosen = Int32Array.from(targets);
      const forwards = ([a = 0, b = 0]: readonly number[], [c = 0]: readonly number[]) => [a, b, c, V];
      const call = { items: T };
      shared({ ...call, kernel: "crossEntropy", inputs: [z, chosen], outputs: [T], args: forwards }, placing);
      const args = ([a = 0, b = 0, c = 0]: readonly number[], [d = 0]: readonly number[]) => [a, b, c, d, V];
      const inputs = [dloss, z, chosen];
      shared({ ...call, kernel: "crossEntropyGradient", inputs, outputs: [T * V], args }, placing);
    }),
    30,
  );
});

test("crossEntropy refuses targets that are not T ids below V, and crossEntropyGradient another dloss", () => {
  const z = of<"T", "V">([1, 2]);
  const refused = (targets: Tokens, message: string): void => {
    assert.throws(() => crossEntropy(z, targets), { name: "RangeError", message });
    assert.throws(() => crossEntropyGradient(ofVector(1), z, targets), { name: "RangeError", message });
  };
  refused([], "crossEntropy: targets has 0 ids; expected T = 1, the rows of z");
  refused([2], "crossEntropy: target is 2; expected an integer from 0 to 1, with V = 2 the columns of z");
  refused([0.5], "crossEntropy: target is 0.5; expected an integer from 0 to 1, with V = 2 the columns of z");
  assert.throws(() => crossEntropyGradient(vectorOf(new Float32Array(2)), z, [0]), {
    name: "RangeError",
    message: "crossEntropyGradient: dloss is [2]; expected [T], the rows of z: [1]",
  });
});
