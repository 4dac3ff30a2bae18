// Weights as they are stored: float32, or words of 16 bits that are widened in registers. Which, a type says when this is
// compiled, so that one text of a product serves all three: f32, u16 for BF16, i16 for F16. Widening is exact.

/** `count` times `stride` numbers, in bytes. */
export function wordsAt<W>(count: i32, stride: i32): usize {
  return <usize>count * <usize>stride * sizeof<W>();
}

/** So many bytes of float32 numbers as bytes of words. */
export function scaled<W>(bytes: usize): usize {
  return sizeof<W>() === 4 ? bytes : bytes >> 1;
}

/** The first four numbers from an address on. */
export function quad0<W>(at: usize): v128 {
  return isFloat<W>() ? v128.load(at) : widened<W>(v128.load64_zero(at));
}

/** The second four. */
export function quad1<W>(at: usize): v128 {
  return isFloat<W>() ? v128.load(at, 16) : widened<W>(v128.load64_zero(at, 8));
}

/** The third four. */
export function quad2<W>(at: usize): v128 {
  return isFloat<W>() ? v128.load(at, 32) : widened<W>(v128.load64_zero(at, 16));
}

/** The last four of sixteen. */
export function quad3<W>(at: usize): v128 {
  return isFloat<W>() ? v128.load(at, 48) : widened<W>(v128.load64_zero(at, 24));
}

/** One number. */
export function word<W>(at: usize): f32 {
  return isFloat<W>() ? load<f32>(at) : f32x4.extract_lane(widened<W>(v128.load16_splat(at)), 0);
}

/**
 * The low four words of eight as float32 numbers.
 *
 * BF16 is the upper half of a float32. F16 has an exponent that counts from 15 instead of 127: its bits, moved to where a
 * float32 has them, mean a number 2^112 times too small, subnormals too. Its infinities and NaN then lack an exponent of
 * ones.
 */
function widened<W>(words: v128): v128 {
  if (!isSigned<W>()) return v128.shuffle<i16>(i32x4.splat(0), words, 0, 8, 1, 9, 2, 10, 3, 11);
  const bits = v128.and(i32x4.shl(i32x4.extend_low_i16x8_s(words), 13), i32x4.splat(0x8fffe000));
  const exponent = i32x4.splat(0x0f800000);
  const special = v128.and(i32x4.eq(v128.and(bits, exponent), exponent), i32x4.splat(0x7f800000));
  return v128.or(f32x4.mul(bits, i32x4.splat(0x77800000)), special); // the bits of 2^112
}

/** The first four of eight words. */
export function low<W>(words: v128): v128 {
  return widened<W>(words);
}

/** The last four. */
export function high<W>(words: v128): v128 {
  if (!isSigned<W>()) return v128.shuffle<i16>(i32x4.splat(0), words, 4, 12, 5, 13, 6, 14, 7, 15); // one instruction
  return widened<W>(v128.shuffle<i64>(words, words, 1, 1));
}
