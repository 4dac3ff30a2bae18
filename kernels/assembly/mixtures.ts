// Mixtures of rows, Σ_s p[s] · y[s]: what attention is made of. Each sum runs in ascending order in a lane of its own, so it
// is the same however many outputs are worked on together.

/**
 * out[c] += Σ_s p[s] · y[s, c] over `count` rows of y, for the columns from `left` to `right`: p[s] at p + s · step,
 * y[s] at y + s · pitch.
 */
export function mix1(
  p: usize,
  step: usize,
  y: usize,
  pitch: usize,
  count: i32,
  out: usize,
  left: i32,
  right: i32,
): void {
  if (count <= 0) return;
  const rows = pitch * <usize>count;
  let c = left;
  for (; c + 16 <= right; c += 16)
    strip16(p, step, y + ((<usize>c) << 2), pitch, rows, out + ((<usize>c) << 2));
  for (; c + 4 <= right; c += 4) {
    const o = out + ((<usize>c) << 2);
    let sum = v128.load(o);
    let weight = p;
    const end = y + ((<usize>c) << 2) + rows;
    for (let row = y + ((<usize>c) << 2); row !== end; row += pitch, weight += step) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight), v128.load(row)));
    }
    v128.store(o, sum);
  }
  for (; c < right; c++) {
    const o = out + ((<usize>c) << 2);
    let sum = load<f32>(o);
    let weight = p;
    const end = y + ((<usize>c) << 2) + rows;
    for (let row = y + ((<usize>c) << 2); row !== end; row += pitch, weight += step) {
      sum += load<f32>(weight) * load<f32>(row);
    }
    store<f32>(o, sum);
  }
}

/** Sixteen columns, four sums side by side: each waits for its own last addition only. */
function strip16(p: usize, step: usize, y: usize, pitch: usize, rows: usize, out: usize): void {
  let sum0 = v128.load(out);
  let sum1 = v128.load(out, 16);
  let sum2 = v128.load(out, 32);
  let sum3 = v128.load(out, 48);
  for (const end = y + rows; y !== end; y += pitch, p += step) {
    const weight = v128.load32_splat(p);
    sum0 = f32x4.add(sum0, f32x4.mul(weight, v128.load(y)));
    sum1 = f32x4.add(sum1, f32x4.mul(weight, v128.load(y, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(weight, v128.load(y, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(weight, v128.load(y, 48)));
  }
  v128.store(out, sum0);
  v128.store(out, sum1, 16);
  v128.store(out, sum2, 32);
  v128.store(out, sum3, 48);
}

/**
 * `mix1` for four outputs, `outPitch` bytes apart, over K columns; the weights of the next are `next` bytes further on.
 * Each row of y is read once for the four.
 */
export function mix4(
  p: usize,
  step: usize,
  next: usize,
  y: usize,
  pitch: usize,
  count: i32,
  out: usize,
  outPitch: usize,
  K: i32,
): void {
  if (count <= 0) return;
  const rows = pitch * <usize>count;
  let c = 0;
  for (; c + 8 <= K; c += 8) {
    const o = (<usize>c) << 2;
    tile(p, step, next, y + o, pitch, rows, out + o, outPitch);
  }
  for (let r: usize = 0; r < 4 && c < K; r++) {
    mix1(p + r * next, step, y, pitch, count, out + r * outPitch, c, K);
  }
}

/**
 * Four outputs by eight columns: eight sums of four lanes, and what feeds them, fill the sixteen registers. One pointer
 * a stream and no counter, so that none of them is pushed out to the stack.
 */
function tile(
  p: usize,
  step: usize,
  next: usize,
  y: usize,
  pitch: usize,
  rows: usize,
  out: usize,
  outPitch: usize,
): void {
  const out1 = out + outPitch;
  const out2 = out1 + outPitch;
  const out3 = out2 + outPitch;
  const next2 = next + next;
  const next3 = next2 + next;
  let a0 = v128.load(out);
  let a1 = v128.load(out, 16);
  let b0 = v128.load(out1);
  let b1 = v128.load(out1, 16);
  let c0 = v128.load(out2);
  let c1 = v128.load(out2, 16);
  let d0 = v128.load(out3);
  let d1 = v128.load(out3, 16);
  for (const end = y + rows; y !== end; y += pitch, p += step) {
    const y0 = v128.load(y);
    const y1 = v128.load(y, 16);
    let weight = v128.load32_splat(p);
    a0 = f32x4.add(a0, f32x4.mul(weight, y0));
    a1 = f32x4.add(a1, f32x4.mul(weight, y1));
    weight = v128.load32_splat(p + next);
    b0 = f32x4.add(b0, f32x4.mul(weight, y0));
    b1 = f32x4.add(b1, f32x4.mul(weight, y1));
    weight = v128.load32_splat(p + next2);
    c0 = f32x4.add(c0, f32x4.mul(weight, y0));
    c1 = f32x4.add(c1, f32x4.mul(weight, y1));
    weight = v128.load32_splat(p + next3);
    d0 = f32x4.add(d0, f32x4.mul(weight, y0));
    d1 = f32x4.add(d1, f32x4.mul(weight, y1));
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out1, b0);
  v128.store(out1, b1, 16);
  v128.store(out2, c0);
  v128.store(out2, c1, 16);
  v128.store(out3, d0);
  v128.store(out3, d1, 16);
}
