// Functions as a kernel: the shortest way in for what runs in this very engine, in Node or in a page.
import { typed } from "../formats/typed.ts";
import type { Declaration, Kernel } from "./kernel.ts";
import type { Attributes, Picture, View } from "./picture.ts";

/** A tensor's elements where they lie, row after row: F16 and BF16 as their bits. */
export type Elements = Float32Array | Float64Array | Uint16Array | Int32Array;

/** One call: its tensors by name, in the memory that is watched. */
export interface Call {
  readonly inputs: Readonly<Record<string, Elements>>;
  /** to be filled; they hold poison before */
  readonly outputs: Readonly<Record<string, Elements>>;
  /** of inputs and outputs */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly attributes: Attributes;
}

/**
 * Functions by the names of the operators they are.
 *
 * @param functions  what throws is reported as an error of the case, and the check goes on
 */
export function functionKernel(
  declaration: Declaration,
  functions: Readonly<Record<string, (call: Call) => void | Promise<void>>>,
): Kernel {
  return {
    declaration: { ops: Object.keys(functions), ...declaration, strides: false },
    run: async (picture) => {
      const of = functions[picture.op];
      if (!of) return { status: "unsupported", message: `${picture.op} is no function here` };
      try {
        await of(callOf(picture));
        return { status: "ok" };
      } catch (error) {
        return { status: "error", message: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

function callOf(picture: Picture): Call {
  const named = (prefix: string): Readonly<Record<string, Elements>> =>
    Object.fromEntries(
      picture.views
        .filter(({ name }) => name.startsWith(prefix))
        .map((view) => [view.name.slice(prefix.length), elements(picture, view)]),
    );
  return {
    inputs: named("in."),
    outputs: named("out."),
    shapes: Object.fromEntries(
      picture.views.map(({ name, shape }) => [name.replace(/^(in|out)\./, ""), shape]),
    ),
    attributes: picture.attributes,
  };
}

const ARRAYS = { F64: Float64Array, F32: Float32Array, F16: Uint16Array, BF16: Uint16Array, I32: Int32Array };

function elements({ bytes }: Picture, { dtype, shape, offset }: View): Elements {
  const Type = ARRAYS[dtype as keyof typeof ARRAYS];
  const size = shape.reduce((product, axis) => product * axis, 1);
  const part = bytes.subarray(offset, offset + size * Type.BYTES_PER_ELEMENT);
  return typed<Elements>(Type, part);
}
