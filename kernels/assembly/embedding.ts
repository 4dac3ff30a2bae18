// Rows of a table [V, D], looked up and added to.
import { quad0, word, wordsAt } from "./words";

/** x[t] = table[tokens[t]]. Tested against `embed`. Items are rows of x. */
export function embed(
  tokens: usize,
  table: usize,
  x: usize,
  D: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  const bytes = (<usize>D) << 2;
  for (let t = from; t < to; t++) {
    const row = table + bytes * <usize>load<i32>(tokens + ((<usize>t) << 2));
    memory.copy(x + bytes * <usize>t, row, bytes);
  }
}

/** `embed` over BF16. */
export function embedBF16(
  tokens: usize,
  table: usize,
  x: usize,
  D: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) widenRow<u16>(tokens, table, x, D, t);
}

/** `embed` over F16. */
export function embedF16(
  tokens: usize,
  table: usize,
  x: usize,
  D: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) widenRow<i16>(tokens, table, x, D, t);
}

function widenRow<W>(tokens: usize, table: usize, x: usize, D: i32, t: i32): void {
  const row = table + wordsAt<W>(load<i32>(tokens + ((<usize>t) << 2)), D);
  const y = x + ((<usize>D * <usize>t) << 2);
  let d = 0;
  for (; d + 4 <= D; d += 4) v128.store(y + ((<usize>d) << 2), quad0<W>(row + wordsAt<W>(d, 1)));
  for (; d < D; d++) store<f32>(y + ((<usize>d) << 2), word<W>(row + wordsAt<W>(d, 1)));
}

/**
 * dtable[v] = Σ_t dx[t] over the t with tokens[t] = v, ascending from +0. Tested against `embedGradient`.
 *
 * Items are rows of the table: each share reads all tokens, which are few, and adds up those that are its own.
 */
export function embedGradient(
  dx: usize,
  tokens: usize,
  dtable: usize,
  T: i32,
  D: i32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  const bytes = (<usize>D) << 2;
  memory.fill(dtable + bytes * <usize>from, 0, bytes * <usize>(to - from));
  for (let t = 0; t < T; t++) {
    const v = load<i32>(tokens + ((<usize>t) << 2));
    if (v < from || v >= to) continue;
    addRow(dtable + bytes * <usize>v, dx + bytes * <usize>t, D);
  }
}

/** y += x */
function addRow(y: usize, x: usize, n: i32): void {
  let d = 0;
  for (; d + 4 <= n; d += 4) {
    const o = (<usize>d) << 2;
    v128.store(y + o, f32x4.add(v128.load(y + o), v128.load(x + o)));
  }
  for (; d < n; d++) {
    const o = (<usize>d) << 2;
    store<f32>(y + o, load<f32>(y + o) + load<f32>(x + o));
  }
}
