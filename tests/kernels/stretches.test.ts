// Caches that grow: what they share, when they are copied, and that their mirrors follow; never a wrong number.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import { Stretches } from "../../kernels/stretches.ts";
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import { holds, of, rows, sameBits } from "../assertions.ts";

type Cache = Matrix<"S", "H">;

/** Mirrors in so many numbers from the 16th on, and the memory that they lie in. */
function mirroring(numbers: number) {
  const memory = new Float32Array(16 + numbers);
  return { memory, stretches: new Stretches(memory, 64, 4 * numbers) };
}

const row = (...values: readonly number[]) => of<"T", "H">(values);
const cache = (...values: readonly (readonly number[])[]): Cache => of<"S", "H">(...values);
/** A cache of the first rows of another, over the same array: what is left when drafted tokens are refused. */
const cut = (x: Cache, S: number): Cache => matrixOf(x.data.subarray(0, S * x.shape[1]), S, x.shape[1]);

/** The mirror's numbers, if there is one. */
function mirrored(
  { memory, stretches }: ReturnType<typeof mirroring>,
  x: Cache,
): readonly number[] | undefined {
  const at = stretches.mirror(x);
  return at === undefined ? undefined : [...memory.subarray(at / 4, at / 4 + x.size)];
}

test("extend(past, next) shares its beginning with past, while there is room behind it", () => {
  const { stretches } = mirroring(0);
  const past = cache([1, 2]);
  const caches = [stretches.extend(past, row(3, 4))];
  for (let s = 2; s < 4; s++) caches.push(stretches.extend(caches.at(-1) ?? past, row(s, -s)));
  assert.equal(new Set(caches.map(({ data }) => data.buffer)).size, 1);
  assert.deepEqual(caches.map(rows), [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [1, 2],
      [3, 4],
      [2, -2],
    ],
    [
      [1, 2],
      [3, 4],
      [2, -2],
      [3, -3],
    ],
  ]);
  assert.deepEqual(rows(past), [[1, 2]]);
});

test("extend(past, next) copies a past that was continued by someone else: both stay true", () => {
  const { stretches } = mirroring(0);
  const a = stretches.extend(cache([1]), row(2));
  const b = stretches.extend(a, row(3));
  const c = stretches.extend(a, row(4));
  assert.notEqual(c.data.buffer, b.data.buffer);
  assert.deepEqual([a, b, c].map(rows), [
    [[1], [2]],
    [[1], [2], [3]],
    [[1], [2], [4]],
  ]);
});

test("extend(past, next) of a cache cut shorter copies it, and of one cut to its whole length goes on behind it", () => {
  const { stretches } = mirroring(0);
  const a = stretches.extend(cache([1], [2]), row(3));
  const [dropped, whole] = [stretches.extend(cut(a, 2), row(4)), stretches.extend(cut(a, 3), row(5))];
  assert.deepEqual([a, dropped, whole].map(rows), [
    [[1], [2], [3]],
    [[1], [2], [4]],
    [[1], [2], [3], [5]],
  ]);
  assert.equal(whole.data.buffer, a.data.buffer);
});

test("extend rounds float64 to float32, and takes no rows and many", () => {
  const { stretches } = mirroring(0);
  const a = stretches.extend(cache([0.1]), of<"T", "H">());
  assert.deepEqual([...a.data], [Math.fround(0.1)]);
  const b = stretches.extend(a, of<"T", "H">(...Array.from({ length: 100 }, (_, i) => [i])));
  assert.deepEqual([...b.data], [Math.fround(0.1), ...Array.from({ length: 100 }, (_, i) => i)]);
});

test("a mirror follows its cache: only the new rows are copied, and a cut cache is found in it", () => {
  const room = mirroring(64);
  const a = room.stretches.extend(cache([1], [2]), row(3));
  assert.deepEqual(mirrored(room, a), [1, 2, 3]);
  const at = room.stretches.mirror(a) ?? 0;
  assert.equal(at, 64);
  room.memory[at / 4] = 9; // a row copied before: it would be 1 again if it were copied again
  const b = room.stretches.extend(a, row(4));
  assert.deepEqual(mirrored(room, b), [9, 2, 3, 4]);
  assert.deepEqual(mirrored(room, cut(b, 2)), [9, 2]);
  assert.equal(room.stretches.mirror(cut(b, 2)), at);
});

test("mirror(x) knows caches only: no tensor from elsewhere, and no rows that do not begin one", () => {
  const { stretches } = mirroring(64);
  const a = stretches.extend(cache([1], [2]), row(3));
  assert.equal(stretches.mirror(cache([1])), undefined);
  assert.equal(stretches.mirror(matrixOf(a.data.subarray(1), 2, 1)), undefined);
  assert.equal(stretches.mirror(matrixOf(new Float32Array(a.data.buffer), 16, 1)), undefined);
});

