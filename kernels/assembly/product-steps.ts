// The matrix product in three steps of thought; product-packed.ts has the fourth. Each is the same sum, bit for bit:
// every element of c adds its products in ascending k from +0, the bias last.
//
// Factors are given by their strides, in elements: A[m, k] lies at a + 4 · (m · aRow + k · aStep), B[k, n] at
// b + 4 · (k · bStep + n · bColumn). So x · w, x · wᵀ and xᵀ · w are one kernel; one stride of each factor is 1.
// c is [M, N], row after row. A bias of address 0 is none. Items: the columns of c.
import { at } from "./strides";

/**
 * c[m, n] = Σ_k A[m, k] · B[k, n] + bias[n]. Tested against `linear`.
 *
 * Version 1: the equation. Each step waits for the sum before it, and b is read down its columns.
 */
export function matmul1(
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
  _scratch: usize,
): void {
  for (let m = 0; m < M; m++) {
    for (let n = from; n < to; n++) {
      let sum: f32 = 0;
      for (let k = 0; k < K; k++) {
        sum += load<f32>(a + at(m, aRow) + at(k, aStep)) * load<f32>(b + at(k, bStep) + at(n, bColumn));
      }
      if (bias !== 0) sum += load<f32>(bias + at(n, 1));
      store<f32>(c + at(m, N) + at(n, 1), sum);
    }
  }
}

/**
 * Version 2: four columns of c at a time, one in each lane, so that no sum is split: b is read four numbers at a time,
 * and four sums wait for one another no longer.
 */
export function matmul2(
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
  const whole = bColumn === 1 ? from + ((to - from) & ~3) : from; // lanes want columns side by side
  for (let m = 0; m < M; m++) {
    for (let n = from; n < whole; n += 4) {
      let sums = f32x4.splat(0);
      for (let k = 0; k < K; k++) {
        const x = v128.load32_splat(a + at(m, aRow) + at(k, aStep));
        sums = f32x4.add(sums, f32x4.mul(x, v128.load(b + at(k, bStep) + at(n, 1))));
      }
      if (bias !== 0) sums = f32x4.add(sums, v128.load(bias + at(n, 1)));
      v128.store(c + at(m, N) + at(n, 1), sums);
    }
  }
  matmul1(a, aRow, aStep, b, bStep, bColumn, bias, c, M, K, N, whole, to, scratch);
}

/**
 * Version 3: a tile of 4 rows by 8 columns of c in registers. Six loads then feed eight products where version 2 needs
 * two for one, and the eight sums keep the adders busy, each of which takes three cycles.
 */
export function matmul3(
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
  const rows = M & ~3;
  const whole = bColumn === 1 ? from + ((to - from) & ~7) : from;
  for (let n = from; n < whole; n += 8) {
    for (let m = 0; m < rows; m += 4) {
      const x = a + at(m, aRow);
      tile(x, at(aRow, 1), at(aStep, 1), b + at(n, 1), at(bStep, 1), bias, n, c + at(m, N) + at(n, 1), K, N);
    }
  }
  const y = c + at(rows, N);
  matmul2(a, aRow, aStep, b, bStep, bColumn, bias, c, rows, K, N, whole, to, scratch);
  matmul2(a + at(rows, aRow), aRow, aStep, b, bStep, bColumn, bias, y, M - rows, K, N, from, to, scratch);
}

function tile(
  x0: usize,
  xRow: usize,
  xStep: usize,
  w: usize,
  wRow: usize,
  bias: usize,
  n: i32,
  c: usize,
  K: i32,
  N: i32,
): void {
  const x1 = x0 + xRow;
  const x2 = x1 + xRow;
  const x3 = x2 + xRow;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  for (let k = 0, at: usize = 0; k < K; k++, w += wRow, at += xStep) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    let x = v128.load32_splat(x0 + at);
    s00 = f32x4.add(s00, f32x4.mul(x, w0));
    s01 = f32x4.add(s01, f32x4.mul(x, w1));
    x = v128.load32_splat(x1 + at);
    s10 = f32x4.add(s10, f32x4.mul(x, w0));
    s11 = f32x4.add(s11, f32x4.mul(x, w1));
    x = v128.load32_splat(x2 + at);
    s20 = f32x4.add(s20, f32x4.mul(x, w0));
    s21 = f32x4.add(s21, f32x4.mul(x, w1));
    x = v128.load32_splat(x3 + at);
    s30 = f32x4.add(s30, f32x4.mul(x, w0));
    s31 = f32x4.add(s31, f32x4.mul(x, w1));
  }
  const row = at(N, 1);
  finish(c, s00, s01, bias, n);
  finish(c + row, s10, s11, bias, n);
  finish(c + 2 * row, s20, s21, bias, n);
  finish(c + 3 * row, s30, s31, bias, n);
}

/** Eight sums and their bias, written to c. */
function finish(c: usize, low: v128, high: v128, bias: usize, n: i32): void {
  if (bias !== 0) {
    low = f32x4.add(low, v128.load(bias + at(n, 1)));
    high = f32x4.add(high, v128.load(bias + at(n, 1), 16));
  }
  v128.store(c, low);
  v128.store(c, high, 16);
}
