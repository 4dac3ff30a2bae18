// The steps of attention for rows that are worked on together: scores, weights, mixtures; and how many fit into scratch.
import { fourFrom, KEYS, rowOf, seenBy, turnKeys } from "./heads";
import { mix1, mix4 } from "./mixtures";
import { divide, exponentials, greatestOf } from "./rows";

const SCRATCH: i32 = 1048576;

/** Bytes of a row of scores, filled up to whole tiles, one at least. */
export function pitchFor(S: i32): i32 {
  return max<i32>(1, (S + KEYS - 1) / KEYS) * KEYS * 4;
}

/** How many rows, a multiple of 4, the scratch room has beside a tile of keys, where a row takes so many bytes. */
export function rowsFor(bytes: i32, K: i32): i32 {
  return K > 4096 || bytes > SCRATCH ? 0 : ((SCRATCH - K * KEYS * 4) / bytes) & -4;
}

/**
 * out[r, s] = x[r] · y[s] for the rows r from `from` to `to` and the keys s they see: with the keys turned, mixtures of
 * the rows of a tile.
 */
export function products(
  x: usize,
  y: usize,
  out: usize,
  bytes: usize,
  T: i32,
  S: i32,
  N: i32,
  G: i32,
  K: i32,
  from: i32,
  to: i32,
  tile: usize,
): void {
  const pitch = (<usize>G * K) << 2;
  const most = from / T === (to - 1) / T ? seenBy(to - 1, T, S) : S;
  memory.fill(out, 0, bytes * <usize>(to - from));
  for (let s = 0; s < most; s += KEYS) {
    turnKeys(y + pitch * <usize>s, pitch, min<i32>(KEYS, most - s), K, tile);
    let at = out + ((<usize>s) << 2);
    let r = from;
    while (r < to) {
      const a = x + rowOf(r, T, N, K);
      if (fourFrom(r, to, T)) {
        const next = rowOf(r + 1, T, N, K) - rowOf(r, T, N, K);
        const count = eights(seenBy(r + 3, T, S) - s);
        mix4(a, 4, next, tile, KEYS << 2, K, at, bytes, count);
        at += 4 * bytes;
        r += 4;
      } else {
        mix1(a, 4, tile, KEYS << 2, K, at, 0, eights(seenBy(r, T, S) - s));
        at += bytes;
        r += 1;
      }
    }
  }
}

/** Keys of a tile that are worked on where `count` are wanted: whole eights, none where the row ends before the tile. */
function eights(count: i32): i32 {
  return min<i32>(KEYS, (max<i32>(0, count) + 7) & -8);
}

/** Scores q · k to p = softmax(q · k / √K), row by row. */
export function weigh(p: usize, bytes: usize, T: i32, S: i32, K: i32, from: i32, to: i32): void {
  const root = <f32>sqrt<f64>(<f64>K);
  for (let r = from; r < to; r++) {
    const seen = seenBy(r, T, S);
    divide(p, seen, root);
    divide(p, seen, exponentials(p, p, seen, greatestOf(p, seen)));
    p += bytes;
  }
}

/** y[r] = Σ_s p[r, s] · x[s] over the s that row r sees */
export function mixtures(
  p: usize,
  bytes: usize,
  x: usize,
  y: usize,
  T: i32,
  S: i32,
  N: i32,
  G: i32,
  K: i32,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>G * K) << 2;
  for (let r = from; r < to; r++) memory.fill(y + rowOf(r, T, N, K), 0, (<usize>K) << 2);
  let r = from;
  while (r < to) {
    const seen = seenBy(r, T, S);
    const a = y + rowOf(r, T, N, K);
    if (!fourFrom(r, to, T)) {
      mix1(p, 4, x, pitch, seen, a, 0, K);
      p += bytes;
      r += 1;
      continue;
    }
    const next = rowOf(r + 1, T, N, K) - rowOf(r, T, N, K);
    mix4(p, 4, bytes, x, pitch, seen, a, next, K);
    const later = x + pitch * <usize>seen; // what the second sees beyond the first, and so on
    for (let i = 1; i < 4; i++) {
      const more = seenBy(r + i, T, S) - seen;
      mix1(p + bytes * <usize>i + ((<usize>seen) << 2), 4, later, pitch, more, a + next * <usize>i, 0, K);
    }
    p += 4 * bytes;
    r += 4;
  }
}
