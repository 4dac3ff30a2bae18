// The element types of safetensors: how wide each is, which array holds it, and which numbers it means.
import type { Bits, Numbers } from "../tensor.ts";
import { FormatError } from "./format-error.ts";
import { fromBF16, fromF16, toBF16, toF16 } from "./half.ts";
import { typed } from "./typed.ts";

/** In the order of the official writer: the types it puts first come last. */
const dtypes = ["BOOL", "U8", "I8", "I16", "F16", "BF16", "I32", "F32", "F64", "I64"] as const;

/** The element types that are read and written. */
export type Dtype = (typeof dtypes)[number];

/** The types of numbers that weights come in. */
export type Float = "F16" | "BF16" | "F32" | "F64";

/** The types as stored: F16 and BF16 are their bits, BOOL its bytes. */
export type StoredArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** Bits of an element of every type that the format has; those that are no `Dtype` are known but not read. */
const bits: ReadonlyMap<string, number> = new Map([
  ...["BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"].map(
    (d) => [d, 8] as const,
  ),
  ...["F4"].map((d) => [d, 4] as const),
  ...["F6_E2M3", "F6_E3M2"].map((d) => [d, 6] as const),
  ...["I16", "U16", "F16", "BF16"].map((d) => [d, 16] as const),
  ...["I32", "U32", "F32"].map((d) => [d, 32] as const),
  ...["I64", "U64", "F64", "C64"].map((d) => [d, 64] as const),
]);

/** The bits of an element, nothing for a word that is no type of the format. */
export const bitsOf = (dtype: string): number | undefined => bits.get(dtype);

/** Whether elements of that type are read and written here. */
export const isDtype = (dtype: string): dtype is Dtype => dtypes.some((known) => known === dtype);

/** Whether elements of that type are floats. */
export const isFloat = (dtype: string): dtype is Float =>
  dtype === "F16" || dtype === "BF16" || dtype === "F32" || dtype === "F64";

/** Where the official writer puts a type: the highest first, so that wider elements stay aligned. */
export const rankOf = (dtype: Dtype): number => dtypes.indexOf(dtype);

/** The bytes as an array of their type: a view where they are aligned, a copy elsewhere. */
export function storedArray(dtype: Dtype, bytes: Uint8Array): StoredArray {
  switch (dtype) {
    case "BOOL":
    case "U8":
      return bytes;
    case "I8":
      return typed(Int8Array, bytes);
    case "I16":
      return typed(Int16Array, bytes);
    case "F16":
    case "BF16":
      return typed(Uint16Array, bytes);
    case "I32":
      return typed(Int32Array, bytes);
    case "I64":
      return typed(BigInt64Array, bytes);
    case "F32":
      return typed(Float32Array, bytes);
    case "F64":
      return typed(Float64Array, bytes);
  }
}

/** The bytes of floats as an array of their type: a view where they are aligned, a copy elsewhere. */
export function floatsOf(dtype: Float, bytes: Uint8Array): Bits {
  if (dtype === "F64") return typed(Float64Array, bytes);
  return dtype === "F32" ? typed(Float32Array, bytes) : typed(Uint16Array, bytes);
}

/** The numbers that floats of a type mean, exactly: float32 for F16, BF16 and F32. F32 and F64 are not copied. */
export function widened(dtype: Float, bits: Bits): Numbers {
  if (!(bits instanceof Uint16Array)) return bits;
  return dtype === "F16" ? fromF16(bits) : fromBF16(bits);
}

/** Whether floats of a type hold no infinity and no NaN. */
export function allFinite(dtype: Float, bits: Bits): boolean {
  const exponent = dtype === "F16" ? 0x7c00 : 0x7f80; // all ones in what is not finite
  if (bits instanceof Uint16Array) {
    for (let i = 0; i < bits.length; i++) if (((bits[i] ?? 0) & exponent) === exponent) return false;
  } else for (let i = 0; i < bits.length; i++) if (!Number.isFinite(bits[i])) return false;
  return true;
}

/**
 * The numbers that the bytes mean, exactly: float32 for F16, BF16 and F32, float64 for the others.
 *
 * @param where  the file and the tensor, for messages
 * @throws {FormatError} when an I64 is past 2^53, where float64 has gaps, or a BOOL is neither 0 nor 1
 */
export function numbersOf(dtype: Dtype, bytes: Uint8Array, where: string): Numbers {
  switch (dtype) {
    case "F16":
      return fromF16(typed(Uint16Array, bytes));
    case "BF16":
      return fromBF16(typed(Uint16Array, bytes));
    case "F32":
      return typed(Float32Array, bytes);
    case "F64":
      return typed(Float64Array, bytes);
    case "I64":
      return Float64Array.from(typed(BigInt64Array, bytes), (x, i) => {
        if (Number.isSafeInteger(Number(x))) return Number(x);
        throw new FormatError(
          `${where}: element ${i} is ${x}; expected at most 2^53 - 1 in magnitude, to be a number`,
        );
      });
    case "BOOL":
      return Float64Array.from(bytes, (x, i) => {
        if (x <= 1) return x;
        throw new FormatError(`${where}: element ${i} is ${x}; expected 0 or 1 for a BOOL`);
      });
    case "U8":
      return Float64Array.from(bytes);
    case "I8":
      return Float64Array.from(typed(Int8Array, bytes));
    case "I16":
      return Float64Array.from(typed(Int16Array, bytes));
    case "I32":
      return Float64Array.from(typed(Int32Array, bytes));
  }
}

/** Numbers as an array of a float type: each rounded to the nearest, ties to even. */
export function roundedTo(dtype: Float, numbers: Numbers): StoredArray {
  if (dtype === "F16") return toF16(numbers);
  if (dtype === "BF16") return toBF16(numbers);
  if (dtype === "F32") return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  return numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);
}
