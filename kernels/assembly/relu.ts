// The ReLU family f(z) with z = x − shift, and its slopes. Items are elements.
// z is worked out in float64, as the reference does: so every threshold falls where it falls there, and a result is the
// reference's own, rounded once.
import { narrow, wideHigh } from "./exponential";
import { loadPart, storePart } from "./lanes";

// The numbers by which kernels/ops/activation.ts names them.
const RELU: i32 = 0;
const RELU_SQUARED: i32 = 1;
const FATRELU: i32 = 2;

/** y = f(x − shift). Tested against `activate`. */
export function relu(
  x: usize,
  y: usize,
  kind: i32,
  shift: f64,
  threshold: f64,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let i = from; i < to; i += 4) {
    const o = (<usize>i) << 2;
    const part = to - i < 4;
    const values = part ? loadPart(x + o, to - i, 0) : v128.load(x + o);
    const low = f64x2.sub(f64x2.promote_low_f32x4(values), f64x2.splat(shift));
    const high = f64x2.sub(wideHigh(values), f64x2.splat(shift));
    const result = narrow(passed(kind, low, threshold), passed(kind, high, threshold));
    if (part) storePart(y + o, result, to - i);
    else v128.store(y + o, result);
  }
}

/** dx = dy ⊙ f′(x − shift), 0 where f has no slope. Tested against `activateGradient`. */
export function reluGradient(
  dy: usize,
  x: usize,
  dx: usize,
  kind: i32,
  shift: f64,
  threshold: f64,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let i = from; i < to; i += 4) {
    const o = (<usize>i) << 2;
    const part = to - i < 4;
    const values = part ? loadPart(x + o, to - i, 0) : v128.load(x + o);
    const slopes = part ? loadPart(dy + o, to - i, 0) : v128.load(dy + o);
    const low = f64x2.sub(f64x2.promote_low_f32x4(values), f64x2.splat(shift));
    const high = f64x2.sub(wideHigh(values), f64x2.splat(shift));
    const result = f32x4.mul(
      slopes,
      narrow(steepness(kind, low, threshold), steepness(kind, high, threshold)),
    );
    if (part) storePart(dx + o, result, to - i);
    else v128.store(dx + o, result);
  }
}

/** What is let through of z. −0 + 0 is +0: so every zero is +0. */
function passed(kind: i32, z: v128, threshold: f64): v128 {
  const zero = f64x2.splat(0);
  if (kind === RELU) return f64x2.add(f64x2.pmax(z, zero), zero); // pmax with z first lets NaN pass
  if (kind === RELU_SQUARED) return f64x2.mul(f64x2.pmax(z, zero), f64x2.pmax(z, zero));
  const edge = f64x2.splat(threshold);
  const closed = kind === FATRELU ? f64x2.lt(z, edge) : f64x2.le(z, edge);
  return f64x2.add(v128.andnot(z, closed), zero);
}

/** 1 where z is above the threshold and 0 elsewhere, or 2 · relu(z); NaN where z is NaN */
function steepness(kind: i32, z: v128, threshold: f64): v128 {
  const zero = f64x2.splat(0);
  if (kind === RELU_SQUARED) return f64x2.mul(f64x2.splat(2), f64x2.add(f64x2.pmax(z, zero), zero));
  const one = v128.and(f64x2.splat(1), f64x2.gt(z, f64x2.splat(kind === RELU ? 0 : threshold)));
  return v128.bitselect(z, one, f64x2.ne(z, z));
}