test("where mirrors crowd, all are dropped between operators, and those in use come back", () => {
  const room = mirroring(32); // two stretches of 16
  const [a, b, c] = [1, 2, 3].map((value) => room.stretches.extend(cache([value]), row(value))) as [
    Cache,
    Cache,
    Cache,
  ];
  assert.deepEqual(
    [a, b, c].map((x) => mirrored(room, x)),
    [[1, 1], [2, 2], undefined],
  );
  assert.deepEqual(mirrored(room, a), [1, 1], "a place stays while operators may hold it");
  room.stretches.tidy();
  assert.deepEqual(
    [c, b].map((x) => mirrored(room, x)),
    [
      [3, 3],
      [2, 2],
    ],
  );
});

test("a cache too long for the whole room drops nobody's mirror", () => {
  const room = mirroring(16);
  const short = room.stretches.extend(cache([1]), row(2));
  const long = room.stretches.extend(cache(...Array.from({ length: 20 }, () => [0])), row(0));
  const at = room.stretches.mirror(short);
  assert.equal(room.stretches.mirror(long), undefined);
  room.stretches.tidy();
  room.memory[(at ?? 0) / 4] = 9;
  assert.deepEqual(mirrored(room, short), [9, 2]);
});

test("a mirror that nobody reads is given up, so that dead caches do not pile up; one that is read stays", () => {
  const room = mirroring(64);
  const dead = room.stretches.extend(cache([1]), row(1));
  const live = room.stretches.extend(cache([2]), row(2));
  assert.equal(room.stretches.mirror(dead), 64);
  for (let scopes = 0; scopes < 600; scopes++) {
    room.stretches.tidy();
    assert.deepEqual(mirrored(room, live), [2, 2]);
  }
  assert.equal(room.stretches.mirror(live), 64, "where the dead one was");
  room.memory[16] = 9;
  for (let scopes = 0; scopes < 600; scopes++) {
    room.stretches.tidy();
    assert.deepEqual(mirrored(room, live), [9, 2], "alone, it stays where it is");
  }
});

/** One step of a program: what to do to which of the caches. */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom("begin", "extend", "extend", "extend", "cut", "read", "read", "tidy"),
    which: fc.nat(1000),
    count: fc.nat(4),
  }),
  { maxLength: 60 },
);

test("whatever is extended, cut, read and tidied: every cache and every mirror holds its numbers", () => {
  holds(
    fc.property(
      steps,
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 1, max: 3 }),
      (program, lines, H) => {
        const room = mirroring(16 * lines);
        let number = 0;
        const fresh = (T: number): number[] => Array.from({ length: T * H }, () => ++number);
        const matrices = (values: readonly number[]): Cache =>
          matrixOf(Float32Array.from(values), values.length / H, H);
        const caches: { readonly x: Cache; readonly wanted: readonly number[] }[] = [];
        for (const { kind, which, count } of program) {
          const one = caches[which % Math.max(1, caches.length)];
          if (kind === "tidy") room.stretches.tidy();
          else if (kind === "begin" || !one) {
            const wanted = fresh(count);
            caches.push({ x: matrices(wanted), wanted });
          } else if (kind === "extend") {
            const more = fresh(count);
            const x = room.stretches.extend(one.x, matrices(more) as Matrix as Matrix<"T", "H">);
            caches.push({ x, wanted: [...one.wanted, ...more] });
          } else if (kind === "cut") {
            const S = Math.min(count, one.x.shape[0]);
            caches.push({ x: cut(one.x, S), wanted: one.wanted.slice(0, S * H) });
          } else assert.deepEqual(mirrored(room, one.x) ?? one.wanted, one.wanted);
          for (const { x, wanted } of caches) assert.deepEqual([...x.data], wanted);
        }
        for (const { x, wanted } of caches) assert.deepEqual(mirrored(room, x) ?? wanted, wanted);
      },
    ),
    300,
  );
});

test("attend over a cache that grew gives the bits of attend over the same rows in one ordinary array", async () => {
  const k = await kernels({ mebibytes: 32 });
  let grown: Cache | undefined;
  for (let s = 0; s < 40; s++) {
    const q = of<"T", "N·K">([s / 7, -s]);
    const past = grown;
    grown = k.scope(() => k.append(past, row(s, s / 3)));
    const keys = grown as Matrix as Matrix<"S", "G·K">;
    const ordinary = matrixOf<"S", "G·K">(Float32Array.from(grown.data), s + 1, 2);
    sameBits(k.attend(q, keys, keys, 2), k.attend(q, ordinary, ordinary, 2));
  }
});
