// Softmax along the rows of [R, C]. Items are rows.
import { exponentialOne } from "./exponential";
import { divide, exponentials, greatestOf, throughSoftmax } from "./rows";

/**
 * p[r, c] = exp(x[r, c] − top[r]) / Σ_c exp(x[r, c] − top[r]). Tested against `softmax`.
 *
 * Version 1: as it is written, one number after the other; each sum waits for the one before.
 */
export function softmax1(x: usize, p: usize, C: i32, from: i32, to: i32, _scratch: usize): void {
  for (let r = from; r < to; r++) {
    const row = x + ((<usize>r * C) << 2);
    const out = p + ((<usize>r * C) << 2);
    let top: f32 = -Infinity;
    for (let c = 0; c < C; c++) top = max<f32>(top, load<f32>(row + ((<usize>c) << 2)));
    let sum: f32 = 0;
    for (let c = 0; c < C; c++) {
      const e = exponentialOne(load<f32>(row + ((<usize>c) << 2)) - top);
      store<f32>(out + ((<usize>c) << 2), e);
      sum += e;
    }
    for (let c = 0; c < C; c++) {
      const o = (<usize>c) << 2;
      store<f32>(out + o, load<f32>(out + o) / sum);
    }
  }
}

/**
 * p[r, c] = exp(x[r, c] − top[r]) / Σ_c exp(x[r, c] − top[r]). Tested against `softmax`.
 *
 * Version 2: four numbers at a time. Four sums run side by side, so the order is that of rows.ts, not version 1's.
 */
export function softmax2(x: usize, p: usize, C: i32, from: i32, to: i32, _scratch: usize): void {
  for (let r = from; r < to; r++) {
    const row = x + ((<usize>r * C) << 2);
    const out = p + ((<usize>r * C) << 2);
    divide(out, C, exponentials(row, out, C, greatestOf(row, C)));
  }
}

/** dx = p ⊙ (dp − Σ_c dp · p) with p = softmax(x), made again and kept in dx meanwhile. Tested against `softmaxGradient`. */
export function softmaxGradient(
  dp: usize,
  x: usize,
  dx: usize,
  C: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  softmax2(x, dx, C, from, to, scratch);
  for (let r = from; r < to; r++) {
    const o = (<usize>r * C) << 2;
    throughSoftmax(dx + o, dp + o, dx + o, C);
  }
}
