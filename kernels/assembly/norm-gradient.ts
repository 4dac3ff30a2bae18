// The slopes of layer norm and root-mean-square norm along the rows of [T, D]. n is what gain multiplies: the row, less
// its mean where it is centred, over its deviation. Sums along a row run in the order of rows.ts.
import { loadPart, storePart, total } from "./lanes";
import { meanOf, meanSquare, rootOf } from "./moments";

/**
 * dx[t, d] = (g − mean of g − n · mean of (g ⊙ n)) / deviation, g = dy ⊙ gain; without the mean of g where the norm is
 * not centred. Tested against the first of `layerNormGradient` and of `rmsNormGradient`. Items are rows.
 *
 * Leaves mean[t] and deviation[t] in moments[2t] and [2t + 1]: `normWeights` runs down columns and could not know them.
 */
export function normGradient(
  dy: usize,
  x: usize,
  gain: usize,
  dx: usize,
  moments: usize,
  D: i32,
  epsilon: f64,
  centred: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) {
    const o = (<usize>t * D) << 2;
    const mean: f32 = centred ? meanOf(x + o, D) : 0;
    const deviation = rootOf(meanSquare(x + o, D, mean), epsilon);
    store<f32>(moments + ((<usize>t) << 3), mean);
    store<f32>(moments + ((<usize>t) << 3), deviation, 4);
    normGradientRow(dy + o, x + o, gain, dx + o, D, mean, deviation, centred);
  }
}

function normGradientRow(
  dy: usize,
  x: usize,
  gain: usize,
  dx: usize,
  D: i32,
  mean: f32,
  deviation: f32,
  centred: i32,
): void {
  const means = f32x4.splat(mean);
  const deviations = f32x4.splat(deviation);
  let along = f32x4.splat(0); // Σ g
  let across = along; // Σ g · n
  let d = 0;
  for (; d + 4 <= D; d += 4) {
    const o = (<usize>d) << 2;
    const n = f32x4.div(f32x4.sub(v128.load(x + o), means), deviations);
    const g = f32x4.mul(v128.load(dy + o), v128.load(gain + o));
    v128.store(dx + o, n); // kept: the second pass would divide again
    along = f32x4.add(along, g);
    across = f32x4.add(across, f32x4.mul(g, n));
  }
  if (d < D) {
    const o = (<usize>d) << 2;
    const n = f32x4.div(f32x4.sub(loadPart(x + o, D - d, mean), means), deviations);
    const g = f32x4.mul(loadPart(dy + o, D - d, 0), loadPart(gain + o, D - d, 0));
    storePart(dx + o, n, D - d);
    along = f32x4.add(along, g);
    across = f32x4.add(across, f32x4.mul(g, n));
  }
  const shift = f32x4.splat(centred ? total(along) / <f32>D : 0);
  const turn = f32x4.splat(total(across) / <f32>D);
  for (d = 0; d + 4 <= D; d += 4) {
    const o = (<usize>d) << 2;
    const g = f32x4.mul(v128.load(dy + o), v128.load(gain + o));
    const rest = f32x4.sub(f32x4.sub(g, shift), f32x4.mul(v128.load(dx + o), turn));
    v128.store(dx + o, f32x4.div(rest, deviations));
  }
  if (d < D) {
    const o = (<usize>d) << 2;
    const g = f32x4.mul(loadPart(dy + o, D - d, 0), loadPart(gain + o, D - d, 0));
    const rest = f32x4.sub(f32x4.sub(g, shift), f32x4.mul(loadPart(dx + o, D - d, 0), turn));
    storePart(dx + o, f32x4.div(rest, deviations), D - d);
  }
}

/**
 * dgain[d] = Σ_t dy[t, d] · n[t, d] and dbias[d] = Σ_t dy[t, d], ascending from +0. Tested against `layerNormGradient`
 * and `rmsNormGradient`. Items are columns, in multiples of 4.
 */
export function normWeights(
  dy: usize,
  x: usize,
  moments: usize,
  dgain: usize,
  dbias: usize,
  T: i32,
  D: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let d = from; d < to; d += 4) {
    const count = to - d;
    let gains = f32x4.splat(0);
    let biases = gains;
    for (let t = 0; t < T; t++) {
      const o = (<usize>t * D + d) << 2;
      const slope = count < 4 ? loadPart(dy + o, count, 0) : v128.load(dy + o);
      const row = count < 4 ? loadPart(x + o, count, 0) : v128.load(x + o);
      const mean = v128.load32_splat(moments + ((<usize>t) << 3));
      const n = f32x4.div(f32x4.sub(row, mean), v128.load32_splat(moments + ((<usize>t) << 3), 4));
      gains = f32x4.add(gains, f32x4.mul(slope, n));
      biases = f32x4.add(biases, slope);
    }
    const o = (<usize>d) << 2;
    if (count < 4) {
      storePart(dgain + o, gains, count);
      storePart(dbias + o, biases, count);
    } else {
      v128.store(dgain + o, gains);
      v128.store(dbias + o, biases);
    }
  }
}
