// Where the rows of heads lie, how far they see, and keys turned so that products run across them.

/** The head and position of row r, the rows of head 0 first, as an offset in [T, N·K], in bytes. */
export function rowOf(r: i32, T: i32, N: i32, K: i32): usize {
  return ((<usize>(r % T) * N + <usize>(r / T)) * K) << 2;
}

/** Whether rows r to r + 3 are there and equally far apart: those of one head are, and those of heads when T is 1. */
export function fourFrom(r: i32, to: i32, T: i32): bool {
  return r + 4 <= to && (T === 1 || r / T === (r + 3) / T);
}

/** How many keys row r sees: the last query sees the last key. */
export function seenBy(r: i32, T: i32, S: i32): i32 {
  return S - T + (r % T) + 1;
}

/** Zeros in the columns of head g of [S, G·K]. */
export function clearHead(x: usize, g: i32, S: i32, G: i32, K: i32): void {
  for (let s = 0; s < S; s++) memory.fill(x + (((<usize>s * G + g) * K) << 2), 0, (<usize>K) << 2);
}

/** Keys in a tile: with heads of 32 to 128 columns 4 to 16 KiB, half of the first cache at most. */
export const KEYS: i32 = 32;

/**
 * tile[i, j] = y[s + j, i] for count ≤ KEYS keys, 0 for the keys that are missing. So the keys lie side by side, and
 * the lanes of a product run across keys instead of along the sum.
 */
export function turnKeys(y: usize, pitch: usize, count: i32, K: i32, tile: usize): void {
  let i = 0;
  for (; i + 4 <= K; i += 4) {
    let j = 0;
    for (; j + 4 <= count; j += 4) {
      const at = y + pitch * <usize>j + ((<usize>i) << 2);
      turn4(at, pitch, tile + ((<usize>(i * KEYS + j)) << 2));
    }
    for (; j < KEYS; j++) for (let e = i; e < i + 4; e++) turnOne(y, pitch, count, e, j, tile);
  }
  for (; i < K; i++) for (let j = 0; j < KEYS; j++) turnOne(y, pitch, count, i, j, tile);
}

function turnOne(y: usize, pitch: usize, count: i32, i: i32, j: i32, tile: usize): void {
  const value: f32 = j < count ? load<f32>(y + pitch * <usize>j + ((<usize>i) << 2)) : 0;
  store<f32>(tile + ((<usize>(i * KEYS + j)) << 2), value);
}

/** Four elements of four keys, turned. */
function turn4(at: usize, pitch: usize, to: usize): void {
  const a = v128.load(at);
  const b = v128.load(at + pitch);
  const c = v128.load(at + 2 * pitch);
  const d = v128.load(at + 3 * pitch);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
  v128.store(to + (KEYS << 2), v128.shuffle<f64>(ab, cd, 1, 3));
  v128.store(to + (KEYS << 3), v128.shuffle<f64>(abHigh, cdHigh, 0, 2));
  v128.store(to + KEYS * 12, v128.shuffle<f64>(abHigh, cdHigh, 1, 3));
}
