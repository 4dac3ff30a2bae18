// A case: one call of one operator, its inputs exact in the type they are given in, and what is expected of the answer.
import type { Numbers } from "../tensor.ts";
import type { FloatDtype } from "./float-formats.ts";
import { IDS, operation } from "./operations.ts";
import { type Attributes, type Picture, type Placed, picture, viewOf, write } from "./picture.ts";

/**
 * exact: every order of every sum gives the same bits, and so must a kernel. bounded: within what its arithmetic may
 * lose. special: NaN, infinities, zeros of both signs, subnormal and huge numbers.
 */
export type Tier = "exact" | "bounded" | "special";

/** An input of a case: its numbers, exact in the type that they are given in. */
export interface Input {
  /** [rows, columns], or the [size] of a vector */
  readonly shape: readonly number[];
  /** row after row; of ids, whole numbers */
  readonly numbers: Numbers;
}

/** How an input or an output lies in memory, where it is not row after row from the beginning of a line. */
export interface Lying {
  /** elements from one row to the next */
  readonly pitch?: number;
  /** elements past a multiple of 64 bytes */
  readonly misaligned?: number;
}

/** One call of one operator: its inputs, how they lie in memory, and what is expected of the answer. */
export interface Case {
  /** operator/dtype/what it is about */
  readonly id: string;
  /** the operator, by its name in operations.ts */
  readonly op: string;
  /** the element type of every tensor but ids */
  readonly dtype: FloatDtype;
  readonly tier: Tier;
  readonly attributes: Attributes;
  /** by the names that operations.ts lists */
  readonly inputs: Readonly<Record<string, Input>>;
  /** of inputs and outputs, by name; those left out lie row after row */
  readonly layout?: Readonly<Record<string, Lying>>;
  /** whether its numbers are random enough for roundings to count as independent */
  readonly random?: boolean;
  /** whether it is also run before and after another call in the same memory */
  readonly sequence?: boolean;
}

/** The sizes of the axes, from the inputs' shapes. */
export function axisSizes({ op, inputs }: Case): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [key, axes] of Object.entries(operation(op).inputs)) {
    const input = inputs[key.replace("?", "")];
    for (const [i, axis] of axes.entries()) {
      const size = input?.shape[i];
      if (size !== undefined) sizes.set(axis, size);
    }
  }
  sizes.set("P+T", sizes.get("P+T") ?? (sizes.get("P") ?? 0) + (sizes.get("T") ?? 0));
  return sizes;
}

/** The outputs that are asked for and their shapes: those with "?" only with the input of that name. */
export function outputShapes(given: Case): Readonly<Record<string, readonly number[]>> {
  const sizes = axisSizes(given);
  const asked = Object.entries(operation(given.op).outputs).filter(
    ([key]) => !key.endsWith("?") || given.inputs[key.slice(1, -1)] !== undefined,
  );
  return Object.fromEntries(
    asked.map(([key, axes]) => [key.replace("?", ""), axes.map((axis) => sizes.get(axis) ?? 0)]),
  );
}

/** The call as a picture of memory, its inputs filled in. */
export function pictureOf(given: Case): Picture {
  const { op, dtype, attributes, inputs, layout = {} } = given;
  const placed = (prefix: string, name: string, shape: readonly number[]): Placed => ({
    name: `${prefix}.${name}`,
    dtype: IDS.has(name) ? "I32" : dtype,
    shape,
    ...layout[name],
  });
  const made = picture(op, attributes, [
    ...Object.entries(inputs).map(([name, { shape }]) => placed("in", name, shape)),
    ...Object.entries(outputShapes(given)).map(([name, shape]) => placed("out", name, shape)),
  ]);
  for (const [name, { numbers }] of Object.entries(inputs)) {
    const view = viewOf(made, `in.${name}`);
    if (view) write(made, view, numbers);
  }
  return made;
}
