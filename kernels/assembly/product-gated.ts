// The gated product: what a neuron reads, times its gate. Dense, or for open gates only; and the sums of columns.
import { dotEight } from "./product-dots";
import { product } from "./product-few";
import { addRow } from "./product-rows";
import { at } from "./strides";
import { wordsAt } from "./words";

/** Numbers of w at a time for several rows of x: 256 KiB, read from memory once and from L2 after that. */
const BLOCK: i32 = 65536;
/** Open gates that one list holds. */
const MOST_OPEN: i32 = 65536;

/**
 * h[t, f] = g[t, f] · Σ_d x[t, d] · w[f, d] + 0. Tested against `gatedLinear`.
 *
 * The product x · wᵀ of `matmul`, then the gate: a product behind it in memory is still in the cache.
 * x is [T, D], w [F, D], g and h [T, F]. Items: columns of h, so rows of w.
 */
export function gatedMatmul(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  gatedProduct<f32>(x, w, g, h, T, D, F, from, to, scratch);
}

/** `gatedMatmul` for w of any kind of words. */
export function gatedProduct<W>(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  product<W>(x, D, 1, w, 1, D, 0, h, T, D, F, from, to, scratch);
  for (let t = 0; t < T; t++) {
    gate(g + at(t, F), h + at(t, F), h + at(t, F), from, to, scratch);
  }
}

/**
 * The same, row f of w read only where g[t, f] ≠ 0; h is +0 elsewhere. Tested against `activeGatedLinear`.
 *
 * The open gates of a row of g are listed, then the rows of w behind them taken eight at a time.
 */
export function activeGatedMatmul(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  activeGatedProduct<f32>(x, w, g, h, T, D, F, from, to, scratch);
}

/** `activeGatedMatmul` for w of any kind of words. */
export function activeGatedProduct<W>(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const block = T === 1 ? MOST_OPEN : min(MOST_OPEN, max(64, BLOCK / max(1, D)));
  for (let f = from; f < to; f += block) {
    const end = min(f + block, to);
    for (let t = 0; t < T; t++) openGates<W>(x + at(t, D), w, g + at(t, F), h + at(t, F), D, f, end, scratch);
  }
}

/** One row of h, its columns from `from` to `to`. */
function openGates<W>(
  x: usize,
  w: usize,
  g: usize,
  h: usize,
  D: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const sums = scratch;
  const rows = scratch + 32;
  const list = scratch + 64;
  let open = 0;
  memory.fill(h + at(from, 1), 0, at(to - from, 1));
  for (let f = from; f < to; f++) {
    store<i32>(list + at(open, 1), f);
    open += i32(load<f32>(g + at(f, 1)) !== 0);
  }
  for (let i = 0; i < open; i += 8) {
    for (let r = 0; r < 8; r++) {
      const f = load<i32>(list + at(min(i + r, open - 1), 1)); // fewer than eight: the last is read again
      store<usize>(rows + at(r, 1), w + wordsAt<W>(f, D));
    }
    dotEight<W>(sums, x, 4, D, rows);
    for (let r = 0; r < min(8, open - i); r++) {
      const f = at(load<i32>(list + at(i + r, 1)), 1);
      store<f32>(h + f, load<f32>(g + f) * load<f32>(sums + at(r, 1)) + 0);
    }
  }
}

/** z = x ⊙ y + 0; z may be x or y. Items: elements. */
export function gate(x: usize, y: usize, z: usize, from: i32, to: i32, _scratch: usize): void {
  const zero = f32x4.splat(0);
  const end = at(to, 1);
  let i = at(from, 1);
  for (; i + 16 <= end; i += 16) {
    v128.store(z + i, f32x4.add(f32x4.mul(v128.load(x + i), v128.load(y + i)), zero));
  }
  for (; i < end; i += 4) store<f32>(z + i, load<f32>(x + i) * load<f32>(y + i) + 0);
}

/** y[c] = Σ_r x[r, c], from +0, ascending r: the slope of a bias. x is [R, C]. Items: columns. */
export function columnSums(x: usize, y: usize, R: i32, C: i32, from: i32, to: i32, _scratch: usize): void {
  memory.fill(y + at(from, 1), 0, at(to - from, 1));
  for (let r = 0; r < R; r++) addRow(y + at(from, 1), to - from, x + at(r, C) + at(from, 1));
}
