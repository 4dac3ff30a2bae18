// The matrix product for few rows of a, where b is read once and time is what reading takes; and the choice by shape.
import { dotEight } from "./product-dots";
import { packedProduct } from "./product-packed";
import { addRow, addRows, listRows } from "./product-rows";
import { at } from "./strides";
import { wordsAt } from "./words";

/** Fewer rows than these do not repay the packing of b: where it lies row after row, and where it lies turned. */
const FEW: i32 = 8;
const FEW_TURNED: i32 = 3;
/** For several rows of a, columns and rows of b at a time: 512 KiB, read from memory once and from L2 after that. */
const BLOCK_COLUMNS: i32 = 2048;
const BLOCK_ROWS: i32 = 64;
/** Terms that the scratch room holds. */
const MOST_TERMS: i32 = 65536;

/**
 * c[m, n] = Σ_k A[m, k] · B[k, n] + bias[n], as `matmul1`: the version for every shape.
 *
 * Many rows are packed and tiled (version 4). Few are not worth that: where b lies row after row its rows are added up
 * (`product-rows`), where it lies turned their dot products are taken (`product-dots`).
 */
export function matmul(
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
  product<f32>(a, aRow, aStep, b, bStep, bColumn, bias, c, M, K, N, from, to, scratch);
}

/** `matmul` for b of any kind of words. */
export function product<W>(
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
  if (M >= (bColumn === 1 ? FEW : FEW_TURNED)) {
    packedProduct<W>(a, aRow, aStep, b, bStep, bColumn, bias, c, M, K, N, from, to, scratch);
  } else if (bColumn === 1) {
    sumRows<W>(a, aRow, aStep, b, bStep, bias, c, M, K, N, from, to, scratch, true);
  } else {
    dotRows<W>(a, aRow, aStep, b, bColumn, bias, c, M, K, N, from, to, scratch);
  }
}

/**
 * y[t, o] = Σ_i x[t, i] · w[i, o] + b[o], row i of w read only where x[t, i] ≠ 0. Tested against `activeLinear`.
 *
 * The rows that ReLU left alive are listed, then added many a pass. Each row of x has a list of its own, but they
 * share a block of w, so that a row of w that several ask for is read from memory once.
 * x is [T, I], w [I, O]; a bias of address 0 is none. Items: columns of y.
 */
export function activeMatmul(
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
  activeProduct<f32>(x, w, bias, y, T, I, O, from, to, scratch);
}

/** `activeMatmul` for w of any kind of words. */
export function activeProduct<W>(
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
  sumRows<W>(x, I, 1, w, O, bias, y, T, I, O, from, to, scratch, false);
}

/** c = A · B + bias by adding up rows of b, all or those behind an A[m, k] ≠ 0. */
function sumRows<W>(
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bias: usize,
  c: usize,
  M: i32,
  K: i32,
  N: i32,
  from: i32,
  to: i32,
  scratch: usize,
  all: bool,
): void {
  const most = M === 1 ? MOST_TERMS : BLOCK_ROWS;
  const width = M === 1 ? to - from : BLOCK_COLUMNS; // one row reads b once: the longer the stretches the better
  for (let m = 0; m < M; m++) memory.fill(c + at(m, N) + at(from, 1), 0, at(to - from, 1));
  for (let n = from; n < to; n += width) {
    const columns = min(width, to - n);
    for (let k = 0; k < K; k += most) {
      const steps = min(most, K - k);
      for (let m = 0; m < M; m++) {
        const x = a + at(m, aRow) + at(k, aStep);
        const rows = b + wordsAt<W>(k, bStep);
        const end = listRows(scratch, x, at(aStep, 1), rows, wordsAt<W>(bStep, 1), steps, all);
        addRows<W>(c + at(m, N) + at(n, 1), columns, at(n, 1), scratch, end);
      }
    }
  }
  if (bias === 0) return;
  for (let m = 0; m < M; m++) addRow(c + at(m, N) + at(from, 1), to - from, bias + at(from, 1));
}

/** c = A · B + bias by dot products with the columns of B, which lie in b row after row. */
function dotRows<W>(
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
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
  const sums = scratch;
  const list = scratch + 64;
  for (let n = from; n < to; n += 8) {
    for (let r = 0; r < 8; r++) store<usize>(list + at(r, 1), b + wordsAt<W>(min(n + r, to - 1), bColumn));
    for (let m = 0; m < M; m++) {
      dotEight<W>(sums, a + at(m, aRow), at(aStep, 1), K, list);
      const y = c + at(m, N);
      for (let r = 0; r < min(8, to - n); r++) {
        const sum = load<f32>(sums + at(r, 1));
        store<f32>(y + at(n + r, 1), bias === 0 ? sum : sum + load<f32>(bias + at(n + r, 1)));
      }
    }
  }
}
