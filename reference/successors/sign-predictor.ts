// SparseInfer's predictor: which neurons will fire, from the signs of inputs and weights alone. Nothing is trained.
// A product is negative where the signs differ, so a sum with more such terms than others is likely to be negative.
import { type Matrix, matrix } from "../tensor.ts";
import type { Guess } from "./prediction.ts";

/** The sign bits of D numbers, 32 to a word, the first number in the lowest bit; 1 is negative. */
export function signBits(D: number, value: (d: number) => number): Int32Array {
  const words = new Int32Array(Math.ceil(D / 32));
  for (let d = 0; d < D; d++) if (value(d) < 0) words[d >> 5] = (words[d >> 5] ?? 0) | (1 << (d & 31));
  return words;
}

/** How many bits of two words differ: the ones of their exclusive or, counted in pairs, fours and bytes at once. */
export function differing(a: number, b: number): number {
  const bits = a ^ b;
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const bytes = (fours + (fours >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bytes, 0x01010101) >>> 24; // the highest byte of this product is the sum of all four
}

/**
 * Guesses that neuron f stays off where α · N₊ < N₋, with N₋ the terms of Σ_d x[t, d] · w[d, f] whose signs differ and
 * N₊ = D − N₋ the others.
 *
 * Magnitudes do not count, nor does a bias. A zero, of either sign, counts as positive, so this wants dense inputs: one
 * after a norm, not after a ReLU.
 *
 * @param w      the projection that the activation reads, [D, F]
 * @param alpha  above 0: the larger, the fewer neurons are guessed to be off
 * @throws {RangeError} when α is not
 * @see Shin, Yang and Yi 2024, arXiv:2411.12692
 */
export function signGuess(w: Matrix<"D", "F">, alpha: number): Guess {
  if (!(alpha > 0 && alpha < Infinity))
    throw new RangeError(`signGuess: alpha is ${alpha}; expected a finite number above 0`);
  const [D, F] = w.shape;
  const columns = Array.from({ length: F }, (_, f) => signBits(D, (d) => w.get(d, f)));
  return (x) => {
    const [T] = x.shape;
    const rows = Array.from({ length: T }, (_, t) => signBits(D, (d) => x.get(t, d)));
    return matrix(T, F, (t, f) => {
      const against = differences(rows[t], columns[f]);
      return alpha * (D - against) < against ? 0 : 1;
    });
  };
}

const differences = (a: Int32Array = NONE, b: Int32Array = NONE): number => {
  let count = 0;
  for (let i = 0; i < a.length; i++) count += differing(a[i] ?? 0, b[i] ?? 0);
  return count;
};

const NONE = new Int32Array(0);
