// Inputs too large to be kept: each number is a function of its place, which any language can work out again.
import { hash, philox } from "../random.ts";
import type { Numbers } from "../tensor.ts";
import type { Input } from "./case.ts";

/**
 * Element i, row after row, of a tensor that is made and not kept.
 *
 * Of the four words that Philox 4x32-10 makes of the counter (⌊i/4⌋, 0, stream) under the key, word i mod 4 is its:
 * as a signed number, shifted right by 31 − bits, sign and all, it is n, from −2^bits to 2^bits − 1; the element is
 * n · 2^exponent, which is exact in a type of that many significant bits. With `alive` it is 0 instead unless the
 * word's last seven bits, which n has none of, are a number below that.
 */
export interface Recipe {
  readonly key: readonly [number, number];
  /** the third and the fourth word of the counter */
  readonly stream: readonly [number, number];
  /** 24 at most */
  readonly bits: number;
  readonly exponent: number;
  /** of 128 elements, how many are not 0 */
  readonly alive?: number;
}

/** An input with a recipe; its numbers are worked out when they are asked for, and not held for long. */
export interface MadeInput extends Input {
  readonly recipe: Recipe;
}

export const SEED = 20231006; // the day of the paper's first version

/** The stream that a tensor's name has, as a recipe says it. */
export const streamOf = (name: string): readonly [number, number] => hash(name);

/** The numbers of a recipe, from the first on. */
export function madeNumbers({ key, stream, bits, exponent, alive = 128 }: Recipe, count: number): Numbers {
  const numbers = new Float32Array(count);
  const [low, high] = stream;
  const [unit, shift] = [powerOfTwo(exponent), 31 - bits];
  for (let i = 0; i < count; i += 4) {
    const words = philox([i / 4, 0, low, high], key);
    for (let j = 0; j < 4; j++) {
      const word = words[j] ?? 0;
      if ((word & 127) < alive) numbers[i + j] = (word >> shift) * unit; // past its end an array keeps nothing
    }
  }
  return numbers;
}

const MOST = 150_000_000; // elements: 600 MB, one case's
const held = new Map<Recipe, Numbers>();

/** The numbers of a recipe, held until others need the room: all that a suite has would fill gigabytes. */
function heldNumbers(recipe: Recipe, count: number): Numbers {
  const known = held.get(recipe);
  if (known?.length === count) return known;
  const room = [...held.values()].reduce((left, { length }) => left - length, MOST);
  if (count > room) held.clear();
  const numbers = madeNumbers(recipe, count);
  held.set(recipe, numbers);
  return numbers;
}

export function madeInput(shape: readonly number[], recipe: Recipe): MadeInput {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    shape,
    recipe,
    get numbers() {
      return heldNumbers(recipe, count);
    },
  };
}

export const recipeOf = (input: Input): Recipe | undefined => (input as Partial<MadeInput>).recipe;

function powerOfTwo(n: number): number {
  let value = 1;
  for (let i = 0; i < Math.abs(n); i++) value *= n < 0 ? 0.5 : 2;
  return value;
}
