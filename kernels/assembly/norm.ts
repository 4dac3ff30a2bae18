// Layer norm and root-mean-square norm along the rows of [T, D], two passes: the mean first, then the centred squares.
// Sums along a row run in the order of rows.ts, which knows only D.
import { meanOf, meanSquare, rootOf } from "./moments";

/**
 * y[t, d] = (x[t, d] − mean[t]) / √(variance[t] + ε) · gain[d] + bias[d]. Tested against `layerNorm`. Items are rows.
 *
 * Version 1: as it is written; each sum waits for the one before.
 */
export function layerNorm1(
  x: usize,
  gain: usize,
  bias: usize,
  y: usize,
  D: i32,
  epsilon: f64,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) {
    const row = x + ((<usize>t * D) << 2);
    const out = y + ((<usize>t * D) << 2);
    let mean: f32 = 0;
    for (let d = 0; d < D; d++) mean += load<f32>(row + ((<usize>d) << 2));
    mean /= <f32>D;
    let variance: f32 = 0;
    for (let d = 0; d < D; d++) {
      const centred = load<f32>(row + ((<usize>d) << 2)) - mean;
      variance += centred * centred;
    }
    const deviation = rootOf(variance / <f32>D, epsilon);
    for (let d = 0; d < D; d++) {
      const o = (<usize>d) << 2;
      const n = (load<f32>(row + o) - mean) / deviation;
      store<f32>(out + o, n * load<f32>(gain + o) + load<f32>(bias + o));
    }
  }
}

/**
 * y[t, d] = (x[t, d] − mean[t]) / √(variance[t] + ε) · gain[d] + bias[d]. Tested against `layerNorm`. Items are rows.
 *
 * Version 2: four columns at a time, four sums side by side.
 */
export function layerNorm2(
  x: usize,
  gain: usize,
  bias: usize,
  y: usize,
  D: i32,
  epsilon: f64,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) {
    const row = x + ((<usize>t * D) << 2);
    const out = y + ((<usize>t * D) << 2);
    const mean = meanOf(row, D);
    const deviation = rootOf(meanSquare(row, D, mean), epsilon);
    const means = f32x4.splat(mean);
    const deviations = f32x4.splat(deviation);
    let d = 0;
    for (; d + 4 <= D; d += 4) {
      const o = (<usize>d) << 2;
      const n = f32x4.div(f32x4.sub(v128.load(row + o), means), deviations);
      v128.store(out + o, f32x4.add(f32x4.mul(n, v128.load(gain + o)), v128.load(bias + o)));
    }
    for (; d < D; d++) {
      const o = (<usize>d) << 2;
      const n = (load<f32>(row + o) - mean) / deviation;
      store<f32>(out + o, n * load<f32>(gain + o) + load<f32>(bias + o));
    }
  }
}

/** y[t, d] = x[t, d] / √(mean of x[t]² + ε) · gain[d]. Tested against `rmsNorm`. Items are rows. */
export function rmsNorm(
  x: usize,
  gain: usize,
  y: usize,
  D: i32,
  epsilon: f64,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) {
    const row = x + ((<usize>t * D) << 2);
    const out = y + ((<usize>t * D) << 2);
    const rms = rootOf(meanSquare(row, D, 0), epsilon);
    let d = 0;
    for (; d + 4 <= D; d += 4) {
      const o = (<usize>d) << 2;
      v128.store(out + o, f32x4.mul(f32x4.div(v128.load(row + o), f32x4.splat(rms)), v128.load(gain + o)));
    }
    for (; d < D; d++) {
      const o = (<usize>d) << 2;
      store<f32>(out + o, (load<f32>(row + o) / rms) * load<f32>(gain + o));
    }
  }
}
