// Random numbers by counting: draw i of a stream is a function of (seed, name, i) and of nothing else.
// A new stream shifts no other, and a checkpoint resumes a stream from its position alone.
import { cos, log } from "./elementary.ts";

/** Four 32-bit words, unsigned. */
export type Words = readonly [number, number, number, number];

const FIRST_MULTIPLIER = 0xd2511f53;
const SECOND_MULTIPLIER = 0xcd9e8d57;
const FIRST_KEY_STEP = 0x9e3779b9; // the fraction of the golden ratio, times 2^32
const SECOND_KEY_STEP = 0xbb67ae85; // √3 − 1, times 2^32
const ROUNDS = 10;

/** The upper 32 bits of the 64-bit product a · b, from 16-bit halves, whose products stay below 2^32. */
function highWord(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carried = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + (middle >>> 16) + (carried >>> 16);
}

/**
 * Philox 4x32-10: ten rounds of multiply and exclusive-or, which turn a counter into random words under a key.
 *
 * @see Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as 1, 2, 3
 */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [left, right] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const nextA = highWord(SECOND_MULTIPLIER, c) ^ b ^ left;
    const nextC = highWord(FIRST_MULTIPLIER, a) ^ d ^ right;
    b = Math.imul(SECOND_MULTIPLIER, c);
    d = Math.imul(FIRST_MULTIPLIER, a);
    a = nextA;
    c = nextC;
    left = (left + FIRST_KEY_STEP) | 0;
    right = (right + SECOND_KEY_STEP) | 0;
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}

/**
 * The 64-bit FNV-1a hash of the UTF-8 bytes of `text`, as its low and its high word.
 *
 * @see Fowler, Noll and Vo, The FNV non-cryptographic hash algorithm, RFC 9923
 */
export function hash(text: string): readonly [number, number] {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}

/** A sequence of random draws. Each call makes one draw and moves one position on; `integer` now and then more. */
export interface Stream {
  /** How many draws were made: with the seed and the name, all that a checkpoint has to keep. */
  readonly position: number;
  /** A number in [0, 1): each multiple of 2^-53 with the same chance. */
  uniform(): number;
  /** A number from the normal distribution with mean 0 and variance 1. */
  normal(): number;
  /** A whole number in [0, n): each with exactly the same chance. */
  integer(n: number): number;
  /** The items in a random order, in a fresh array: each order with the same chance. */
  shuffle<X>(items: readonly X[]): X[];
  /** A stream of the same seed and name, at a position of its own. */
  at(position: number): Stream;
}

const TWO_TO_32 = 4294967296;
const TWO_TO_53 = 9007199254740992;

/** 53 random bits from two words. */
const bits53 = (low: number, high: number): number => (high >>> 11) * TWO_TO_32 + low;

/**
 * The stream `name` under `seed`: draw i is Philox at counter (i, hash(name)) under the key `seed`.
 *
 * @param seed      a whole number in [0, 2^53)
 * @param name      what the draws are for, such as "weights" or "dropout 3"
 * @param position  draws to skip, for a run that resumes
 * @throws {RangeError} when seed or position is not a whole number in [0, 2^53)
 */
export function stream(seed: number, name: string, position = 0): Stream {
  checkWhole("stream", "seed", seed);
  checkWhole("stream", "position", position);
  const key = words(seed);
  const [nameLow, nameHigh] = hash(name);
  let drawn = position;

  const draw = (): Words => {
    const [low, high] = words(drawn++);
    return philox([low, high, nameLow, nameHigh], key);
  };

  const uniform = (): number => {
    const [a, b] = draw();
    return bits53(a, b) / TWO_TO_53;
  };

  // Box and Muller 1958: √(−2 log u) cos(2πv), with u in (0, 1], since log 0 is infinite.
  const normal = (): number => {
    const [a, b, c, d] = draw();
    const radius = Math.sqrt(-2 * log(1 - bits53(a, b) / TWO_TO_53));
    return radius * cos(2 * Math.PI * (bits53(c, d) / TWO_TO_53));
  };

  const integer = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > TWO_TO_53)
      throw new RangeError(`integer: n is ${n}; expected a whole number, 1 ≤ n ≤ 2^53`);
    const fair = TWO_TO_53 - (TWO_TO_53 % n); // a multiple of n: what lies above would favour small remainders
    for (;;) {
      const [a, b] = draw();
      const value = bits53(a, b);
      if (value < fair) return value % n;
    }
  };

  // Fisher and Yates, from the last place down.
  const shuffle = <X>(items: readonly X[]): X[] => {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = integer(i + 1);
      [out[i], out[j]] = [out[j] as X, out[i] as X];
    }
    return out;
  };

  return {
    get position() {
      return drawn;
    },
    uniform,
    normal,
    integer,
    shuffle,
    at: (elsewhere) => stream(seed, name, elsewhere),
  };
}

/** The low and the high word of a whole number below 2^53. */
const words = (n: number): readonly [number, number] => [n % TWO_TO_32, Math.floor(n / TWO_TO_32)];

function checkWhole(caller: string, argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${caller}: ${argument} is ${value}; expected a whole number in [0, 2^53)`);
}
