// safetensors, written: the same bytes as the official writer for the same tensors.
import { bitsOf, type Dtype, rankOf, type StoredArray } from "./dtype.ts";
import { FormatError, shown } from "./format-error.ts";

/** One tensor to write; `data` is of the dtype's array (F16 and BF16 as bits: see `roundedTo`). */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: StoredArray;
}

/**
 * The file as chunks: the header, then each tensor's bytes, not copied.
 *
 * Widest types first, then by name, so that with a header padded to eight bytes every tensor is aligned.
 *
 * @param metadata  free texts, kept under `__metadata__`
 * @throws {FormatError} when two tensors share a name, one is called `__metadata__`, or data and shape disagree
 */
export function* writeSafetensors(
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const ordered = [...tensors].sort(
    (a, b) => rankOf(b.dtype) - rankOf(a.dtype) || byCodePoints(a.name, b.name),
  );
  checkTensors(ordered);
  const parts: string[] = [];
  let at = 0;
  for (const { name, dtype, shape, data } of ordered) {
    const end = at + data.byteLength;
    parts.push(member(name, { dtype, shape, data_offsets: [at, end] }));
    at = end;
  }
  if (Object.keys(metadata).length > 0) parts.unshift(member("__metadata__", metadata));

  const json = new TextEncoder().encode(`{${parts.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  yield header;
  for (const { data } of ordered) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The bytes of all chunks, one after the other. */
export function joined(chunks: Iterable<Uint8Array>): Uint8Array {
  const all = [...chunks];
  const bytes = new Uint8Array(all.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of all) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

const member = (name: string, value: unknown): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

function checkTensors(tensors: readonly StoredTensor[]): void {
  const names = new Set<string>(["__metadata__"]);
  for (const { name, dtype, shape, data } of tensors) {
    if (names.has(name)) {
      throw new FormatError(
        `writeSafetensors: the name ${shown(name)} is taken; expected each name once, and not __metadata__`,
      );
    }
    names.add(name);
    const expected = (shape.reduce((product, size) => product * size, 1) * (bitsOf(dtype) ?? 0)) / 8;
    if (data.byteLength !== expected) {
      throw new FormatError(
        `writeSafetensors: tensor ${shown(name)} has ${data.byteLength} bytes; expected ${expected}, of dtype ${dtype} and shape ${shown(shape)}`,
      );
    }
  }
}

/** The order of the UTF-8 bytes, which is that of the code points and not that of `<`. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [i, c] of left.entries()) {
    const difference = (c.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
