// What training changes in place. Items are elements, but for `squares`.

/** total += x. Tested against `accumulate`. */
export function accumulate(total: usize, x: usize, from: i32, to: i32, _scratch: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(total + o, f32x4.add(v128.load(total + o), v128.load(x + o)));
  }
  for (; i < to; i++) {
    const o = (<usize>i) << 2;
    store<f32>(total + o, load<f32>(total + o) + load<f32>(x + o));
  }
}

/** x = 0. Tested against `clear`. */
export function clear(x: usize, from: i32, to: i32, _scratch: usize): void {
  memory.fill(x + ((<usize>from) << 2), 0, (<usize>(to - from)) << 2);
}

/** Elements in a chunk of `squares`. */
const CHUNK: i32 = 4096;

/**
 * sums[c] = Σ x² over the elements 4096c to 4096c + 4095 of n, in float64. Tested against `squares`.
 *
 * Items are chunks, so that no thread's share moves a bit of a sum; whoever asked adds the chunks up in order. Lane l
 * of two adds the elements l, l + 2, …, then lane 0 + lane 1.
 */
export function squares(x: usize, sums: usize, n: i32, from: i32, to: i32, _scratch: usize): void {
  for (let c = from; c < to; c++) {
    const end = min<i32>(n, (c + 1) * CHUNK);
    let sum = f64x2.splat(0);
    let i = c * CHUNK;
    for (; i + 2 <= end; i += 2) {
      const two = f64x2.promote_low_f32x4(v128.load64_zero(x + ((<usize>i) << 2)));
      sum = f64x2.add(sum, f64x2.mul(two, two));
    }
    let first = f64x2.extract_lane(sum, 0);
    if (i < end) {
      const last = <f64>load<f32>(x + ((<usize>i) << 2));
      first += last * last;
    }
    store<f64>(sums + ((<usize>c) << 3), first + f64x2.extract_lane(sum, 1));
  }
}

/**
 * With g = scale · slope: first = β1 · first + left1 · g, second = β2 · second + left2 · g² (left = 1 − β), then
 * w −= rate · (first/correction1 / (√(second/correction2) + ε) + decay · w). Tested against `adamw`.
 *
 * One pass: each number is read and written once, where an operator for each step would take the memory's time ten times.
 */
export function adamw(
  w: usize,
  first: usize,
  second: usize,
  slope: usize,
  rate: f32,
  beta1: f32,
  left1: f32,
  beta2: f32,
  left2: f32,
  epsilon: f32,
  decay: f32,
  scale: f32,
  correction1: f32,
  correction2: f32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const o = (<usize>i) << 2;
    const g = f32x4.mul(f32x4.splat(scale), v128.load(slope + o));
    const before = v128.load(first + o);
    const m = f32x4.add(f32x4.mul(f32x4.splat(beta1), before), f32x4.mul(f32x4.splat(left1), g));
    const square = f32x4.mul(f32x4.splat(left2), f32x4.mul(g, g));
    const v = f32x4.add(f32x4.mul(f32x4.splat(beta2), v128.load(second + o)), square);
    v128.store(first + o, m);
    v128.store(second + o, v);
    const size = f32x4.add(f32x4.sqrt(f32x4.div(v, f32x4.splat(correction2))), f32x4.splat(epsilon));
    const direction = f32x4.div(f32x4.div(m, f32x4.splat(correction1)), size);
    const weight = v128.load(w + o);
    const step = f32x4.add(direction, f32x4.mul(f32x4.splat(decay), weight));
    v128.store(w + o, f32x4.sub(weight, f32x4.mul(f32x4.splat(rate), step)));
  }
  for (; i < to; i++) {
    const o = (<usize>i) << 2;
    const g: f32 = scale * load<f32>(slope + o);
    const m: f32 = beta1 * load<f32>(first + o) + left1 * g;
    const v: f32 = beta2 * load<f32>(second + o) + left2 * (g * g);
    store<f32>(first + o, m);
    store<f32>(second + o, v);
    const direction: f32 = m / correction1 / (sqrt<f32>(v / correction2) + epsilon);
    const weight = load<f32>(w + o);
    store<f32>(w + o, weight - rate * (direction + decay * weight));
  }
}
