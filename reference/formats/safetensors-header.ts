// The header of a safetensors file: which tensors it holds, and where. Everything is checked before it is believed.
import { type ByteSource, utf8 } from "./byte-source.ts";
import { bitsOf } from "./dtype.ts";
import { FormatError, shown } from "./format-error.ts";
import { isObject, jsonObject, kindOf } from "./json.ts";

export interface TensorEntry {
  readonly name: string;
  /** any type of the format, some of which cannot be read here */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** where its bytes are, from the start of the file */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

const LENGTH_BYTES = 8;
const LONGEST = 100_000_000; // the cap of the official reader

/**
 * The header of a safetensors file: eight bytes of length, then that much JSON.
 *
 * @throws {FormatError} when anything is not as the format has it: a name once, shapes that can be, bytes that fit them
 * @see https://github.com/huggingface/safetensors
 */
export function safetensorsHeader(source: ByteSource): Header {
  const { name } = source;
  const length = headerLength(source);
  const bytes = source.read(LENGTH_BYTES, length);
  if (bytes[0] !== 0x7b)
    throw new FormatError(`${name}: header begins with byte ${bytes[0] ?? "none"}; expected 123, a "{"`);
  const json = jsonObject(utf8(bytes, name, "header"), name, "header");

  const start = LENGTH_BYTES + length;
  const entries = new Map<string, TensorEntry>();
  for (const [tensor, value] of Object.entries(json)) {
    if (tensor !== "__metadata__") entries.set(tensor, entryOf(name, tensor, value, start));
  }
  checkLayout(source, start, entries);
  return { entries, metadata: metadataOf(name, json) };
}

function headerLength(source: ByteSource): number {
  const { name, size } = source;
  if (size < LENGTH_BYTES) {
    throw new FormatError(
      `${name}: file has ${size} bytes; expected at least 8, the length of a safetensors header`,
    );
  }
  const bytes = source.read(0, LENGTH_BYTES);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(size - LENGTH_BYTES, LONGEST);
  if (length > BigInt(most)) {
    const reason = most === LONGEST ? "the format's limit" : "the bytes that follow it";
    throw new FormatError(`${name}: header length is ${length}; expected at most ${most}, ${reason}`);
  }
  return Number(length);
}

function entryOf(file: string, name: string, value: unknown, start: number): TensorEntry {
  const where = `${file}: tensor ${shown(name)}`;
  if (!isObject(value)) throw new FormatError(`${where} is ${kindOf(value)}; expected an object`);
  const { dtype, shape, data_offsets: offsets } = value as Readonly<Record<string, unknown>>;
  if (typeof dtype !== "string" || bitsOf(dtype) === undefined) {
    throw new FormatError(`${where}: dtype is ${shown(dtype)}; expected a type of the format, such as "F32"`);
  }
  if (!isSizes(shape))
    throw new FormatError(`${where}: shape is ${shown(shape)}; expected whole numbers from 0`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new FormatError(`${where}: data_offsets is ${shown(offsets)}; expected two whole numbers from 0`);
  }
  const [from = 0, to = 0] = offsets;
  const expected = byteLength(where, dtype, shape);
  if (to - from !== expected) {
    throw new FormatError(
      `${where}: data_offsets ${shown(offsets)} span ${to - from} bytes; expected ${expected}, of dtype ${dtype} and shape ${shown(shape)}`,
    );
  }
  return { name, dtype, shape, begin: start + from, end: start + to };
}

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0));

function byteLength(where: string, dtype: string, shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count))
      throw new FormatError(`${where}: shape is ${shown(shape)}; expected a product below 2^53`);
  }
  const all = count * (bitsOf(dtype) ?? 0);
  if (Number.isSafeInteger(all) && all % 8 === 0) return all / 8;
  throw new FormatError(
    `${where}: shape is ${shown(shape)}; expected a whole number of bytes below 2^50, of dtype ${dtype}`,
  );
}

/** The tensors fill the file from the header to its end: no hole, no overlap, nothing after the last. */
function checkLayout(
  { name, size }: ByteSource,
  start: number,
  entries: ReadonlyMap<string, TensorEntry>,
): void {
  let at = start;
  for (const entry of [...entries.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== at) {
      const wrong = entry.begin < at ? "overlaps the tensor before it" : "leaves a hole before it";
      throw new FormatError(
        `${name}: tensor ${shown(entry.name)} begins at ${entry.begin - start} and ${wrong}; expected ${at - start}, where that one ends`,
      );
    }
    at = entry.end;
  }
  if (at !== size) {
    throw new FormatError(`${name}: the tensors end at byte ${at}; expected ${size}, the end of the file`);
  }
}

function metadataOf(file: string, json: { readonly __metadata__?: unknown }): ReadonlyMap<string, string> {
  const found = Object.hasOwn(json, "__metadata__") ? json.__metadata__ : {};
  if (!isObject(found))
    throw new FormatError(`${file}: __metadata__ is ${kindOf(found)}; expected an object of strings`);
  const texts = new Map<string, string>();
  for (const [key, text] of Object.entries(found)) {
    if (typeof text !== "string") {
      throw new FormatError(`${file}: __metadata__ ${shown(key)} is ${kindOf(text)}; expected a string`);
    }
    texts.set(key, text);
  }
  return texts;
}
