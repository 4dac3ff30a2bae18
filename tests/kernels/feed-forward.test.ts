// The fused feed-forwards: the very bits of the operators that they stand for, with one thread and with two.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import { feedForward, gatedFeedForward, type Rectifier } from "../../kernels/ops/feed-forward.ts";
import type { Matrix } from "../../reference/tensor.ts";
import { holds, of, ofVector, rows, sameBits } from "../assertions.ts";
import { floats, matrices, ordinary, placings, shared, vectors } from "./float32.ts";
import { bits, type Call } from "./raw.ts";

const one = await kernels({ mebibytes: 64 });
const two = await kernels({ mebibytes: 64, threads: 2, shareFrom: 0 });
after(() => two.close());

const shift = fc.constantFrom(0, 0.5, -1);
const rectifiers: fc.Arbitrary<Rectifier> = fc.oneof(
  fc.record({ kind: fc.constantFrom("relu" as const, "relu-squared" as const), shift }),
  fc.record({
    kind: fc.constantFrom("fatrelu" as const, "fatrelu-strict" as const),
    shift,
    threshold: fc.constantFrom(0, 1),
  }),
);

/** Few rows, as in decoding, and some more; `most` of D and F. */
const layers = (most: number) =>
  fc.tuple(fc.nat(9), fc.nat(most), fc.nat(most)).chain(([T, D, F]) =>
    fc.record({
      x: matrices<"T", "D">(T, D),
      up: matrices<"D", "F">(D, F),
      upBias: vectors<"F">(F),
      rows: matrices<"F", "D">(F, D),
      down: matrices<"F", "D">(F, D),
      downBias: vectors<"D">(D),
      f: rectifiers,
      skip: fc.boolean(),
    }),
  );

test("feedForward(x, weights, f) has the bits of linear, activate and activeLinear", () => {
  holds(
    fc.property(layers(33), ({ x, up, upBias, down, downBias, f, skip }) => {
      for (const ops of [one, two]) {
        const fused = feedForward(ops.machine);
        const hidden = ops.activate(ops.linear(x, up, upBias), f);
        const wanted = ops.activeLinear(hidden, down, downBias);
        sameBits(fused(x, { up, upBias, down, downBias }, f, skip), wanted);
        const bare = ops.activeLinear(ops.activate(ops.linear(x, up), f), down);
        sameBits(fused(x, { up, down }, f, skip), bare);
      }
    }),
    40,
  );
});

test("gatedFeedForward(x, weights, f) has the bits of linear, activate, activeGatedLinear and activeLinear", () => {
  holds(
    fc.property(layers(33), ({ x, up: gate, rows: up, down, f, skip }) => {
      for (const ops of [one, two]) {
        const g = ops.activate(ops.linear(x, gate), f);
        const wanted = ops.activeLinear(ops.activeGatedLinear(x, up, g), down);
        sameBits(gatedFeedForward(ops.machine)(x, { gate, up, down }, f, skip), wanted);
      }
    }),
    40,
  );
});

test("two threads share a feed-forward, and no bit moves", () => {
  const layer = layers(0).chain(() =>
    fc.record({
      x: matrices<"T", "D">(2, 97),
      up: matrices<"D", "F">(97, 203),
      rows: matrices<"F", "D">(203, 97),
      down: matrices<"F", "D">(203, 97),
    }),
  );
  const f: Rectifier = { kind: "relu", shift: 0 };
  holds(
    fc.property(layer, ({ x, up, rows, down }) => {
      const [plain, gated] = [feedForward, gatedFeedForward];
      sameBits(plain(two.machine)(x, { up, down }, f, true), plain(one.machine)(x, { up, down }, f));
      const weights = { gate: up, up: rows, down };
      sameBits(gated(two.machine)(x, weights, f, true), gated(one.machine)(x, weights, f));
    }),
    3,
  );
});

