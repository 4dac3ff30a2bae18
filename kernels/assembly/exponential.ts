// e^x, four numbers at a time, from + − × alone: x = n · ln 2 + r, e^x = 2^n · e^r, with |r| no more than ln 2 / 2.

// ln 2 in two parts. The first has 16 bits, so that n times it is exact in float32 and so is what is left of x.
const LN2_HIGH: f32 = 0.693145751953125;
const LN2_LOW: f32 = 1.428606765330187e-6;

// 1.5 · 2^23 and 1.5 · 2^52: a number to which one of them is added is rounded to the nearest whole one, which is
// then in the low bits. One addition, where a conversion to integers is five instructions on some machines.
const ROUND: f32 = 12582912;
const ROUND_BITS: i32 = 0x4b400000;
const ROUND_DOUBLE: f64 = 6755399441055744;

// Beyond these e^x is 0 or Infinity in float32.
const LEAST: f32 = -105;
const MOST: f32 = 89.5;

// (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2, by interpolation at five Chebyshev nodes: within 0.17 u of e^r.
const C0: f32 = 0.5;
const C1: f32 = 0.16666577756404877;
const C2: f32 = 0.041666556149721146;
const C3: f32 = 0.008363173343241215;
const C4: f32 = 0.0013926175888627768;

/** e^x of four float32 numbers, within 2 u = 2^-23 of itself; subnormal results within 2^-149. NaN stays NaN. */
export function exponential(x: v128): v128 {
  // pmin and pmax with x first let NaN pass, in one instruction each.
  const inside = f32x4.pmin(f32x4.pmax(x, f32x4.splat(LEAST)), f32x4.splat(MOST));
  const shifted = f32x4.add(f32x4.mul(inside, f32x4.splat(<f32>Math.LOG2E)), f32x4.splat(ROUND));
  const n = f32x4.sub(shifted, f32x4.splat(ROUND));
  const first = f32x4.sub(inside, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  const r = f32x4.sub(first, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  return scaled(power(r), i32x4.sub(shifted, i32x4.splat(ROUND_BITS)));
}

/** e^x of two pairs of float64 numbers, rounded to float32: for an x that float32 would round too coarsely. */
export function exponentialOf(low: v128, high: v128): v128 {
  const a = inside(low);
  const b = inside(high);
  const m = shifted(a);
  const n = shifted(b);
  return scaled(power(narrow(rest(a, m), rest(b, n))), v128.shuffle<i32>(m, n, 0, 2, 4, 6));
}

/** e^x of one float32 number: the same bits as in four. */
export function exponentialOne(x: f32): f32 {
  return f32x4.extract_lane(exponential(f32x4.splat(x)), 0);
}

/** Two pairs of float64 numbers as four float32 ones. */
export function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** The last two of four float32 numbers as float64; `f64x2.promote_low_f32x4` has the first two. */
export function wideHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

function inside(x: v128): v128 {
  return f64x2.pmin(f64x2.pmax(x, f64x2.splat(LEAST)), f64x2.splat(MOST));
}

function shifted(x: v128): v128 {
  return f64x2.add(f64x2.mul(x, f64x2.splat(Math.LOG2E)), f64x2.splat(ROUND_DOUBLE));
}

function rest(x: v128, shifted: v128): v128 {
  const n = f64x2.sub(shifted, f64x2.splat(ROUND_DOUBLE));
  return f64x2.sub(x, f64x2.mul(n, f64x2.splat(Math.LN2)));
}

/** e^r for |r| ≤ ln 2 / 2. The 1 is added last, so that only one rounding is of full size. */
function power(r: v128): v128 {
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(C4)), f32x4.splat(C3));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C2));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C1));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(C0));
  return f32x4.add(f32x4.splat(1), f32x4.add(r, f32x4.mul(f32x4.mul(r, r), p)));
}

/** y · 2^n, n from −151 to 129, in two steps: one power of two would not be a float32, and subnormals round once. */
function scaled(y: v128, n: v128): v128 {
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}
