// safetensors, read: names and places at once, the numbers of a tensor when they are asked for.
import type { Bits, Numbers } from "../tensor.ts";
import type { ByteSource } from "./byte-source.ts";
import {
  bitsOf,
  type Dtype,
  floatsOf,
  isDtype,
  isFloat,
  numbersOf,
  type StoredArray,
  storedArray,
} from "./dtype.ts";
import { FormatError, shown } from "./format-error.ts";
import { safetensorsHeader, type TensorEntry } from "./safetensors-header.ts";

/** An open safetensors file: what its header says, and each tensor when it is asked for. */
export interface Safetensors {
  /** In the order of the header. */
  readonly names: readonly string[];
  /** By name: the type of a tensor, its shape, and where its bytes are. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** What the header has under `__metadata__`; empty where it has none. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The bytes of a tensor, as they lie in the file. */
  bytes(name: string): Uint8Array;
  /** As stored: a view where the bytes are in memory and aligned, a copy elsewhere; not to be written to. */
  stored(name: string): StoredArray;
  /** Of a tensor of floats, the elements from `from` up to `to`, as stored: no others are read. */
  floats(name: string, from?: number, to?: number): Bits;
  /** The exact numbers: float32 for F16, BF16 and F32, float64 for the others. F32 and F64 may be views. */
  numbers(name: string): Numbers;
}

/**
 * Opens a safetensors file: reads its header, and no tensor before it is asked for.
 *
 * `stored` and `numbers` throw a FormatError for a type that is of the format but not read here, such as F8_E4M3;
 * `numbers` also for an I64 past 2^53 (`stored` has its BigInt) and for a BOOL other than 0 and 1; all three for a
 * name that the file does not have.
 *
 * @throws {FormatError} when the header is not as the format has it
 */
export function openSafetensors(source: ByteSource): Safetensors {
  const { entries, metadata } = safetensorsHeader(source);

  const entryOf = (name: string): TensorEntry => {
    const entry = entries.get(name);
    if (entry === undefined)
      throw new FormatError(`${source.name}: tensor ${shown(name)} is missing; expected in the header`);
    return entry;
  };
  const bytesOf = ({ begin, end }: TensorEntry): Uint8Array => source.read(begin, end - begin);
  const dtypeOf = ({ name, dtype }: TensorEntry): Dtype => {
    if (isDtype(dtype)) return dtype;
    throw new FormatError(
      `${source.name}: tensor ${shown(name)} has dtype ${dtype}, which is not supported; expected BOOL, U8, I8, I16, I32, I64, F16, BF16, F32 or F64`,
    );
  };
  return {
    names: [...entries.keys()],
    entries,
    metadata,
    bytes: (name) => bytesOf(entryOf(name)),
    stored(name) {
      const entry = entryOf(name);
      return storedArray(dtypeOf(entry), bytesOf(entry));
    },
    floats(name, from = 0, to) {
      const { dtype, begin, end } = entryOf(name);
      if (!isFloat(dtype))
        throw new FormatError(
          `${source.name}: tensor ${shown(name)} has dtype ${dtype}; expected F16, BF16, F32 or F64`,
        );
      const width = (bitsOf(dtype) ?? 0) / 8;
      const first = begin + from * width;
      return floatsOf(dtype, source.read(first, (to === undefined ? end : begin + to * width) - first));
    },
    numbers(name) {
      const entry = entryOf(name);
      return numbersOf(dtypeOf(entry), bytesOf(entry), `${source.name}: tensor ${shown(name)}`);
    },
  };
}
