// What outputs hold before a kernel runs: bits that no kernel writes by chance. Two sorts, since one alone may be taken
// for a result: NaN, which swallows what is added to it, and ordinary numbers, which do not.
import { bitsOf } from "../formats/dtype.ts";
import { hash } from "../random.ts";
import { bitsIn, bytesOf, fill, type Picture, type View } from "./picture.ts";

export type Poison = "nan" | "numbers";

const QUIET: Readonly<Record<string, readonly number[]>> = {
  F64: [0xef, 0xbe, 0xad, 0xde, 0x0b, 0xc0, 0xf8, 0x7f],
  F32: [0xef, 0xbe, 0xc0, 0x7f],
  F16: [0x5a, 0x7e],
  BF16: [0xcb, 0x7f],
};

const [LOW, HIGH] = hash("poison");

/** The bits of a tensor full of poison, row after row. */
export function poisonBits({ dtype, shape }: View, poison: Poison): Uint8Array {
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (poison === "numbers") {
    // between 16 and 24, of either sign, each other than its neighbours
    const numbers = Float64Array.from({ length: size }, (_, i) => {
      const mixed = Math.imul(i + LOW, 0x9e3779b1) ^ HIGH;
      return (mixed & 1 ? -1 : 1) * (16 + ((mixed >>> 8) & 127) / 16);
    });
    return bytesOf(dtype, numbers);
  }
  const pattern = QUIET[dtype] ?? [0xa5];
  return new Uint8Array((size * (bitsOf(dtype) ?? 8)) / 8).map((_, i) => pattern[i % pattern.length] ?? 0);
}

/** Fills every output of the picture. */
export function poisonOutputs(picture: Picture, poison: Poison): void {
  for (const view of picture.views)
    if (view.name.startsWith("out.")) fill(picture, view, poisonBits(view, poison));
}

/** The elements of a tensor whose bits are those of the poison still. */
export function untouched(picture: Picture, view: View, poison: Poison): readonly number[] {
  const [bits, wanted] = [bitsIn(picture, view), poisonBits(view, poison)];
  const width = (bitsOf(view.dtype) ?? 8) / 8;
  const count = bits.length / width;
  return Array.from({ length: count }, (_, i) => i).filter((i) => {
    for (let b = i * width; b < (i + 1) * width; b++) if (bits[b] !== wanted[b]) return false;
    return true;
  });
}
