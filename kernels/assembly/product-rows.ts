// Sums of weighted rows, y += Σ x · row, the rows given by a list: dense where the list has every row, sparse where it
// has those that an input asks for. In both the lanes run across y, and a row is added after those before it.
// A term of a list is eight bytes: the address of a row's first number, and the weight of that row.
import { at } from "./strides";

/**
 * Rows a pass: y is loaded and stored once for eight. More rows a pass than the first cache has ways, 8, would crowd
 * one another out of it where a row is a multiple of 4 KiB.
 */
const ROWS: i32 = 8;

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

/** y[c] += Σ weight · row[offset + c], c < columns, over the terms of a list. */
export function addRows(y: usize, columns: i32, offset: usize, list: usize, end: usize): void {
  const eights = end - ((((end - list) >> 3) % ROWS) << 3);
  for (; list < eights; list += 8 * ROWS) addEight(y, columns, offset, list);
  for (; list < end; list += 8) addOne(y, columns, load<usize>(list) + offset, load<f32>(list, 4));
}

function addEight(y: usize, columns: i32, offset: usize, list: usize): void {
  const p0 = load<usize>(list);
  const p1 = load<usize>(list, 8);
  const p2 = load<usize>(list, 16);
  const p3 = load<usize>(list, 24);
  const p4 = load<usize>(list, 32);
  const p5 = load<usize>(list, 40);
  const p6 = load<usize>(list, 48);
  const p7 = load<usize>(list, 56);
  const x0 = v128.load32_splat(list, 4);
  const x1 = v128.load32_splat(list, 12);
  const x2 = v128.load32_splat(list, 20);
  const x3 = v128.load32_splat(list, 28);
  const x4 = v128.load32_splat(list, 36);
  const x5 = v128.load32_splat(list, 44);
  const x6 = v128.load32_splat(list, 52);
  const x7 = v128.load32_splat(list, 60);
  y -= offset;
  const end = offset + at(columns, 1);
  const whole = offset + at(columns & ~3, 1);
  let c = offset;
  for (; c < whole; c += 16) {
    let sum = v128.load(y + c);
    sum = f32x4.add(sum, f32x4.mul(x0, v128.load(p0 + c)));
    sum = f32x4.add(sum, f32x4.mul(x1, v128.load(p1 + c)));
    sum = f32x4.add(sum, f32x4.mul(x2, v128.load(p2 + c)));
    sum = f32x4.add(sum, f32x4.mul(x3, v128.load(p3 + c)));
    sum = f32x4.add(sum, f32x4.mul(x4, v128.load(p4 + c)));
    sum = f32x4.add(sum, f32x4.mul(x5, v128.load(p5 + c)));
    sum = f32x4.add(sum, f32x4.mul(x6, v128.load(p6 + c)));
    sum = f32x4.add(sum, f32x4.mul(x7, v128.load(p7 + c)));
    v128.store(y + c, sum);
  }
  for (; c < end; c += 4) {
    let sum = load<f32>(y + c);
    for (let r: usize = 0; r < 8 * ROWS; r += 8) {
      sum += load<f32>(list + r, 4) * load<f32>(load<usize>(list + r) + c);
    }
    store<f32>(y + c, sum);
  }
}

/** y[c] += weight · row[c], c < columns. */
export function addOne(y: usize, columns: i32, row: usize, weight: f32): void {
  const x = f32x4.splat(weight);
  const end = (<usize>columns) << 2;
  const whole = end & ~15;
  let c: usize = 0;
  for (; c < whole; c += 16) {
    v128.store(y + c, f32x4.add(v128.load(y + c), f32x4.mul(x, v128.load(row + c))));
  }
  for (; c < end; c += 4) store<f32>(y + c, load<f32>(y + c) + weight * load<f32>(row + c));
}

/** y[c] += x[c], c < columns. */
export function addRow(y: usize, columns: i32, x: usize): void {
  const end = (<usize>columns) << 2;
  const whole = end & ~15;
  let c: usize = 0;
  for (; c < whole; c += 16) v128.store(y + c, f32x4.add(v128.load(y + c), v128.load(x + c)));
  for (; c < end; c += 4) store<f32>(y + c, load<f32>(y + c) + load<f32>(x + c));
}
