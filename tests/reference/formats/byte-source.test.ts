import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesSource, utf8, wholeText } from "../../../reference/formats/byte-source.ts";
import { typed } from "../../../reference/formats/typed.ts";
import { refuses } from "./files.ts";

test("bytesSource(name, bytes) gives views, not copies", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  const part = bytesSource("b", bytes).read(1, 2);
  assert.deepEqual([...part], [2, 3]);
  assert.equal(part.buffer, bytes.buffer);
});

test("read(offset, length) takes a range that ends with the source, and refuses one byte more", () => {
  const source = bytesSource("b", new Uint8Array(4));
  assert.equal(source.read(4, 0).length, 0);
  refuses(() => source.read(2, 3), "b: bytes 2 to 5 were asked for; expected a range inside its 4 bytes");
});

test("read(offset, length) refuses what is no whole number, and what is below zero", () => {
  const source = bytesSource("b", new Uint8Array(4));
  for (const [offset, length] of [
    [-1, 2],
    [0, -1],
    [0.5, 1],
    [Number.NaN, 1],
    [1, 2 ** 60],
  ] as const) {
    assert.throws(() => source.read(offset, length), /expected a range inside its 4 bytes/);
  }
});

test("utf8(bytes) refuses a byte that is not UTF-8, and keeps a byte order mark", () => {
  assert.equal(utf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), "f", "text"), "\ufeffa");
  refuses(
    () => utf8(Uint8Array.of(0x61, 0xff), "f", "header"),
    "f: header is not valid UTF-8; expected UTF-8 text",
  );
});

test("wholeText(source) refuses a text past 256 MiB before it reads a byte of it", () => {
  const read = (): never => assert.fail("it was read");
  refuses(
    () => wholeText({ name: "f", size: 2 ** 28 + 1, read }, "text"),
    "f: text has 268435457 bytes; expected at most 268435456, as it is read whole",
  );
});

test("typed(Type, bytes) is a view where the bytes are aligned, and a copy with the same numbers where not", () => {
  const bytes = new Uint8Array(Float32Array.of(0, 1.5, -2).buffer);
  const view = typed(Float32Array, bytes.subarray(4));
  assert.equal(view.buffer, bytes.buffer);
  const shifted = new Uint8Array(13);
  shifted.set(bytes, 1);
  const copy = typed(Float32Array, shifted.subarray(1));
  assert.notEqual(copy.buffer, shifted.buffer);
  assert.deepEqual([...copy], [0, 1.5, -2]);
});
