// Element by element: sums and products of two tensors, by ndarray-ops.
import elementwise from "ndarray-ops";
import { expect, like, type Tensor } from "../tensor.ts";
import type { Gradients, Ops } from "./contract.ts";

/**
 * x + y
 *
 * @param x  [T, D]
 * @param y  [T, D]
 * @returns their sum, [T, D], in float64
 * @throws {RangeError} when the shapes differ: nothing broadcasts
 */
export const add: Ops["add"] = (x, y) => {
  expect(y, x.shape, "add: y is @; expected the shape of x");
  const sum = fresh(x);
  elementwise.add(sum, x, y);
  return sum;
};

/**
 * x ⊙ y, with 0 · Infinity = NaN as IEEE 754 says
 *
 * @param x  [T, D]
 * @param y  [T, D]
 * @returns their product, [T, D], in float64
 * @throws {RangeError} when the shapes differ: nothing broadcasts
 */
export const mul: Ops["mul"] = (x, y) => {
  expect(y, x.shape, "mul: y is @; expected the shape of x");
  const product = fresh(x);
  elementwise.mul(product, x, y);
  return product;
};

/** dx = dz ⊙ y, dy = dz ⊙ x */
export const mulGradient: Gradients["mul"] = (dz, x, y) => {
  expect(dz, x.shape, "mulGradient: dz is @; expected the shape of x");
  return [mul(dz, y), mul(dz, x)];
};

const fresh = <X extends Tensor>(x: X): X => like(x, new Float64Array(x.size));
