// The tensors of a case as its files keep them. NaN is kept as one quiet NaN: engines differ in the bits that theirs have.
import { roundedTo, type StoredArray } from "../formats/dtype.ts";
import type { StoredTensor } from "../formats/safetensors-writer.ts";
import type { Numbers } from "../tensor.ts";
import { type Case, outputShapes } from "./case.ts";
import type { FloatDtype } from "./float-formats.ts";
import { IDS } from "./operations.ts";
import { nameOf } from "./suite-manifest.ts";
import { recipeOf } from "./suite-recipe.ts";
import type { ByOutput, Gauge, Truth } from "./truth.ts";

/** The type that an input is kept in. */
export const dtypeOf = ({ dtype }: Pick<Case, "dtype">, input: string): FloatDtype | "I32" =>
  IDS.has(input) ? "I32" : dtype;

/** Bounds are rounded up to float32; those of float64 are smaller than float32 can say. */
export const boundDtype = ({ dtype }: Pick<Case, "dtype">): "F64" | "F32" =>
  dtype === "F64" ? "F64" : "F32";

/** The inputs of a case; those that have a recipe are not kept. */
export const inputTensors = (given: Case): readonly StoredTensor[] =>
  Object.entries(given.inputs)
    .filter(([, input]) => !recipeOf(input))
    .map(([name, { shape, numbers }]) => {
      const dtype = dtypeOf(given, name);
      return { name: `${nameOf(given)}/in.${name}`, dtype, shape, data: storedNumbers(dtype, numbers) };
    });

/** The truth of a case and its bounds; bounds of which every one is 0 are not kept, and mean that bits are fixed. */
export function truthTensors(
  given: Case,
  truth: ByOutput<Truth>,
  gauge: ByOutput<Gauge>,
): readonly StoredTensor[] {
  const kept = boundDtype(given);
  return Object.entries(outputShapes(given)).flatMap(([output, shape]) => {
    const tensor = (kind: string, dtype: FloatDtype, numbers: Numbers | undefined): StoredTensor => ({
      name: `${nameOf(given)}/${kind}.${output}`,
      dtype,
      shape,
      data: storedNumbers(dtype, numbers ?? new Float64Array()),
    });
    const upward = (numbers: Float64Array | undefined): Numbers | undefined =>
      kept === "F32" ? numbers && roundedUp(numbers) : numbers;
    const { bound, likely } = gauge[output] ?? {};
    return [
      tensor("truth", "F64", truth[output]?.hi),
      ...(kept === "F64" ? [tensor("truth_lo", "F64", truth[output]?.lo)] : []),
      ...(bound?.some((x) => x > 0)
        ? [tensor("bound", kept, upward(bound)), tensor("likely", kept, upward(likely))]
        : []),
    ];
  });
}

const QUIET: Readonly<Record<FloatDtype, readonly number[]>> = {
  F64: [0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
  F32: [0, 0, 0xc0, 0x7f],
  F16: [0, 0x7e],
  BF16: [0xc0, 0x7f],
};

const ARRAYS = { F64: Float64Array, F32: Float32Array, F16: Uint16Array, BF16: Uint16Array } as const;
const PART = 1 << 16; // elements that are converted at once: of a large tensor's, engines list them all first

/** The numbers in the array of their type, a fresh one. */
export function storedNumbers(dtype: FloatDtype | "I32", numbers: Numbers): StoredArray {
  if (dtype === "I32") return Int32Array.from(numbers);
  const stored = new ARRAYS[dtype](numbers.length);
  for (let from = 0; from < numbers.length; from += PART)
    stored.set(roundedTo(dtype, numbers.subarray(from, from + PART)) as typeof stored, from);
  const bytes = new Uint8Array(stored.buffer);
  const quiet = QUIET[dtype];
  for (let i = 0; i < numbers.length; i++) if (Number.isNaN(numbers[i])) bytes.set(quiet, i * quiet.length);
  return stored;
}

/** The least float32 that is no less, of each x ≥ 0. */
export function roundedUp(numbers: Float64Array): Float32Array {
  const up = Float32Array.from(numbers);
  const bits = new Uint32Array(up.buffer);
  for (const [i, x] of numbers.entries()) if ((up[i] ?? 0) < x) bits[i] = (bits[i] ?? 0) + 1;
  return up;
}
