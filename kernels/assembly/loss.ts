// Cross entropy of the rows of logits [T, V]. Items are rows.
import { exponentials, greatestOf, sumOfExponentials } from "./rows";

/** loss[t] = log Σ_v exp(z[t, v] − top[t]) + (top[t] − z[t, targets[t]]). Tested against `crossEntropy`. */
export function crossEntropy(
  z: usize,
  targets: usize,
  loss: usize,
  V: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) {
    const row = z + ((<usize>t * V) << 2);
    const target = load<i32>(targets + ((<usize>t) << 2));
    const top = greatestOf(row, V);
    const below = <f64>top - <f64>load<f32>(row + ((<usize>target) << 2));
    const excess = logarithm(sumOfExponentials(row, V, top));
    store<f32>(loss + ((<usize>t) << 2), <f32>(excess + below));
  }
}

/** dz[t, v] = dloss[t] · (p[t, v] − (1 where v = targets[t])), p = softmax(z). Tested against `crossEntropyGradient`. */
export function crossEntropyGradient(
  dloss: usize,
  z: usize,
  targets: usize,
  dz: usize,
  V: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) {
    const row = z + ((<usize>t * V) << 2);
    const out = dz + ((<usize>t * V) << 2);
    const slope = load<f32>(dloss + ((<usize>t) << 2));
    const target = load<i32>(targets + ((<usize>t) << 2));
    const sum = exponentials(row, out, V, greatestOf(row, V));
    const chosen = load<f32>(out + ((<usize>target) << 2)) / sum;
    shares(out, V, sum, slope);
    store<f32>(out + ((<usize>target) << 2), slope * (chosen - 1));
  }
}

/** y = slope · (y / sum) */
function shares(y: usize, n: i32, sum: f32, slope: f32): void {
  const sums = f32x4.splat(sum);
  const slopes = f32x4.splat(slope);
  let c = 0;
  for (; c + 4 <= n; c += 4) {
    const o = (<usize>c) << 2;
    v128.store(y + o, f32x4.mul(slopes, f32x4.div(v128.load(y + o), sums)));
  }
  for (; c < n; c++) {
    const o = (<usize>c) << 2;
    store<f32>(y + o, slope * (load<f32>(y + o) / sum));
  }
}

/**
 * log x for x ≥ 1, one a row, so float64 costs nothing. With x = 2^k · m, √½ ≤ m ≤ √2, and s = (m − 1)/(m + 1):
 * log x = k · ln 2 + 2 · (s + s³/3 + s⁵/5 + …), |s| < 0.172, of which eleven terms leave less than 2^-60.
 */
function logarithm(x: f64): f64 {
  if (!(x >= 1)) return x; // NaN, whose bits are no number's
  const bits = reinterpret<u64>(x);
  let k = <f64>(<i32>(bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > Math.SQRT2) {
    m *= 0.5;
    k += 1;
  }
  const s = (m - 1) / (m + 1);
  let series: f64 = 0;
  for (let n = 21; n >= 1; n -= 2) series = series * s * s + 1 / <f64>n;
  return k * Math.LN2 + 2 * s * series;
}
