// Counting zeros: the exact ones, which a row can be skipped for, and the near ones, which it cannot.
// Paper: section 3 and figure 4. Finite β leaves hardly an exact zero, however small the values: so both are counted.
import type { Tensor } from "../tensor.ts";

/** How many of so many elements are 0, of either sign, and how many are below ε in magnitude, zeros included. */
export interface Zeros {
  readonly elements: number;
  readonly exact: number;
  readonly near: number;
}

export const noZeros: Zeros = { elements: 0, exact: 0, near: 0 };

/**
 * Counts the zeros of a tensor; NaN is none.
 *
 * @param x        any tensor
 * @param epsilon  what |x| must stay below to count as near zero
 */
export function zeros(x: Tensor, epsilon: number): Zeros {
  let [exact, near] = [0, 0];
  for (let i = 0; i < x.size; i++) {
    const value = x.data[i] ?? Number.NaN;
    if (value === 0) exact++;
    if (Math.abs(value) < epsilon || value === 0) near++;
  }
  return { elements: x.size, exact, near };
}

/** The zeros of two tensors together. */
export const together = (a: Zeros, b: Zeros): Zeros => ({
  elements: a.elements + b.elements,
  exact: a.exact + b.exact,
  near: a.near + b.near,
});

/** The fraction of exact zeros, in [0, 1]; of no elements at all it is NaN. */
export const sparsity = ({ exact, elements }: Zeros): number => exact / elements;

/** The fraction of elements below ε in magnitude, in [0, 1]. */
export const nearSparsity = ({ near, elements }: Zeros): number => near / elements;
