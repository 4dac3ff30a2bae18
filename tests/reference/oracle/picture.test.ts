import assert from "node:assert/strict";
import { test } from "node:test";
import { openSafetensors } from "../../../reference/formats/safetensors.ts";
import {
  bitsIn,
  eachRow,
  fill,
  GUARD_BYTE,
  numbersIn,
  type Picture,
  type Placed,
  picture,
  type View,
  viewOf,
  write,
} from "../../../reference/oracle/picture.ts";
import { stream } from "../../../reference/random.ts";

const opened = ({ bytes }: Picture) =>
  openSafetensors({
    name: "picture",
    size: bytes.length,
    read: (offset: number, length: number) => bytes.subarray(offset, offset + length),
  });

const the = (made: Picture, name: string): View => {
  const found = viewOf(made, name);
  assert.ok(found, name);
  return found;
};

const small: readonly Placed[] = [
  { name: "in.x", dtype: "F32", shape: [3, 5], pitch: 7, misaligned: 1 },
  { name: "in.w", dtype: "BF16", shape: [4] },
  { name: "in.tokens", dtype: "I32", shape: [2] },
  { name: "out.y", dtype: "F64", shape: [2, 3], misaligned: 5 },
];

test("picture(…) is a safetensors file with every tensor, guards between them, and what is called", () => {
  const made = picture("linear", { epsilon: 1e-5 }, small);
  const { entries, metadata } = opened(made);
  assert.deepEqual(
    [...entries].map(([name, { dtype, shape }]) => [name, dtype, shape]),
    [
      ["guard.0", "U8", [64 + 4]],
      ["in.x", "F32", [21]], // a strided tensor lies in its storage, the last gap included
      ["guard.1", "U8", [256 - 152]],
      ["in.w", "BF16", [4]],
      ["guard.2", "U8", [384 - 264]],
      ["in.tokens", "I32", [2]],
      ["guard.3", "U8", [512 + 40 - 392]],
      ["out.y", "F64", [2, 3]],
      ["guard.4", "U8", [704 - 600]],
    ],
  );
  assert.equal(metadata.get("op"), "linear");
  assert.deepEqual(JSON.parse(metadata.get("attributes") ?? ""), { epsilon: 1e-5 });
  const views = { "in.x": { shape: [3, 5], strides: [7, 1], offset: 0 } };
  assert.deepEqual(JSON.parse(metadata.get("views") ?? ""), views);
});

test("picture(…) says nothing of views where no row lies apart", () => {
  const made = picture("relu", {}, [{ name: "in.x", dtype: "F16", shape: [2, 3], misaligned: 3 }]);
  assert.equal(opened(made).metadata.get("views"), undefined);
});

test("tensors begin at lines of 64 bytes, and so many elements past one where they are to be misaligned", () => {
  for (const name of ["x", "a longer name, which makes the header longer"]) {
    const made = picture("op", { name }, small);
    assert.deepEqual(
      made.views.map(({ offset }) => offset % 64),
      [4, 0, 0, 40],
    );
    assert.equal(made.bytes.length % 64, 0);
  }
});

test("there are 64 bytes of guard at least before, between and after tensors, empty ones too", () => {
  const made = picture("op", {}, [
    { name: "in.x", dtype: "F32", shape: [0, 5] },
    { name: "in.w", dtype: "F32", shape: [5, 0], pitch: 3 },
    { name: "in.b", dtype: "F32", shape: [16] },
    { name: "out.y", dtype: "F32", shape: [0] },
  ]);
  const ends = made.views.map(({ offset, shape, strides }) => {
    const [rows, pitch] = shape.length === 2 ? [shape[0] ?? 0, strides[0] ?? 0] : [1, shape[0] ?? 0];
    return [offset, offset + 4 * rows * pitch] as const;
  });
  const [first = [0, 0]] = made.guards;
  const begins = [...ends.map(([from]) => from), made.bytes.length];
  const stops = [first[0], ...ends.map(([, to]) => to)];
  for (const [i, begin] of begins.entries()) assert.ok(begin - (stops[i] ?? 0) >= 64, `before ${i}`);
});

test("guards and rows cover the data, each byte once; guards hold one byte, tensors zeros", () => {
  const made = picture("op", {}, small);
  const owners = new Uint8Array(made.bytes.length);
  for (const [from, to] of made.guards)
    for (let b = from; b < to; b++) {
      owners[b] = (owners[b] ?? 0) + 1;
      assert.equal(made.bytes[b], GUARD_BYTE, `guard byte ${b}`);
    }
  for (const view of made.views)
    eachRow(view, (from, to) => {
      for (let b = from; b < to; b++) {
        owners[b] = (owners[b] ?? 0) + 1;
        assert.equal(made.bytes[b], 0, `${view.name}, byte ${b}`);
      }
    });
  const [start = 0] = made.guards[0] ?? [];
  assert.ok(owners.subarray(start).every((count) => count === 1));
  assert.ok(owners.subarray(0, start).every((count) => count === 0));
});

test("what is written is read again, strided or not, and gaps between rows stay guards", () => {
  const draw = stream(1, "picture");
  for (const dtype of ["F64", "F32", "F16", "BF16", "I32"] as const)
    for (const layout of [{}, { pitch: 6 }, { pitch: 6, misaligned: 3 }]) {
      const made = picture("op", {}, [{ name: "in.x", dtype, shape: [3, 4], ...layout }]);
      const before = made.bytes.slice();
      const numbers = Float64Array.from({ length: 12 }, () => draw.integer(200) - 100);
      write(made, the(made, "in.x"), numbers);
      assert.deepEqual([...numbersIn(made, the(made, "in.x"))], [...numbers], dtype);
      for (const [from, to] of made.guards)
        assert.deepEqual(made.bytes.subarray(from, to), before.subarray(from, to), `${dtype} guards`);
    }
});

test("write(…) rounds to the type; fill(…) and bitsIn(…) keep every bit", () => {
  const made = picture("op", {}, [{ name: "in.x", dtype: "BF16", shape: [2, 2], pitch: 3 }]);
  const x = the(made, "in.x");
  write(made, x, Float64Array.of(1 + 1 / 512, -0, Number.NaN, 1e39));
  assert.deepEqual([...numbersIn(made, x)], [1, -0, Number.NaN, Infinity]);
  const bits = Uint8Array.of(0x81, 0x7f, 1, 0x80, 0xff, 0xff, 2, 0); // two NaNs of their own among them
  fill(made, x, bits);
  assert.deepEqual(bitsIn(made, x), bits);
});

test("viewOf(…) knows no tensor that is not there", () => {
  assert.equal(viewOf(picture("op", {}, small), "in.z"), undefined);
});
