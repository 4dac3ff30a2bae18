// Dot products of one vector with eight rows, each summed in ascending order: lanes run across the rows. Four numbers
// of four rows are turned in registers, so that each lane adds one row's products one after the other; the shuffles
// take less time than the rows take to arrive from memory.
import { quad0, scaled, word } from "./words";

/**
 * sums[r] = Σ_k x[k] · row_r[k], r < 8, from +0.
 *
 * @param xStep  bytes from one x[k] to the next
 * @param rows   eight addresses
 */
export function dotEight<W>(sums: usize, x: usize, xStep: usize, K: i32, rows: usize): void {
  const p0 = load<usize>(rows);
  const p1 = load<usize>(rows, 4);
  const p2 = load<usize>(rows, 8);
  const p3 = load<usize>(rows, 12);
  const p4 = load<usize>(rows, 16);
  const p5 = load<usize>(rows, 20);
  const p6 = load<usize>(rows, 24);
  const p7 = load<usize>(rows, 28);
  const end = (<usize>K) << 2;
  const whole = end & ~15;
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  let k: usize = 0;
  for (; k < whole; k += 16) {
    const o = scaled<W>(k);
    const x0 = v128.load32_splat(x);
    const x1 = v128.load32_splat(x + xStep);
    const x2 = v128.load32_splat(x + 2 * xStep);
    const x3 = v128.load32_splat(x + 3 * xStep);
    x += 4 * xStep;
    low = addTurned<W>(low, x0, x1, x2, x3, p0 + o, p1 + o, p2 + o, p3 + o);
    v128.store(sums, low); // so that compilers finish these four rows before the next: both would not fit the registers
    high = addTurned<W>(high, x0, x1, x2, x3, p4 + o, p5 + o, p6 + o, p7 + o);
  }
  for (; k < end; k += 4, x += xStep) {
    const value = v128.load32_splat(x);
    const o = scaled<W>(k);
    low = f32x4.add(low, f32x4.mul(value, gather<W>(p0 + o, p1 + o, p2 + o, p3 + o)));
    high = f32x4.add(high, f32x4.mul(value, gather<W>(p4 + o, p5 + o, p6 + o, p7 + o)));
  }
  v128.store(sums, low);
  v128.store(sums, high, 16);
}

/** Adds the products of four steps of four rows, one step after the other. */
function addTurned<W>(
  sums: v128,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
): v128 {
  const r0 = quad0<W>(p0);
  const r1 = quad0<W>(p1);
  const r2 = quad0<W>(p2);
  const r3 = quad0<W>(p3);
  const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  sums = f32x4.add(sums, f32x4.mul(x0, v128.shuffle<i64>(low01, low23, 0, 2)));
  sums = f32x4.add(sums, f32x4.mul(x1, v128.shuffle<i64>(low01, low23, 1, 3)));
  sums = f32x4.add(sums, f32x4.mul(x2, v128.shuffle<i64>(high01, high23, 0, 2)));
  return f32x4.add(sums, f32x4.mul(x3, v128.shuffle<i64>(high01, high23, 1, 3)));
}

/** One number of each of four rows. */
function gather<W>(p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  let x = f32x4.splat(word<W>(p0));
  x = f32x4.replace_lane(x, 1, word<W>(p1));
  x = f32x4.replace_lane(x, 2, word<W>(p2));
  return f32x4.replace_lane(x, 3, word<W>(p3));
}
