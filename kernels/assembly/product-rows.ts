// Sums of weighted rows, y += Σ x · row, the rows given by a list: dense where the list has every row, sparse where it
// has those that an input asks for. In both the lanes run across y, and a row is added after those before it.
// A term of a list is eight bytes: the address of a row's first number, and the weight of that row.
import { at } from "./strides";
import { high, low, quad0, quad1, quad2, quad3, scaled, word } from "./words";

/**
 * Rows a pass: as many streams from memory at once. Fewer leave it waiting; 16 are slower again, where rows begin at
 * the same place of a page and crowd one another out of the first cache.
 */
const ROWS: usize = 14;

/** Lists the rows k of w, all or those with x[k] ≠ 0 (NaN is not zero). Returns the end of the list. */
export function listRows(
  list: usize,
  x: usize,
  xStep: usize,
  w: usize,
  wRow: usize,
  steps: i32,
  all: bool,
): usize {
  for (let k = 0; k < steps; k++, x += xStep, w += wRow) {
    const value = load<f32>(x);
    store<usize>(list, w);
    store<f32>(list, value, 4);
    list += select<usize>(8, 0, all || value !== 0); // no branch: masks are too random to foretell
  }
  return list;
}

/**
 * y[c] += Σ weight · row[offset + c], c < columns, over the terms of a list, in their order.
 *
 * @param offset  where y begins, in bytes of float32 numbers from the first column on
 */
export function addRows<W>(y: usize, columns: i32, offset: usize, list: usize, end: usize): void {
  for (; list < end; list += 8 * ROWS) addSome<W>(y, columns, offset, list, min(list + 8 * ROWS, end));
}

/** One pass: sixteen sums at a time go through the rows, a cache line of each. */
function addSome<W>(y: usize, columns: i32, offset: usize, list: usize, end: usize): void {
  y -= offset;
  const last = offset + at(columns, 1);
  const whole = offset + at(columns & ~15, 1);
  let c = offset;
  if (!isFloat<W>()) {
    const lines = offset + at(columns & ~31, 1);
    for (; c < lines; c += 128) addLine<W>(y + c, scaled<W>(c), list, end);
  }
  for (; c < whole; c += 64) {
    let s0 = v128.load(y + c);
    let s1 = v128.load(y + c, 16);
    let s2 = v128.load(y + c, 32);
    let s3 = v128.load(y + c, 48);
    for (let term = list; term < end; term += 8) {
      const row = load<usize>(term) + scaled<W>(c);
      const weight = v128.load32_splat(term, 4);
      s0 = f32x4.add(s0, f32x4.mul(weight, quad0<W>(row)));
      s1 = f32x4.add(s1, f32x4.mul(weight, quad1<W>(row)));
      s2 = f32x4.add(s2, f32x4.mul(weight, quad2<W>(row)));
      s3 = f32x4.add(s3, f32x4.mul(weight, quad3<W>(row)));
    }
    v128.store(y + c, s0);
    v128.store(y + c, s1, 16);
    v128.store(y + c, s2, 32);
    v128.store(y + c, s3, 48);
  }
  for (; c < last; c += 4) {
    let sum = load<f32>(y + c);
    for (let term = list; term < end; term += 8) {
      sum += load<f32>(term, 4) * word<W>(load<usize>(term) + scaled<W>(c));
    }
    store<f32>(y + c, sum);
  }
}

/** Thirty-two sums through the rows: a cache line of words. */
function addLine<W>(y: usize, offset: usize, list: usize, end: usize): void {
  let s0 = v128.load(y);
  let s1 = v128.load(y, 16);
  let s2 = v128.load(y, 32);
  let s3 = v128.load(y, 48);
  let s4 = v128.load(y, 64);
  let s5 = v128.load(y, 80);
  let s6 = v128.load(y, 96);
  let s7 = v128.load(y, 112);
  for (let term = list; term < end; term += 8) {
    const row = load<usize>(term) + offset;
    const weight = v128.load32_splat(term, 4);
    let words = v128.load(row);
    s0 = f32x4.add(s0, f32x4.mul(weight, low<W>(words)));
    s1 = f32x4.add(s1, f32x4.mul(weight, high<W>(words)));
    words = v128.load(row, 16);
    s2 = f32x4.add(s2, f32x4.mul(weight, low<W>(words)));
    s3 = f32x4.add(s3, f32x4.mul(weight, high<W>(words)));
    words = v128.load(row, 32);
    s4 = f32x4.add(s4, f32x4.mul(weight, low<W>(words)));
    s5 = f32x4.add(s5, f32x4.mul(weight, high<W>(words)));
    words = v128.load(row, 48);
    s6 = f32x4.add(s6, f32x4.mul(weight, low<W>(words)));
    s7 = f32x4.add(s7, f32x4.mul(weight, high<W>(words)));
  }
  v128.store(y, s0);
  v128.store(y, s1, 16);
  v128.store(y, s2, 32);
  v128.store(y, s3, 48);
  v128.store(y, s4, 64);
  v128.store(y, s5, 80);
  v128.store(y, s6, 96);
  v128.store(y, s7, 112);
}

/** y[c] += x[c], c < columns. */
export function addRow(y: usize, columns: i32, x: usize): void {
  const end = (<usize>columns) << 2;
  const whole = end & ~15;
  let c: usize = 0;
  for (; c < whole; c += 16) v128.store(y + c, f32x4.add(v128.load(y + c), v128.load(x + c)));
  for (; c < end; c += 4) store<f32>(y + c, load<f32>(y + c) + load<f32>(x + c));
}
