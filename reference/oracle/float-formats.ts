// The float formats that kernels keep numbers in: how finely they are spaced, where they end, and rounding to them.

/** Element types of tensors of numbers. */
export type FloatDtype = "F64" | "F32" | "F16" | "BF16";

/** What a sum may be kept in. */
export type Accumulator = "f64" | "f32" | "f16" | "bf16" | "tc-fp32";

export interface FloatFormat {
  /** significant bits, the hidden one included */
  readonly precision: number;
  /** unit roundoff: a result is at most this far from the truth, relative */
  readonly u: number;
  /** the smallest positive number, a subnormal */
  readonly eta: number;
  /** the smallest normal number */
  readonly tiny: number;
  /** the largest number */
  readonly max: number;
}

const F64: FloatFormat = {
  precision: 53,
  u: 1.1102230246251565e-16, // 2^-53
  eta: 5e-324, // 2^-1074
  tiny: 2.2250738585072014e-308, // 2^-1022
  max: Number.MAX_VALUE,
};

const F32: FloatFormat = {
  precision: 24,
  u: 1 / 0x1000000, // 2^-24
  eta: 1.401298464324817e-45, // 2^-149
  tiny: 1.1754943508222875e-38, // 2^-126
  max: 3.4028234663852886e38,
};

const F16: FloatFormat = {
  precision: 11,
  u: 0.00048828125, // 2^-11
  eta: 1 / 0x1000000, // 2^-24
  tiny: 0.00006103515625, // 2^-14
  max: 65504,
};

const BF16: FloatFormat = {
  precision: 8,
  u: 0.00390625, // 2^-8
  eta: 9.183549615799121e-41, // 2^-133
  tiny: 1.1754943508222875e-38, // 2^-126
  max: 3.3895313892515355e38,
};

export const FORMATS: Readonly<Record<FloatDtype, FloatFormat>> = { F64, F32, F16, BF16 };

/**
 * The format that a sum is kept in. Tensor cores line the terms of a block up and cut them off: a float32 whose unit
 * roundoff is twice as large.
 *
 * @see Fasi, Higham, Mikaitis and Pranesh 2021, Numerical behavior of NVIDIA tensor cores
 */
export const ACCUMULATORS: Readonly<Record<Accumulator, FloatFormat>> = {
  f64: F64,
  f32: F32,
  f16: F16,
  bf16: BF16,
  "tc-fp32": { ...F32, u: 1.1920928955078125e-7 },
};

const words = new DataView(new ArrayBuffer(8));

/**
 * The number of the format next to x, ties to even; past its largest and half a step, infinity.
 *
 * x is brought to where float64 steps by the format's own step, by adding 1.5 · 2^52 steps, and back: both exact.
 */
export function roundedTo(format: FloatFormat, x: number): number {
  if (format.precision === 53 || x === 0 || !Number.isFinite(x)) return x;
  if (format.precision === 24) return Math.fround(x);
  const size = Math.abs(x);
  if (size >= 2 * format.max) return x < 0 ? -Infinity : Infinity;
  const anchor = 6755399441055744 * stepAt(format, size);
  const near = size + anchor - anchor;
  const kept = near > format.max ? Infinity : near;
  return x < 0 ? -kept : kept;
}

/** The distance between neighbours at x > 0: a power of two. */
export const stepAt = (format: FloatFormat, x: number): number =>
  x < 2 * format.tiny ? format.eta : 2 * format.u * powerOfTwoBelow(x);

/** 2^⌊log2 x⌋, for normal x > 0. */
export function powerOfTwoBelow(x: number): number {
  words.setFloat64(0, x);
  words.setUint32(0, words.getUint32(0) & 0x7ff00000);
  words.setUint32(4, 0);
  return words.getFloat64(0);
}

/** The number of the format next to x on the side of zero. */
export function truncatedTo(format: FloatFormat, x: number): number {
  const near = roundedTo(format, x);
  if (!Number.isFinite(near)) return Number.isFinite(x) ? Math.sign(x) * format.max : x;
  if (Math.abs(near) <= Math.abs(x)) return near;
  const step = stepAt(format, Math.abs(x));
  return near < 0 ? near + step : near - step;
}
