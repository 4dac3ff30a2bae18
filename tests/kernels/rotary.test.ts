// Rotary positions: pairs that turn, and turn back.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/rotary.ts";
import { cos, pow, sin } from "../../reference/elementary.ts";
import type { Rotation } from "../../reference/ops/contract.ts";
import { stretch } from "../../reference/ops/frequencies.ts";
import type { Attributes } from "../../reference/oracle/picture.ts";
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import { holds, of, rows, sizes } from "../assertions.ts";
import { any, floats, matrices, placings, rounded, shared, within } from "./float32.ts";
import { boundsOf, judged } from "./judged.ts";
import { bits } from "./raw.ts";

const { machine } = await kernels({ mebibytes: 32 });
const rotary = face.rotary(machine);
const rotaryGradient = face.rotaryGradient(machine);

type X = Matrix<"T", "N·K">;
const scalings = [
  {},
  { scaling: { kind: "linear", factor: 2.5 } },
  { scaling: { kind: "llama3", factor: 8, lowFactor: 1, highFactor: 4, positions: 64 } },
] as const;
/** Few bases and scalings, so that their tables are asked for in turn. */
const rotations: fc.Arbitrary<Rotation> = fc
  .record({
    K: fc.integer({ min: 1, max: 11 }).map((half) => 2 * half),
    start: fc.nat(3000),
    base: fc.constantFrom(10_000, 500_000),
    pairing: fc.constantFrom("interleaved" as const, "half-split" as const),
    scaled: fc.constantFrom(...scalings),
  })
  .map(({ scaled, ...rotation }) => ({ ...rotation, ...scaled }));
const cases = fc
  .tuple(sizes(5), sizes(3), rotations)
  .chain(([T, heads, rotation]) =>
    fc.tuple(matrices<"T", "N·K">(T, heads * rotation.K), fc.constant(rotation)),
  );

/** A rotation as the attributes of a call. */
const attributes = (rotation: Rotation): Attributes => ({ ...rotation });
const near = (x: X, rotation: Rotation): void =>
  judged("rotary", { x }, rotary(x, rotation), attributes(rotation));

test("rotary(x, rotation) and rotaryGradient(dy, rotation) are within their roundings of the truth", () => {
  holds(
    fc.property(cases, ([x, rotation]) => {
      near(x, rotation);
      judged("rotary.gradient", { dy: x }, rotaryGradient(x, rotation), attributes(rotation));
    }),
    40,
  );
});

/** The other element of a pair. */
function partner(c: number, { K, pairing }: Rotation): number {
  if (pairing === "interleaved") return c % 2 === 0 ? c + 1 : c - 1;
  return c % K < K / 2 ? c + K / 2 : c - K / 2;
}

test("rotary rounds each product and the sum, of cosines and sines rounded once, bit for bit", () => {
  const f = Math.fround;
  holds(
    fc.property(cases, fc.constantFrom(1, -1), ([x, rotation], direction) => {
      const { K, start, base, pairing } = rotation;
      const [T, H] = x.shape;
      const wanted = new Float32Array(T * H);
      for (let t = 0; t < T; t++)
        for (let c = 0; c < H; c++) {
          const other = partner(c, rotation);
          const i = pairing === "interleaved" ? Math.floor((c % K) / 2) : (c % K) % (K / 2);
          const angle = (start + t) * (pow(base, (-2 * i) / K) * stretch(rotation, i));
          const [cosine, sine] = [f(cos(angle)), f(direction * sin(angle))];
          const [a, b] = [x.get(t, Math.min(c, other)), x.get(t, Math.max(c, other))];
          wanted[t * H + c] = c < other ? f(a * cosine) - f(b * sine) : f(a * sine) + f(b * cosine);
        }
      const got = direction === 1 ? rotary(x, rotation) : rotaryGradient(x, rotation)[0];
      assert.deepEqual(bits(rounded(got)), bits(wanted));
    }),
    40,
  );
});

