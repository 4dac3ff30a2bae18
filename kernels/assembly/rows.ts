// A row of n numbers in one pass: its greatest, its exponentials, its softmax and the slope through it.
// Sums along a row: lane l of four adds the elements l, l + 4, l + 8, …; then (lane 0 + lane 1) + (lane 2 + lane 3).
import { exponential } from "./exponential";
import { greatest, loadPart, storePart, total } from "./lanes";

/** The greatest of a row; NaN where there is one, −Infinity for no numbers. */
export function greatestOf(x: usize, n: i32): f32 {
  let top = f32x4.splat(-Infinity);
  let c = 0;
  for (; c + 4 <= n; c += 4) top = f32x4.max(top, v128.load(x + ((<usize>c) << 2)));
  if (c < n) top = f32x4.max(top, loadPart(x + ((<usize>c) << 2), n - c, -Infinity));
  return greatest(top);
}

/** y = exp(x − top), which may lie where x does. Returns the sum. */
export function exponentials(x: usize, y: usize, n: i32, top: f32): f32 {
  const tops = f32x4.splat(top);
  let sum = f32x4.splat(0);
  let c = 0;
  for (; c + 4 <= n; c += 4) {
    const o = (<usize>c) << 2;
    const e = exponential(f32x4.sub(v128.load(x + o), tops));
    v128.store(y + o, e);
    sum = f32x4.add(sum, e);
  }
  if (c < n) {
    const o = (<usize>c) << 2;
    const e = exponential(f32x4.sub(loadPart(x + o, n - c, -Infinity), tops)); // e^−Infinity adds +0
    storePart(y + o, e, n - c);
    sum = f32x4.add(sum, e);
  }
  return total(sum);
}

/** The sum of exp(x − top) alone, with the bits of `exponentials`. */
export function sumOfExponentials(x: usize, n: i32, top: f32): f32 {
  const tops = f32x4.splat(top);
  let sum = f32x4.splat(0);
  let c = 0;
  for (; c + 4 <= n; c += 4)
    sum = f32x4.add(sum, exponential(f32x4.sub(v128.load(x + ((<usize>c) << 2)), tops)));
  if (c < n) {
    const last = loadPart(x + ((<usize>c) << 2), n - c, -Infinity);
    sum = f32x4.add(sum, exponential(f32x4.sub(last, tops)));
  }
  return total(sum);
}

/** y = y / divisor */
export function divide(y: usize, n: i32, divisor: f32): void {
  const divisors = f32x4.splat(divisor);
  let c = 0;
  for (; c + 4 <= n; c += 4) {
    const o = (<usize>c) << 2;
    v128.store(y + o, f32x4.div(v128.load(y + o), divisors));
  }
  for (; c < n; c++) {
    const o = (<usize>c) << 2;
    store<f32>(y + o, load<f32>(y + o) / divisor);
  }
}

/** Σ_c x[c] · y[c] */
export function dot(x: usize, y: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  let c = 0;
  for (; c + 4 <= n; c += 4) {
    const o = (<usize>c) << 2;
    sum = f32x4.add(sum, f32x4.mul(v128.load(x + o), v128.load(y + o)));
  }
  if (c < n) {
    const o = (<usize>c) << 2;
    sum = f32x4.add(sum, f32x4.mul(loadPart(x + o, n - c, 0), loadPart(y + o, n - c, 0)));
  }
  return total(sum);
}

/** y = p ⊙ (dp − Σ_c dp · p), the slope through p = softmax; y may be either of the two. */
export function throughSoftmax(p: usize, dp: usize, y: usize, n: i32): void {
  const mean = dot(p, dp, n);
  const means = f32x4.splat(mean);
  let c = 0;
  for (; c + 4 <= n; c += 4) {
    const o = (<usize>c) << 2;
    v128.store(y + o, f32x4.mul(v128.load(p + o), f32x4.sub(v128.load(dp + o), means)));
  }
  for (; c < n; c++) {
    const o = (<usize>c) << 2;
    store<f32>(y + o, load<f32>(p + o) * (load<f32>(dp + o) - mean));
  }
}
