// The smooth activations f(z) with z = x − shift, and their slopes. Items are elements.
// With e = e^−|a| nothing overflows and the negative tail keeps its digits. What an exponential reads is float64, since
// in float32 e^−|a| would be off by |a| · u; what comes after it is float32.
import { exponentialOf, narrow, wideHigh } from "./exponential";
import { loadPart, storePart } from "./lanes";

// The numbers by which kernels/ops/activation.ts names them; gelu-tanh is the third. silu is swish with β = 1.
const SWISH: i32 = 0;
const GELU: i32 = 1;

/** y = f(x − shift). Tested against `activate`. */
export function smooth(
  x: usize,
  y: usize,
  kind: i32,
  shift: f64,
  beta: f64,
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
    const result = value(kind, low, high, beta);
    if (part) storePart(y + o, result, to - i);
    else v128.store(y + o, result);
  }
}

/** dx = dy ⊙ f′(x − shift). Tested against `activateGradient`. */
export function smoothGradient(
  dy: usize,
  x: usize,
  dx: usize,
  kind: i32,
  shift: f64,
  beta: f64,
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
    const result = f32x4.mul(slopes, slope(kind, low, high, beta));
    if (part) storePart(dx + o, result, to - i);
    else v128.store(dx + o, result);
  }
}

const GREATEST: f32 = 3.4028234663852886e38;

/**
 * z · sigmoid(a), a = βz or gelu-tanh's cubic: with e = e^−|a| the sigmoid is 1/(1 + e), or e/(1 + e) where a < 0.
 * gelu(z) = relu(z) − |z| · Φ(−|z|), Φ(−t) = tail(t) · e^(−t²/2).
 */
function value(kind: i32, low: v128, high: v128, beta: f64): v128 {
  const a = exponent(kind, low, beta);
  const b = exponent(kind, high, beta);
  const e = exponentialOf(f64x2.neg(f64x2.abs(a)), f64x2.neg(f64x2.abs(b)));
  const z = narrow(low, high);
  if (kind === GELU) {
    const zero = f32x4.splat(0);
    const open = v128.bitselect(f32x4.neg(zero), z, f32x4.lt(z, zero)); // −0 − 0 is −0
    return f32x4.sub(open, f32x4.mul(narrow(deficit(low), deficit(high)), e));
  }
  const one = f32x4.splat(1);
  const sigmoid = f32x4.div(v128.bitselect(e, one, negative(a, b)), f32x4.add(one, e));
  const least: f32 = kind === SWISH && beta <= 0 ? -Infinity : -GREATEST; // −Infinity · 0 is NaN, the limit −0
  return f32x4.mul(f32x4.pmax(z, f32x4.splat(least)), sigmoid);
}

/**
 * d where z < 0, and 1 − d where z > 0, by symmetry: d = e/(1 + e) · (1 − |z · a′|/(1 + e)), and for gelu
 * d = e^(−t²/2) · (tail(t) − t/√(2π)) with t = |z|.
 */
function slope(kind: i32, low: v128, high: v128, beta: f64): v128 {
  const z = kind === SWISH ? within(f64x2.mul(f64x2.splat(beta), low)) : within(low); // swish has at z the slope of silu at βz
  const w = kind === SWISH ? within(f64x2.mul(f64x2.splat(beta), high)) : within(high);
  const e = exponentialOf(
    f64x2.neg(f64x2.abs(exponent(kind, z, 1))),
    f64x2.neg(f64x2.abs(exponent(kind, w, 1))),
  );
  const one = f32x4.splat(1);
  let d: v128;
  if (kind === GELU) {
    d = f32x4.mul(e, narrow(surplus(z), surplus(w)));
  } else {
    const q = f32x4.div(one, f32x4.add(one, e));
    const m = kind === SWISH ? f32x4.abs(narrow(z, w)) : narrow(steepness(z), steepness(w));
    d = f32x4.mul(f32x4.mul(e, q), f32x4.sub(one, f32x4.mul(m, q)));
  }
  return v128.bitselect(d, f32x4.sub(one, d), negative(z, w));
}

/** |z · a′| of gelu-tanh's a; that of βz is |βz|. */
function steepness(z: v128): v128 {
  const square = f64x2.mul(f64x2.mul(f64x2.splat(3 * CUBIC), z), z);
  const slope = f64x2.mul(f64x2.splat(ROOT_8_OVER_PI), f64x2.add(f64x2.splat(1), square));
  return f64x2.mul(f64x2.abs(z), slope);
}

/** tail(t) − t/√(2π) with t = |z| */
function surplus(z: v128): v128 {
  const t = f64x2.abs(z);
  return f64x2.sub(tail(t), f64x2.mul(t, f64x2.splat(DENSITY)));
}

const CUBIC: f64 = 0.044715;
const ROOT_8_OVER_PI: f64 = 1.5957691216057308;
const DENSITY: f64 = 0.3989422804014327; // 1/√(2π)

/** What e^−|a| is wanted of: a = βz, gelu-tanh's a = 2 √(2/π) · (z + 0.044715 z³), or z²/2 for gelu */
function exponent(kind: i32, z: v128, beta: f64): v128 {
  if (kind === SWISH) return f64x2.mul(f64x2.splat(beta), z);
  if (kind === GELU) return f64x2.mul(f64x2.splat(0.5), f64x2.mul(z, z));
  const cube = f64x2.mul(f64x2.mul(f64x2.mul(f64x2.splat(CUBIC), z), z), z);
  return f64x2.mul(f64x2.splat(ROOT_8_OVER_PI), f64x2.add(z, cube));
}

/** |z| · tail(|z|). Beyond 120 all is over; without the bound Infinity · 0 would be NaN. */
function deficit(z: v128): v128 {
  const t = f64x2.pmin(f64x2.abs(z), f64x2.splat(120));
  return f64x2.mul(t, tail(t));
}

/** Numbers beyond ±120, Infinity among them, to ±120: every slope has come to its limit, and 120 · 0 is 0. */
function within(z: v128): v128 {
  return f64x2.pmin(f64x2.pmax(z, f64x2.splat(-120)), f64x2.splat(120));
}

/** All ones in the lanes where a < 0. */
function negative(low: v128, high: v128): v128 {
  const zero = f64x2.splat(0);
  return v128.shuffle<i32>(f64x2.lt(low, zero), f64x2.lt(high, zero), 0, 2, 4, 6);
}

/**
 * Φ(−t) e^(t²/2) = erfc(t/√2) e^(t²/2) / 2 for t from 0 to 15, where e^(−t²/2) has long been 0: s · P(s) with
 * s = 1/(1 + t/4), P by interpolation at ten Chebyshev nodes in s: within 0.23 u of itself.
 *
 * It falls like 1/t, not like e^(−t²/2), so a polynomial can follow it; in float64, as ten roundings would add up.
 */
function tail(t: v128): v128 {
  const s = f64x2.div(f64x2.splat(1), f64x2.add(f64x2.splat(1), f64x2.mul(t, f64x2.splat(0.25))));
  let p = f64x2.add(f64x2.mul(s, f64x2.splat(0.016071473480101073)), f64x2.splat(-0.06022585357719293));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.04611993903072448));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.03507515171923249));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.007866205653292123));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.08885935829004521));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.07138857169218793));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.09561157532845704));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.09948556839346362));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.09974801271349004));
  return f64x2.mul(s, p);
}
