// Cases in the formats that other tools read: NumPy's .npy, and the tensors of ONNX test data. Inputs as they are, what is
// right rounded to the type of the results (ONNX) or in float64 with its bound (npy).
import type { Numbers } from "../tensor.ts";
import type { Case } from "./case.ts";
import { outputShapes } from "./case.ts";
import { IDS } from "./operations.ts";
import { bytesOf } from "./picture.ts";
import type { ByOutput, Gauge, Truth } from "./truth.ts";

export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Known {
  readonly given: Case;
  readonly truth: ByOutput<Truth>;
  readonly gauge: ByOutput<Gauge>;
}

const encoder = new TextEncoder();

/** What .npy calls a type; BF16, which it does not have, is widened to F32: exact. */
const DESCRIPTIONS = { F64: "<f8", F32: "<f4", F16: "<f2", BF16: "<f4", I32: "<i4" };

/**
 * An array in the format .npy, version 1.0.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npy(
  dtype: keyof typeof DESCRIPTIONS,
  shape: readonly number[],
  numbers: Numbers,
): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${DESCRIPTIONS[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const data = bytesOf(dtype === "BF16" ? "F32" : dtype, numbers);
  const bytes = new Uint8Array(10 + length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8]); // \x93NUMPY, version, header length
  bytes.set(encoder.encode(`${text.padEnd(length - 1)}\n`), 10);
  bytes.set(data, 10 + length);
  return bytes;
}

/** The case as arrays: its inputs, and of each output the truth and how far an answer may be from it. */
export function asNpy({ given, truth, gauge }: Known): readonly ExportedFile[] {
  const shapes = outputShapes(given);
  const inputs = Object.entries(given.inputs).map(([name, { shape, numbers }]) => ({
    name: `in.${name}.npy`,
    bytes: npy(IDS.has(name) ? "I32" : given.dtype, shape, numbers),
  }));
  const outputs = Object.entries(shapes).flatMap(([name, shape]) => [
    { name: `truth.${name}.npy`, bytes: npy("F64", shape, truth[name]?.hi ?? new Float64Array()) },
    { name: `bound.${name}.npy`, bytes: npy("F64", shape, gauge[name]?.bound ?? new Float64Array()) },
  ]);
  return [...inputs, ...outputs, attributesOf(given)];
}

/** TensorProto.DataType of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const ONNX_TYPES = { F64: 11, F32: 1, F16: 10, BF16: 16, I32: 6 };

/** A TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
export function tensorProto(
  name: string,
  dtype: keyof typeof ONNX_TYPES,
  shape: readonly number[],
  numbers: Numbers,
): Uint8Array {
  const data = bytesOf(dtype, numbers);
  const named = encoder.encode(name);
  const head = [
    ...shape.flatMap((size) => [0x08, ...varint(size)]),
    ...[0x10, ...varint(ONNX_TYPES[dtype])],
    ...[0x42, ...varint(named.length), ...named],
    ...[0x4a, ...varint(data.length)],
  ];
  const bytes = new Uint8Array(head.length + data.length);
  bytes.set(head);
  bytes.set(data, head.length);
  return bytes;
}

/** Seven bits at a time, the lowest first; the eighth says that more follow. */
function varint(value: number): readonly number[] {
  const out: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) out.push((left % 128) | 128);
  return [...out, left];
}

/** The case as ONNX keeps test data: input_i.pb in the order of the operator's inputs, output_i.pb rounded to the type. */
export function asOnnx({ given, truth }: Known): readonly ExportedFile[] {
  const inputs = Object.entries(given.inputs).map(([name, { shape, numbers }], i) => ({
    name: `test_data_set_0/input_${i}.pb`,
    bytes: tensorProto(name, IDS.has(name) ? "I32" : given.dtype, shape, numbers),
  }));
  const outputs = Object.entries(outputShapes(given)).map(([name, shape], i) => ({
    name: `test_data_set_0/output_${i}.pb`,
    bytes: tensorProto(name, given.dtype, shape, truth[name]?.hi ?? new Float64Array()),
  }));
  return [...inputs, ...outputs, attributesOf(given)];
}

const attributesOf = ({ op, dtype, attributes }: Case): ExportedFile => ({
  name: "case.json",
  bytes: encoder.encode(`${JSON.stringify({ op, dtype, attributes })}\n`),
});
