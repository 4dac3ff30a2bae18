import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesSource } from "../../../reference/formats/byte-source.ts";
import { roundedTo } from "../../../reference/formats/dtype.ts";
import { openSafetensors } from "../../../reference/formats/safetensors.ts";
import {
  joined,
  type StoredTensor,
  writeSafetensors,
} from "../../../reference/formats/safetensors-writer.ts";
import { bytes, file, refuses, safetensorsFile } from "./files.ts";

const open = (header: string | object, data = 0) =>
  openSafetensors(file(safetensorsFile(header, data), "m.safetensors"));
const entry = (dtype: unknown, shape: unknown, data_offsets: unknown) => ({ dtype, shape, data_offsets });
const refusesHeader = (header: string | object, data: number, message: string): void =>
  refuses(() => open(header, data), `m.safetensors: ${message}`);

const everyType: readonly StoredTensor[] = [
  { name: "b", dtype: "F32", shape: [3], data: Float32Array.of(0, 1, 2) },
  { name: "a", dtype: "F16", shape: [2], data: Uint16Array.of(0, 0x3c00) },
  { name: "z", dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) },
  { name: "i", dtype: "I64", shape: [2], data: BigInt64Array.of(0n, 1n) },
  { name: "d", dtype: "F64", shape: [1, 1], data: Float64Array.of(0.5) },
  { name: "u", dtype: "U8", shape: [5], data: Uint8Array.of(0, 1, 2, 3, 4) },
  { name: "j", dtype: "I8", shape: [3], data: Int8Array.of(0, 1, 2) },
  { name: "k", dtype: "I16", shape: [3], data: Int16Array.of(0, 1, 2) },
  { name: "l", dtype: "I32", shape: [3], data: Int32Array.of(0, 1, 2) },
  { name: "m", dtype: "F32", shape: [], data: Float32Array.of(1) },
];

/** What safetensors 0.8.0 (Python, `safetensors.numpy.save`) makes of the same tensors and {"format": "pt"}. */
const OFFICIAL =
  "SAIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJpIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMCwxNl19LCJkIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxLDFdLCJkYXRhX29mZnNldHMiOlsxNiwyNF19LCJiIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbMjQsMzZdfSwibSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbMzYsNDBdfSwibCI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzQwLDUyXX0sImEiOnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls1Miw1Nl19LCJrIjp7ImR0eXBlIjoiSTE2Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNTYsNjJdfSwiaiI6eyJkdHlwZSI6Ikk4Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNjIsNjVdfSwidSI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOls1XSwiZGF0YV9vZmZzZXRzIjpbNjUsNzBdfSwieiI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls3MCw3M119fSAgIAAAAAAAAAAAAQAAAAAAAAAAAAAAAADgPwAAAAAAAIA/AAAAQAAAgD8AAAAAAQAAAAIAAAAAAAA8AAABAAIAAAECAAECAwQBAAE=";

test("writeSafetensors gives the bytes of the official writer, type by type", () => {
  const written = joined(writeSafetensors(everyType, { format: "pt" }));
  assert.equal(Buffer.from(written).toString("base64"), OFFICIAL);
});

test("openSafetensors reads what the official writer wrote: names, shapes, metadata, numbers of every type", () => {
  const tensors = openSafetensors(file(Buffer.from(OFFICIAL, "base64")));
  assert.deepEqual([...tensors.metadata], [["format", "pt"]]);
  assert.deepEqual([...tensors.names].sort(), ["a", "b", "d", "i", "j", "k", "l", "m", "u", "z"]);
  for (const { name, dtype, shape, data } of everyType) {
    assert.deepEqual([tensors.entries.get(name)?.dtype, tensors.entries.get(name)?.shape], [dtype, shape]);
    assert.deepEqual([...tensors.stored(name)], [...data]);
    const numbers = dtype === "F16" ? [0, 1] : Array.from(data as ArrayLike<number | bigint>, Number);
    assert.deepEqual([...tensors.numbers(name)], numbers);
  }
});

test("numbers(name) is float32 for F16, BF16 and F32, float64 for the others", () => {
  const tensors = openSafetensors(file(joined(writeSafetensors(everyType))));
  const narrow = everyType.filter(({ name }) => tensors.numbers(name) instanceof Float32Array);
  assert.deepEqual(
    narrow.map(({ name }) => name),
    ["b", "a", "m"],
  );
});

