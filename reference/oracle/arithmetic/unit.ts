// Units: what a number is a whole multiple of. Sums of multiples of one unit that stay small round nowhere.

const words = new DataView(new ArrayBuffer(8));

/** The largest power of two of which x is a multiple; Infinity for 0, 0 for what is not finite. */
export function unitOf(x: number): number {
  if (x === 0) return Infinity;
  if (!Number.isFinite(x)) return 0;
  words.setFloat64(0, x);
  const [high, low] = [words.getUint32(0), words.getUint32(4)];
  const exponent = (high >>> 20) & 0x7ff;
  if (exponent === 0) return 5e-324; // of subnormals, the least will do
  const zeros = low !== 0 ? trailing(low) : (high & 0xfffff) !== 0 ? 32 + trailing(high & 0xfffff) : 52;
  const biased = exponent - 52 + zeros;
  if (biased <= 0) return 5e-324;
  words.setUint32(0, biased << 20);
  words.setUint32(4, 0);
  return words.getFloat64(0);
}

const trailing = (word: number): number => 31 - Math.clz32(word & -word);

export const isPowerOfTwo = (x: number): boolean => x > 0 && unitOf(x) === x;
