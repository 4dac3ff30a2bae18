// Causal attention over shared heads, tile by tile. N query heads of width K read G heads of keys and values.
import { attend1 } from "./attention-plain";
import { mixtures, pitchFor, products, rowsFor, weigh } from "./attention-rows";
import { KEYS } from "./heads";

/**
 * `attend1`, the same bits, for rows that are worked on together. Items are rows: the T of query head 0, of head 1, ….
 *
 * Version 2: the keys of a tile are turned once for all rows that read them, which may be those of several heads; the
 * scores of four rows by eight keys, and the mixtures of four rows by eight columns, are held in registers.
 */
export function attend2(
  q: usize,
  k: usize,
  v: usize,
  y: usize,
  T: i32,
  S: i32,
  N: i32,
  G: i32,
  K: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const bytes = pitchFor(S);
  const rows = rowsFor(bytes, K);
  if (rows === 0) {
    attend1(q, k, v, y, T, S, N, G, K, from, to, scratch);
    return;
  }
  const p = scratch + <usize>(K * KEYS * 4);
  const together = (N / G) * T; // rows that read the same keys
  let r = from;
  while (r < to) {
    const g = r / together;
    const group = (<usize>g * K) << 2;
    const end = min<i32>(min<i32>(to, (g + 1) * together), r + rows);
    products(q, k + group, p, bytes, T, S, N, G, K, r, end, scratch);
    weigh(p, bytes, T, S, K, r, end);
    mixtures(p, bytes, v + group, y, T, S, N, G, K, r, end);
    r = end;
  }
}