test("numbers(name) of F32 is a view of the file where it is aligned, a copy where not", () => {
  const whole = joined(
    writeSafetensors([{ name: "x", dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]),
  );
  assert.equal(openSafetensors(bytesSource("f", whole)).numbers("x").buffer, whole.buffer);
  const shifted = bytes("!", whole).subarray(1);
  const copy = openSafetensors(bytesSource("f", shifted)).numbers("x");
  assert.notEqual(copy.buffer, shifted.buffer);
  assert.deepEqual([...copy], [1, 2]);
});

test("openSafetensors reads the header only, and then only the tensor that is asked for", () => {
  const source = file(joined(writeSafetensors(everyType)));
  const ranges: [number, number][] = [];
  const tensors = openSafetensors({
    ...source,
    read(offset, length) {
      ranges.push([offset, length]);
      return source.read(offset, length);
    },
  });
  const start = source.size - 73;
  assert.ok(ranges.every(([offset, length]) => offset + length <= start));
  tensors.numbers("l");
  assert.deepEqual(ranges.at(-1), [start + 40, 12]);
});

test("numbers(name) refuses an I64 past 2^53, which stored(name) has, and a BOOL that is neither 0 nor 1", () => {
  const tensors = openSafetensors(
    file(
      joined(
        writeSafetensors([
          { name: "i", dtype: "I64", shape: [2], data: BigInt64Array.of(-(2n ** 53n) + 1n, 2n ** 53n) },
          { name: "z", dtype: "BOOL", shape: [1], data: Uint8Array.of(2) },
        ]),
      ),
    ),
  );
  refuses(
    () => tensors.numbers("i"),
    'file: tensor "i": element 1 is 9007199254740992; expected at most 2^53 - 1 in magnitude, to be a number',
  );
  assert.deepEqual([...tensors.stored("i")], [-(2n ** 53n) + 1n, 2n ** 53n]);
  refuses(() => tensors.numbers("z"), 'file: tensor "z": element 0 is 2; expected 0 or 1 for a BOOL');
});

test("a type of the format that is not supported is refused when it is read, not before", () => {
  const tensors = open(
    { q: entry("F8_E4M3", [4], [0, 4]), x: entry("U16", [1], [4, 6]), y: entry("F32", [1], [6, 10]) },
    10,
  );
  assert.deepEqual([...tensors.numbers("y")], [0]);
  const message = (name: string, dtype: string) =>
    `m.safetensors: tensor "${name}" has dtype ${dtype}, which is not supported; expected BOOL, U8, I8, I16, I32, I64, F16, BF16, F32 or F64`;
  refuses(() => tensors.numbers("q"), message("q", "F8_E4M3"));
  refuses(() => tensors.stored("x"), message("x", "U16"));
  assert.equal(tensors.bytes("q").length, 4);
});

test("a name that the file does not have is refused", () => {
  refuses(() => open({}).numbers("x"), 'm.safetensors: tensor "x" is missing; expected in the header');
});

test("an empty file, a short one, and a header longer than the file are refused", () => {
  const refusesBytes = (content: Uint8Array, message: string) =>
    refuses(() => openSafetensors(file(content, "m.safetensors")), `m.safetensors: ${message}`);
  refusesBytes(new Uint8Array(), "file has 0 bytes; expected at least 8, the length of a safetensors header");
  refusesBytes(
    new Uint8Array(7),
    "file has 7 bytes; expected at least 8, the length of a safetensors header",
  );
  refusesBytes(new Uint8Array(8), 'header begins with byte none; expected 123, a "{"');
  refusesBytes(
    bytes(BigUint64Array.of(2n ** 60n), new Uint8Array(40)),
    "header length is 1152921504606846976; expected at most 40, the bytes that follow it",
  );
  refusesBytes(
    bytes(BigUint64Array.of(2n ** 64n - 1n), "{}"),
    "header length is 18446744073709551615; expected at most 2, the bytes that follow it",
  );
});

test("a header past 100 MB is refused by its length, unread", () => {
  const read = (offset: number, length: number) => {
    assert.deepEqual([offset, length], [0, 8]);
    return bytes(BigUint64Array.of(100_000_001n));
  };
  refuses(
    () => openSafetensors({ name: "big", size: 2 ** 40, read }),
    "big: header length is 100000001; expected at most 100000000, the format's limit",
  );
});

test("a header that is not a JSON object of unique names in UTF-8 is refused", () => {
  refusesHeader(" {}", 0, 'header begins with byte 32; expected 123, a "{"');
  refusesHeader("{,}", 0, "header is not valid JSON; expected a JSON object");
  refusesHeader('{"a":1,"\\u0061":2}', 0, 'header has the name "a" twice; expected each name once');
  refuses(
    () => openSafetensors(file(bytes(BigUint64Array.of(3n), '{"', Uint8Array.of(0xff)))),
    "file: header is not valid UTF-8; expected UTF-8 text",
  );
});

test("a header may end in white space, and hold a tensor called __proto__, or no tensor", () => {
  assert.deepEqual(open("{}   ").names, []);
  const tensors = open('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4);
  assert.deepEqual([...tensors.numbers("__proto__")], [0]);
});

test("an entry that is no entry is refused", () => {
  refusesHeader({ x: 1 }, 0, 'tensor "x" is a number; expected an object');
  refusesHeader(
    { x: entry("F33", [1], [0, 4]) },
    4,
    'tensor "x": dtype is "F33"; expected a type of the format, such as "F32"',
  );
  refusesHeader(
    { x: entry(undefined, [1], [0, 4]) },
    4,
    'tensor "x": dtype is undefined; expected a type of the format, such as "F32"',
  );
  refusesHeader(
    { x: entry("F32", [-1], [0, 4]) },
    4,
    'tensor "x": shape is [-1]; expected whole numbers from 0',
  );
  refusesHeader(
    { x: entry("F32", [1.5], [0, 6]) },
    6,
    'tensor "x": shape is [1.5]; expected whole numbers from 0',
  );
  refusesHeader(
    { x: entry("F32", "1", [0, 4]) },
    4,
    'tensor "x": shape is "1"; expected whole numbers from 0',
  );
  refusesHeader(
    { x: entry("F32", [2 ** 40, 2 ** 40], [0, 4]) },
    4,
    'tensor "x": shape is [1099511627776,1099511627776]; expected a product below 2^53',
  );
  refusesHeader(
    { x: entry("F4", [3], [0, 2]) },
    2,
    'tensor "x": shape is [3]; expected a whole number of bytes below 2^50, of dtype F4',
  );
});

test("offsets that do not span dtype and shape are refused", () => {
  refusesHeader(
    { x: entry("F32", [1], [0]) },
    4,
    'tensor "x": data_offsets is [0]; expected two whole numbers from 0',
  );
  refusesHeader(
    { x: entry("F32", [1], [4, 0]) },
    4,
    'tensor "x": data_offsets [4,0] span -4 bytes; expected 4, of dtype F32 and shape [1]',
  );
  refusesHeader(
    { x: entry("F32", [2], [0, 4]) },
    4,
    'tensor "x": data_offsets [0,4] span 4 bytes; expected 8, of dtype F32 and shape [2]',
  );
  refusesHeader(
    { x: entry("F32", [1], [0, 8]) },
    8,
    'tensor "x": data_offsets [0,8] span 8 bytes; expected 4, of dtype F32 and shape [1]',
  );
});

test("holes, overlaps, bytes past the last tensor and tensors past the file are refused", () => {
  refusesHeader(
    { x: entry("U8", [2], [1, 3]) },
    3,
    'tensor "x" begins at 1 and leaves a hole before it; expected 0, where that one ends',
  );
  refusesHeader(
    { x: entry("U8", [2], [0, 2]), y: entry("U8", [2], [1, 3]) },
    3,
    'tensor "y" begins at 1 and overlaps the tensor before it; expected 2, where that one ends',
  );
  const file = safetensorsFile({ x: entry("U8", [2], [0, 2]) }, 2).length;
  refusesHeader(
    { x: entry("U8", [2], [0, 2]) },
    3,
    `the tensors end at byte ${file}; expected ${file + 1}, the end of the file`,
  );
  refusesHeader(
    { x: entry("U8", [2], [0, 2]) },
    1,
    `the tensors end at byte ${file}; expected ${file - 1}, the end of the file`,
  );
});

test("an empty tensor takes no bytes, wherever it is put between others", () => {
  const tensors = open(
    { x: entry("F32", [1], [0, 4]), e: entry("F32", [0, 2 ** 50], [4, 4]), y: entry("F32", [1], [4, 8]) },
    8,
  );
  assert.equal(tensors.numbers("e").length, 0);
});

test("metadata other than an object of strings is refused", () => {
  refusesHeader({ __metadata__: [] }, 0, "__metadata__ is an array; expected an object of strings");
  refusesHeader({ __metadata__: { a: 1 } }, 0, '__metadata__ "a" is a number; expected a string');
});

test("writeSafetensors refuses a name twice, a name that is taken, and data of another size", () => {
  const x: StoredTensor = { name: "x", dtype: "F32", shape: [1], data: Float32Array.of(1) };
  const write = (...tensors: StoredTensor[]) => joined(writeSafetensors(tensors));
  refuses(
    () => write(x, x),
    'writeSafetensors: the name "x" is taken; expected each name once, and not __metadata__',
  );
  refuses(
    () => write({ ...x, name: "__metadata__" }),
    'writeSafetensors: the name "__metadata__" is taken; expected each name once, and not __metadata__',
  );
  refuses(
    () => write({ ...x, shape: [2] }),
    'writeSafetensors: tensor "x" has 4 bytes; expected 8, of dtype F32 and shape [2]',
  );
});

test("writeSafetensors orders names by their UTF-8 bytes", () => {
  const named = (name: string): StoredTensor => ({ name, dtype: "U8", shape: [0], data: new Uint8Array() });
  const names = ["\u{1f642}", "\uffee", "b", "a"];
  assert.deepEqual(openSafetensors(file(joined(writeSafetensors(names.map(named))))).names, [
    "a",
    "b",
    "\uffee",
    "\u{1f642}",
  ]);
});

test("roundedTo(dtype, numbers) then numbers(name) gives the nearest of the type", () => {
  const x = Float64Array.of(1 / 3, -70000, 1e-8);
  const write = (dtype: "F16" | "BF16" | "F32" | "F64") =>
    openSafetensors(
      file(joined(writeSafetensors([{ name: "x", dtype, shape: [3], data: roundedTo(dtype, x) }]))),
    ).numbers("x");
  assert.deepEqual([...write("F64")], [...x]);
  assert.deepEqual([...write("F32")], [...Float32Array.from(x)]);
  assert.deepEqual([...write("F16")], [0.333251953125, -Infinity, 0]);
  assert.deepEqual([...write("BF16")], [0.333984375, -70144, 1.0011717677116394e-8]);
});
