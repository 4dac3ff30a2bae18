// The mean of a row, its mean square, and the root that a norm divides by. Sums run in the order of rows.ts.
import { loadPart, total } from "./lanes";

/** The mean of a row. */
export function meanOf(x: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  let d = 0;
  for (; d + 4 <= n; d += 4) sum = f32x4.add(sum, v128.load(x + ((<usize>d) << 2)));
  if (d < n) sum = f32x4.add(sum, loadPart(x + ((<usize>d) << 2), n - d, 0));
  return total(sum) / <f32>n;
}

/** The mean of (x − centre)² over a row. */
export function meanSquare(x: usize, n: i32, centre: f32): f32 {
  const centres = f32x4.splat(centre);
  let sum = f32x4.splat(0);
  let d = 0;
  for (; d + 4 <= n; d += 4) {
    const c = f32x4.sub(v128.load(x + ((<usize>d) << 2)), centres);
    sum = f32x4.add(sum, f32x4.mul(c, c));
  }
  if (d < n) {
    const c = f32x4.sub(loadPart(x + ((<usize>d) << 2), n - d, centre), centres); // the rest are zeros
    sum = f32x4.add(sum, f32x4.mul(c, c));
  }
  return total(sum) / <f32>n;
}

/** √(square + ε), in float64 and rounded once: some ε vanish in float32. */
export function rootOf(square: f32, epsilon: f64): f32 {
  return <f32>sqrt<f64>(<f64>square + epsilon);
}
