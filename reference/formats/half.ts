// The two 16-bit floats, F16 (5 exponent bits, 10 of mantissa) and BF16 (8 and 7), to and from wider ones.

/** Each F16 bit pattern as the float32 that equals it, subnormals, infinities and NaN payloads included. */
export function fromF16(bits: Uint16Array): Float32Array {
  const wide = new Float32Array(bits.length);
  const wideBits = new Uint32Array(wide.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] ?? 0;
    const exponent = (half >> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    const sign = (half & 0x8000) << 16;
    if (exponent === 0) {
      wide[i] = (sign < 0 ? -mantissa : mantissa) * SMALLEST_F16;
    } else {
      const rebased = exponent === 0x1f ? 0xff : exponent + (127 - 15);
      wideBits[i] = sign | (rebased << 23) | (mantissa << 13);
    }
  }
  return wide;
}

const SMALLEST_F16 = 1 / 0x1000000; // 2^-24

/** Each BF16 bit pattern as the float32 that equals it: BF16 is a float32 without its lower half. */
export function fromBF16(bits: Uint16Array): Float32Array {
  const wide = new Float32Array(bits.length);
  const wideBits = new Uint32Array(wide.buffer);
  for (let i = 0; i < bits.length; i++) wideBits[i] = (bits[i] ?? 0) << 16;
  return wide;
}

/** The F16 nearest to each number, ties to even, rounded once; past 65504 and its half step, infinity. */
export const toF16 = (numbers: ArrayLike<number>): Uint16Array => each(numbers, 5, 10);

/** The BF16 nearest to each number, ties to even, rounded once; any NaN becomes the quiet one. */
export const toBF16 = (numbers: ArrayLike<number>): Uint16Array => each(numbers, 8, 7);

// Not Uint16Array.from: engines list every number in an array first, 16 bytes each.
function each(numbers: ArrayLike<number>, exponentBits: number, mantissaBits: number): Uint16Array {
  const bits = new Uint16Array(numbers.length);
  for (let i = 0; i < bits.length; i++)
    bits[i] = nearest(numbers[i] ?? Number.NaN, exponentBits, mantissaBits);
  return bits;
}

const float64 = new DataView(new ArrayBuffer(8));

/**
 * The bits of the nearest float that has that many exponent and mantissa bits.
 *
 * |x| is a whole number of units of the last place, u · 2^(e − mantissaBits), once u is rounded. Those bits are then
 * the biased exponent, less one, above u: u brings its leading 1 along, and a carry into the exponent is right too.
 */
function nearest(x: number, exponentBits: number, mantissaBits: number): number {
  float64.setFloat64(0, x);
  const top = float64.getUint32(0);
  const sign = (top >>> 31) << (exponentBits + mantissaBits);
  const bias = (1 << (exponentBits - 1)) - 1;
  const infinity = (2 * bias + 1) << mantissaBits;
  if (Number.isNaN(x)) return sign | infinity | (1 << (mantissaBits - 1));
  if (Math.abs(x) === Number.POSITIVE_INFINITY) return sign | infinity;

  const exponent = Math.max(((top >>> 20) & 0x7ff) - 1023, 1 - bias); // the least is that of the subnormals
  if (exponent > bias) return sign | infinity;
  float64.setUint32(0, (exponent - mantissaBits + 1023) << 20);
  float64.setUint32(4, 0);
  const units = roundedToEven(Math.abs(x) / float64.getFloat64(0)); // a power of two: the quotient is exact
  return sign | Math.min(((exponent + bias - 1) << mantissaBits) + units, infinity);
}

const TO_UNITS = 6755399441055744; // 1.5 · 2^52: here float64 steps by one

/** The nearest whole number, ties to even, of 0 ≤ x < 2^51: adding leaves no room for a fraction. */
const roundedToEven = (x: number): number => x + TO_UNITS - TO_UNITS;
