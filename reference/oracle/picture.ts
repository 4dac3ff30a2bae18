// A picture of memory: the tensors of one call as they lie there, with guards between them. It is a safetensors file,
// byte for byte, so that any language reads it; what a kernel gives back is the same file with its outputs filled.
import { bitsOf, type Dtype, numbersOf, roundedTo } from "../formats/dtype.ts";
import type { Numbers } from "../tensor.ts";
import type { FloatDtype } from "./float-formats.ts";

/** The numbers and words of a call that are no tensors, such as epsilon or the activation. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A tensor in a picture. Strides count elements; a row may lie farther from the next than it is long. */
export interface View {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** of its first element, in bytes from the beginning of the picture */
  readonly offset: number;
}

/** The memory of one call as a safetensors file: its tensors as they lie there, with guards between them. */
export interface Picture {
  /** the operator, by its name in operations.ts */
  readonly op: string;
  readonly attributes: Attributes;
  /** the whole file */
  readonly bytes: Uint8Array;
  /** the tensors, without the guards */
  readonly views: readonly View[];
  /** where in the bytes there is nothing but guards: [from, to) */
  readonly guards: readonly (readonly [number, number])[];
}

/** What is to be laid out: a tensor, how far its rows are apart, and how many elements past a line of memory it begins. */
export interface Placed {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** elements from one row to the next; as many as a row has, where it is left out */
  readonly pitch?: number;
  /** elements past a multiple of 64 bytes */
  readonly misaligned?: number;
}

const LINE = 64;
/** At least so many bytes between two tensors, and before the first and after the last. */
const GUARD = 64;
export const GUARD_BYTE = 0xa5;

/** A picture with room for the tensors, its guards drawn; the tensors hold zeros, the gaps of strided rows guards. */
export function picture(op: string, attributes: Attributes, tensors: readonly Placed[]): Picture {
  // The header's length moves the data, and the data's alignment sizes the guards: aligned to lines, the header does not.
  const laid = layout(tensors);
  const members: string[] = [member("__metadata__", metadataOf(op, attributes, laid))];
  for (const { name, dtype, shape, from, to } of laid.parts)
    members.push(member(name, { dtype, shape, data_offsets: [from, to] }));
  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const start = Math.ceil((8 + json.length) / LINE) * LINE;
  const bytes = new Uint8Array(start + laid.size).fill(GUARD_BYTE, start);
  bytes.fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(json, 8);
  const views = laid.views.map((view) => ({ ...view, offset: view.offset + start }));
  for (const view of views) eachRow(view, (from, to) => bytes.fill(0, from, to));
  return { op, attributes, bytes, views, guards: gaps(views, start, bytes.length) };
}

interface Part {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

interface Layout {
  readonly parts: readonly Part[];
  readonly views: readonly View[];
  readonly size: number;
}

function layout(tensors: readonly Placed[]): Layout {
  const [parts, views]: [Part[], View[]] = [[], []];
  let at = 0;
  const guardTo = (end: number): void => {
    parts.push({ name: `guard.${views.length}`, dtype: "U8", shape: [end - at], from: at, to: end });
    at = end;
  };
  for (const { name, dtype, shape, pitch, misaligned = 0 } of tensors) {
    const width = (bitsOf(dtype) ?? 0) / 8;
    const columns = shape.at(-1) ?? 1;
    const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
    const apart = pitch ?? columns;
    const storage = rows * apart; // a strided tensor has its last gap too
    guardTo(Math.ceil((at + GUARD) / LINE) * LINE + misaligned * width);
    const strides = shape.length === 2 ? [apart, 1] : [1];
    views.push({ name, dtype, shape, strides, offset: at });
    const strided = apart !== columns;
    parts.push({ name, dtype, shape: strided ? [storage] : shape, from: at, to: at + storage * width });
    at += storage * width;
  }
  guardTo(Math.ceil((at + GUARD) / LINE) * LINE);
  return { parts, views, size: at };
}

function metadataOf(op: string, attributes: Attributes, { views }: Layout): Record<string, string> {
  const strided = views.filter(({ shape, strides }) => shape.length === 2 && strides[0] !== shape[1]);
  const listed = Object.fromEntries(
    strided.map(({ name, shape, strides }) => [name, { shape, strides, offset: 0 }]),
  );
  const metadata: Record<string, string> = { op, attributes: JSON.stringify(attributes) };
  return strided.length === 0 ? metadata : { ...metadata, views: JSON.stringify(listed) };
}

const member = (name: string, value: unknown): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

/** Shows the bytes [from, to) of each row of a tensor. */
export function eachRow(view: View, show: (from: number, to: number) => void): void {
  const width = (bitsOf(view.dtype) ?? 0) / 8;
  const columns = view.shape.at(-1) ?? 1;
  const rows = view.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const pitch = view.shape.length === 2 ? (view.strides[0] ?? columns) : columns;
  for (let r = 0; r < rows; r++) {
    const from = view.offset + r * pitch * width;
    show(from, from + columns * width);
  }
}

/** The stretches of [start, end) that no row of a tensor covers. */
function gaps(views: readonly View[], start: number, end: number): readonly (readonly [number, number])[] {
  const rows: [number, number][] = [];
  for (const view of views) eachRow(view, (from, to) => rows.push([from, to]));
  rows.sort(([a], [b]) => a - b);
  const out: [number, number][] = [];
  let at = start;
  for (const [from, to] of rows) {
    if (from > at) out.push([at, from]);
    at = Math.max(at, to);
  }
  if (end > at) out.push([at, end]);
  return out;
}

/**
 * The tensor of that name, if the picture has it.
 */
export const viewOf = ({ views }: Picture, name: string): View | undefined =>
  views.find((view) => view.name === name);

/** The bits of each element, row after row, as bytes: rows of a strided tensor closed up. */
export function bitsIn({ bytes }: Picture, view: View): Uint8Array {
  const rows: Uint8Array[] = [];
  eachRow(view, (from, to) => rows.push(bytes.subarray(from, to)));
  const out = new Uint8Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    out.set(row, at);
    at += row.length;
  }
  return out;
}

/** Fills a tensor of the picture with the bits of its elements, row after row. */
export function fill({ bytes }: Picture, view: View, bits: Uint8Array): void {
  let at = 0;
  eachRow(view, (from, to) => {
    bytes.set(bits.subarray(at, at + to - from), from);
    at += to - from;
  });
}

/** The elements of a tensor as numbers, exactly, row after row. */
export const numbersIn = (picture: Picture, view: View): Numbers =>
  numbersOf(view.dtype, bitsIn(picture, view), view.name);

/** Fills a tensor with numbers, each rounded to its type. */
export function write(picture: Picture, view: View, numbers: Numbers): void {
  fill(picture, view, bytesOf(view.dtype, numbers));
}

/** Numbers as the bytes of a type. */
export function bytesOf(dtype: Dtype, numbers: Numbers): Uint8Array {
  const array =
    dtype === "I32"
      ? Int32Array.from(numbers)
      : dtype === "U8"
        ? Uint8Array.from(numbers)
        : roundedTo(dtype as FloatDtype, numbers);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