test("rotary(x, rotation) at position 0 is x, and its gradient turns back what it turned", () => {
  const x = of<"T", "N·K">([1, 2, 3, 4]);
  for (const pairing of ["interleaved", "half-split"] as const) {
    assert.deepEqual(rows(rotary(x, { K: 4, start: 0, base: 10_000, pairing })), rows(x));
    const rotation = { K: 4, start: 77, base: 10_000, pairing };
    const y = rotary(x, rotation);
    // turning back keeps lengths: what y is off comes back as no more than both elements of its pair were
    const forth = boundsOf("rotary", { x }, rotation)["y"]?.bound ?? [];
    const back = boundsOf("rotary.gradient", { dy: y }, rotation)["dx"]?.bound ?? [];
    const off = (i: number): number => (forth[i] ?? 0) + (forth[partner(i, rotation)] ?? 0) + (back[i] ?? 0);
    within(rotaryGradient(y, rotation)[0], x, off);
  }
});

test("rotary(x, rotation) of some rows is that of each row at its own position, whatever was asked for before", () => {
  holds(
    fc.property(cases, ([x, rotation]) => {
      const [T, H] = x.shape;
      const whole = rounded(rotary(x, rotation));
      for (let t = T - 1; t >= 0; t--) {
        const row = matrixOf<"T", "N·K">(Float32Array.from(x.data.subarray(t * H, t * H + H)), 1, H);
        const alone = rotary(row, { ...rotation, start: rotation.start + t });
        assert.deepEqual(bits(rounded(alone)), bits(whole.slice(t * H, t * H + H)));
      }
    }),
    40,
  );
});

test("rotary keeps a table for as many bases and positions as fit, and works out the rest each time", () => {
  const x = of<"T", "N·K">([1, 2], [3, 4]);
  for (let base = 2; base < 12; base++) {
    const rotation = { K: 2, start: 5, base, pairing: "half-split" } as const;
    near(x, rotation);
  }
  for (const start of [1_000_000, 0.5, -3]) {
    const rotation = { K: 2, start, base: 10_000, pairing: "interleaved" } as const;
    const wide = matrixOf<"T", "N·K">(Float32Array.from(x.data), 2, 2);
    near(wide, rotation);
  }
});

test("the rotary kernel: no share of the rows and no place moves a bit", () => {
  const raws = fc
    .tuple(sizes(5), sizes(3), fc.integer({ min: 1, max: 9 }))
    .chain(([T, heads, half]) =>
      fc.tuple(
        floats(T * heads * 2 * half, any),
        floats(T * 2 * half),
        placings(T),
        fc.constant([T, heads * 2 * half, 2 * half] as const),
      ),
    );
  holds(
    fc.property(raws, fc.constantFrom(0, 1), ([x, turns, placing, [T, H, K]], halves) => {
      const args = ([a = 0, b = 0]: readonly number[], [y = 0]: readonly number[]) => [
        a,
        b,
        y,
        H,
        K,
        halves,
        -1,
      ];
      shared({ kernel: "rotary", inputs: [x, turns], outputs: [T * H], args, items: T }, placing);
    }),
    40,
  );
});

test("rotary and rotaryGradient refuse an odd width, and one that does not divide the columns", () => {
  const x = of<"T", "N·K">([1, 2, 3]);
  const rotation = { start: 0, base: 10_000, pairing: "half-split" } as const;
  for (const f of [rotary, rotaryGradient]) {
    assert.throws(() => f(x, { ...rotation, K: 3 }), {
      name: "RangeError",
      message: "rotary: K is 3; expected an even width, since elements turn in pairs",
    });
    assert.throws(() => f(x, { ...rotation, K: 2 }), {
      name: "RangeError",
      message: `${f === rotary ? "rotary: x" : "rotaryGradient: dy"} has 3 columns; expected a multiple of K = 2, the width of a head`,
    });
  }
});
