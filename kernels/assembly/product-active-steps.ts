// The products that leave out zeros, in steps of thought: product-few.ts and product-gated.ts have the last of each.
// What is left out is a row of weights behind a zero; the order of what remains, and so every bit, is as in `matmul`.
import { addRow } from "./product-rows";
import { at } from "./strides";

/**
 * y[t, o] = Σ_i x[t, i] · w[i, o] + b[o] over the i with x[t, i] ≠ 0. Tested against `activeLinear`.
 *
 * Version 1: the equation. The zeros of x are looked for again for every column of y.
 */
export function activeMatmul1(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  T: i32,
  I: i32,
  O: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = 0; t < T; t++) {
    for (let o = from; o < to; o++) {
      let sum: f32 = 0;
      for (let i = 0; i < I; i++) {
        const value = load<f32>(x + at(t, I) + at(i, 1));
        if (value !== 0) sum += value * load<f32>(w + at(i, O) + at(o, 1));
      }
      if (bias !== 0) sum += load<f32>(bias + at(o, 1));
      store<f32>(y + at(t, O) + at(o, 1), sum);
    }
  }
}

/**
 * Version 2: a zero is met once, and its row of w not read at all; the others are added to y whole, four lanes at a
 * time. Version 3, `activeMatmul`, lists them first, without a branch, and adds many a pass.
 */
export function activeMatmul2(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  T: i32,
  I: i32,
  O: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  const columns = to - from;
  for (let t = 0; t < T; t++) {
    const row = y + at(t, O) + at(from, 1);
    memory.fill(row, 0, at(columns, 1));
    for (let i = 0; i < I; i++) {
      const value = load<f32>(x + at(t, I) + at(i, 1));
      if (value !== 0) addOne(row, columns, w + at(i, O) + at(from, 1), value);
    }
    if (bias !== 0) addRow(row, columns, bias + at(from, 1));
  }
}

/** y[c] += weight · row[c], c < columns. */
function addOne(y: usize, columns: i32, row: usize, weight: f32): void {
  const x = f32x4.splat(weight);
  const whole = at(columns & ~3, 1);
  let c: usize = 0;
  for (; c < whole; c += 16) {
    v128.store(y + c, f32x4.add(v128.load(y + c), f32x4.mul(x, v128.load(row + c))));
  }
  for (; c < at(columns, 1); c += 4) store<f32>(y + c, load<f32>(y + c) + weight * load<f32>(row + c));
}

/**
 * h[t, f] = g[t, f] · Σ_d x[t, d] · w[f, d] + 0, and +0 where g[t, f] = 0. Tested against `activeGatedLinear`.
 *
 * Version 1: the equation. Version 2, `activeGatedMatmul`, takes eight open rows at a time, one in each lane: one row
 * alone has no four sums that could share a register.
 */
export function activeGatedMatmul1(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = 0; t < T; t++) {
    for (let f = from; f < to; f++) {
      const gate = load<f32>(g + at(t, F) + at(f, 1));
      let sum: f32 = 0;
      if (gate !== 0) {
        for (let d = 0; d < D; d++) {
          sum += load<f32>(x + at(t, D) + at(d, 1)) * load<f32>(w + at(f, D) + at(d, 1));
        }
        sum = gate * sum + 0;
      }
      store<f32>(h + at(t, F) + at(f, 1), sum);
    }
  }
}