test("hidden and gatedHidden write their own columns and no others, wherever buffers lie and shares end", () => {
  const drawn = fc.tuple(fc.nat(4), fc.nat(20), fc.nat(33)).chain(([T, D, F]) =>
    fc.record({
      sizes: fc.constant([T, D, F] as const),
      x: floats(T * D, ordinary),
      up: floats(D * F, ordinary),
      bias: floats(F, ordinary),
      placing: placings(F),
      skip: fc.nat(1),
    }),
  );
  holds(
    fc.property(drawn, ({ sizes: [T, D, F], x, up, bias, placing, skip }) => {
      const plain: Call = {
        kernel: "hidden",
        inputs: [x, up, bias],
        outputs: [T * F],
        args: ([a = 0, b = 0, c = 0], [h = 0]) => [a, b, c, h, T, D, F, skip, 0, 0.5, 0],
        items: F,
      };
      const gated: Call = {
        ...plain,
        kernel: "gatedHidden",
        outputs: [T * F, T * F],
        inputs: [x, up, up],
        args: ([a = 0, b = 0, c = 0], [g = 0, h = 0]) => [a, b, c, g, h, T, D, F, skip, 0, 0, 0],
      };
      shared(plain, placing, T === 1);
      const [g = x, h = x] = shared(gated, placing, T === 1);
      for (const [i, value] of g.entries()) if (value === 0) assert.equal(bits(h)[i], 0);
    }),
    40,
  );
});

test("rows behind a closed gate and behind a zero of the hidden layer are not seen", () => {
  const x = of<"T", "D">([1]);
  const f: Rectifier = { kind: "relu", shift: 0 };
  const down = of<"F", "D">([Number.NaN], [3]);
  assert.deepEqual(rows(feedForward(one.machine)(x, { up: of<"D", "F">([-1, 2]), down }, f)), [[6]]);
  const gated = { gate: of<"D", "F">([-1, 2]), up: of<"F", "D">([Infinity], [5]), down };
  assert.deepEqual(rows(gatedFeedForward(one.machine)(x, gated, f)), [[30]]);
});

const f: Rectifier = { kind: "relu", shift: 0 };
const x = of<"T", "D">([1, 2]);
const up = of<"D", "F">([1], [2]);
const down = of<"F", "D">([1, 2]);
const plain = feedForward(one.machine);
const gated = gatedFeedForward(one.machine);
const wrong = <R, C>(): Matrix<R, C> => of<R, C>([1]);
const refusals: readonly (readonly [() => unknown, string])[] = [
  [
    () => plain(x, { up: wrong(), down }, f),
    "feedForward: up is [1, 1]; expected [D, F], with D the columns of x: [2, 1]",
  ],
  [
    () => plain(x, { up, upBias: ofVector(1, 2), down }, f),
    "feedForward: upBias is [2]; expected [F], the columns of up: [1]",
  ],
  [
    () => plain(x, { up, down: wrong() }, f),
    "feedForward: down is [1, 1]; expected [F, D], with F the columns of up: [1, 2]",
  ],
  [
    () => plain(x, { up, down, downBias: ofVector(1) }, f),
    "feedForward: downBias is [1]; expected [D], the columns of down: [2]",
  ],
  [
    () => plain(x, { up, down }, { kind: "relu", shift: Number.NaN }),
    "feedForward: shift is NaN; expected a finite number",
  ],
  [
    () => gated(x, { gate: wrong(), up: down, down }, f),
    "gatedFeedForward: gate is [1, 1]; expected [D, F], with D the columns of x: [2, 1]",
  ],
  [
    () => gated(x, { gate: up, up: wrong(), down }, f),
    "gatedFeedForward: up is [1, 1]; expected [F, D], with F the columns of gate: [1, 2]",
  ],
  [
    () => gated(x, { gate: up, up: down, down: wrong() }, f),
    "gatedFeedForward: down is [1, 1]; expected [F, D], with F the columns of gate: [1, 2]",
  ],
];
for (const [call, message] of refusals)
  test(`refused: ${message}`, () => {
    assert.throws(call, { name: "RangeError", message });
  });
