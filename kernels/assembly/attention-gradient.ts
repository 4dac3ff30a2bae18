// The slopes of causal attention over shared heads, tile by tile.
import { attendGradient1 } from "./attention-plain";
import { mixtures, pitchFor, products, rowsFor, weigh } from "./attention-rows";
import { clearHead, KEYS, rowOf, seenBy } from "./heads";
import { mix1, mix4 } from "./mixtures";
import { divide, throughSoftmax } from "./rows";

/**
 * `attendGradient1`, the same bits, for rows of one head that are worked on together. Items are the G shared heads.
 *
 * Version 2: p and the slope of the scores are kept for as many rows as scratch has room for, and every product runs in
 * registers as in `attend2`. What a key gathers from these rows is added to what it had from those before.
 */
export function attendGradient2(
  dy: usize,
  q: usize,
  k: usize,
  v: usize,
  dq: usize,
  dk: usize,
  dv: usize,
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
  const rows = rowsFor(2 * bytes, K);
  if (rows === 0) {
    attendGradient1(dy, q, k, v, dq, dk, dv, T, S, N, G, K, from, to, scratch);
    return;
  }
  const root = <f32>sqrt<f64>(<f64>K);
  const p = scratch + <usize>(K * KEYS * 4);
  const a = p + <usize>rows * bytes;
  for (let g = from; g < to; g++) {
    clearHead(dk, g, S, G, K);
    clearHead(dv, g, S, G, K);
    const group = (<usize>g * K) << 2;
    const last = (g + 1) * (N / G) * T;
    let r = g * (N / G) * T;
    while (r < last) {
      const end = min<i32>(r + rows, (r / T + 1) * T); // within a head
      products(q, k + group, p, bytes, T, S, N, G, K, r, end, scratch);
      weigh(p, bytes, T, S, K, r, end);
      products(dy, v + group, a, bytes, T, S, N, G, K, r, end, scratch);
      for (let i = r; i < end; i++) {
        const o = <usize>(i - r) * bytes;
        throughSoftmax(p + o, a + o, a + o, seenBy(i, T, S));
        divide(a + o, seenBy(i, T, S), root);
      }
      mixtures(a, bytes, k + group, dq, T, S, N, G, K, r, end);
      gather(a, bytes, q, dk + group, T, S, N, G, K, r, end);
      gather(p, bytes, dy, dv + group, T, S, N, G, K, r, end);
      r = end;
    }
  }
}

/** y[s] += Σ_r p[r, s] · x[r] over the rows r from `from` to `to`, of one head, that see s, ascending */
function gather(
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
  const step = (<usize>N * K) << 2;
  const first = x + rowOf(from, T, N, K);
  const rows = to - from;
  const hidden = seenBy(from, T, S) - 1; // row from + i is the first that sees key hidden + i
  const most = seenBy(to - 1, T, S);
  let s = 0;
  for (; s + 4 <= most; s += 4) {
    const all = min<i32>(rows, max<i32>(0, s + 3 - hidden)); // from there on all four keys are seen
    const weights = p + ((<usize>s) << 2);
    const out = y + pitch * <usize>s;
    for (let j = 0; j < 4; j++) {
      const begin = max<i32>(0, s + j - hidden);
      const at = weights + bytes * <usize>begin + ((<usize>j) << 2);
      mix1(at, bytes, first + step * <usize>begin, step, all - begin, out + pitch * <usize>j, 0, K);
    }
    mix4(weights + bytes * <usize>all, bytes, 4, first + step * <usize>all, step, rows - all, out, pitch, K);
  }
  for (; s < most; s++) {
    const begin = max<i32>(0, s - hidden);
    const at = p + bytes * <usize>begin + ((<usize>s) << 2);
    mix1(at, bytes, first + step * <usize>begin, step, rows - begin, y + pitch * <usize>s, 0, K);
  }
}
