// The products over weights of 16 bits: the texts of product-few.ts and product-gated.ts, the same sums in the same order,
// each weight widened on its way into a register. So the bits are those of the float32 kernels on widened weights.
import { activeProduct, product } from "./product-few";
import { activeGatedProduct, gatedProduct } from "./product-gated";

/** `matmul` over BF16. */
export function matmulBF16(
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  bias: usize,
  c: usize,
  M: i32,
  K: i32,
  N: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  product<u16>(a, aRow, aStep, b, bStep, bColumn, bias, c, M, K, N, from, to, scratch);
}

/** `matmul` over F16. */
export function matmulF16(
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  bias: usize,
  c: usize,
  M: i32,
  K: i32,
  N: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  product<i16>(a, aRow, aStep, b, bStep, bColumn, bias, c, M, K, N, from, to, scratch);
}

/** `activeMatmul` over BF16. */
export function activeMatmulBF16(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  T: i32,
  I: i32,
  O: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  activeProduct<u16>(x, w, bias, y, T, I, O, from, to, scratch);
}

/** `activeMatmul` over F16. */
export function activeMatmulF16(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  T: i32,
  I: i32,
  O: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  activeProduct<i16>(x, w, bias, y, T, I, O, from, to, scratch);
}

/** `gatedMatmul` over BF16. */
export function gatedMatmulBF16(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  gatedProduct<u16>(x, w, g, h, T, D, F, from, to, scratch);
}

/** `gatedMatmul` over F16. */
export function gatedMatmulF16(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  gatedProduct<i16>(x, w, g, h, T, D, F, from, to, scratch);
}

/** `activeGatedMatmul` over BF16. */
export function activeGatedMatmulBF16(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  activeGatedProduct<u16>(x, w, g, h, T, D, F, from, to, scratch);
}

/** `activeGatedMatmul` over F16. */
export function activeGatedMatmulF16(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  activeGatedProduct<i16>(x, w, g, h, T, D, F, from, to, scratch);
}
