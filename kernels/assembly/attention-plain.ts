// Causal attention as it is written, one number after the other: what the fast forms are tested against, bit for bit,
// and what they leave to it when a row of scores is too long for the scratch room, since it keeps none.
import { exponentialOne } from "./exponential";
import { clearHead, rowOf, seenBy } from "./heads";

/** Σ_i x[i] · y[i], ascending from +0 */
function product(x: usize, y: usize, K: i32): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < K; i++) sum += load<f32>(x + ((<usize>i) << 2)) * load<f32>(y + ((<usize>i) << 2));
  return sum;
}

/** y += weight · x */
function addTo(y: usize, weight: f32, x: usize, K: i32): void {
  for (let i = 0; i < K; i++) {
    const o = (<usize>i) << 2;
    store<f32>(y + o, load<f32>(y + o) + weight * load<f32>(x + o));
  }
}

/** The greatest score of a row. */
function topOf(query: usize, keys: usize, pitch: usize, seen: i32, K: i32, root: f32): f32 {
  let top: f32 = -Infinity;
  for (let s = 0; s < seen; s++) top = max<f32>(top, product(query, keys + pitch * <usize>s, K) / root);
  return top;
}

/** exp(score − top) of key s */
function exponentialAt(query: usize, key: usize, K: i32, root: f32, top: f32): f32 {
  return exponentialOne(product(query, key, K) / root - top);
}

/** Lane s mod 4 of four, which begin as zeros. */
function addToLane(lanes: usize, s: i32, value: f32): void {
  const at = lanes + ((<usize>(s & 3)) << 2);
  store<f32>(at, load<f32>(at) + value);
}

function sumOfLanes(lanes: usize): f32 {
  return load<f32>(lanes) + load<f32>(lanes, 4) + (load<f32>(lanes, 8) + load<f32>(lanes, 12));
}

/**
 * y[t, n] = Σ_s p[s] · v[s, g], p = softmax over s ≤ S − T + t of q[t, n] · k[s, g] / √K. Tested against `attend`.
 * Items are rows: the T of query head 0, those of head 1, ….
 *
 * Version 1: a score is worked out afresh each time it is wanted: for the greatest, for the total, for the mixture.
 */
export function attend1(
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
  const root = <f32>sqrt<f64>(<f64>K);
  const pitch = (<usize>G * K) << 2;
  for (let r = from; r < to; r++) {
    const query = q + rowOf(r, T, N, K);
    const out = y + rowOf(r, T, N, K);
    const group = (<usize>(r / T / (N / G)) * K) << 2;
    const seen = seenBy(r, T, S);
    const top = topOf(query, k + group, pitch, seen, K, root);
    memory.fill(scratch, 0, 16);
    for (let s = 0; s < seen; s++) {
      addToLane(scratch, s, exponentialAt(query, k + group + pitch * <usize>s, K, root, top));
    }
    const sum = sumOfLanes(scratch);
    memory.fill(out, 0, (<usize>K) << 2);
    for (let s = 0; s < seen; s++) {
      const o = group + pitch * <usize>s;
      addTo(out, exponentialAt(query, k + o, K, root, top) / sum, v + o, K);
    }
  }
}

/**
 * With p as above, dp[s] = dy[t, n] · v[s, g] and a = p ⊙ (dp − Σ_s dp · p) / √K: dq[t, n] = Σ_s a[s] · k[s, g],
 * dk[s, g] = Σ a[s] · q[t, n] and dv[s, g] = Σ p[s] · dy[t, n] over the n that read g, ascending, and for each over t.
 * Tested against `attendGradient`. Items are the G shared heads, so that no two threads add to one slope.
 *
 * Version 1: as `attend1`.
 */
export function attendGradient1(
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
  const sharing = N / G;
  for (let g = from; g < to; g++) {
    clearHead(dk, g, S, G, K);
    clearHead(dv, g, S, G, K);
    for (let r = g * sharing * T; r < (g + 1) * sharing * T; r++) {
      rowGradient(dy, q, k, v, dq, dk, dv, T, S, N, G, K, r, scratch);
    }
  }
}

function rowGradient(
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
  r: i32,
  scratch: usize,
): void {
  const root = <f32>sqrt<f64>(<f64>K);
  const pitch = (<usize>G * K) << 2;
  const group = (<usize>(r / T / (N / G)) * K) << 2;
  const row = rowOf(r, T, N, K);
  const seen = seenBy(r, T, S);
  const top = topOf(q + row, k + group, pitch, seen, K, root);
  memory.fill(scratch, 0, 32);
  for (let s = 0; s < seen; s++) {
    addToLane(scratch, s, exponentialAt(q + row, k + group + pitch * <usize>s, K, root, top));
  }
  const sum = sumOfLanes(scratch);
  for (let s = 0; s < seen; s++) {
    const o = group + pitch * <usize>s;
    const p = exponentialAt(q + row, k + o, K, root, top) / sum;
    addToLane(scratch + 16, s, p * product(dy + row, v + o, K));
  }
  const mean = sumOfLanes(scratch + 16);
  memory.fill(dq + row, 0, (<usize>K) << 2);
  for (let s = 0; s < seen; s++) {
    const o = group + pitch * <usize>s;
    const p = exponentialAt(q + row, k + o, K, root, top) / sum;
    const a: f32 = (p * (product(dy + row, v + o, K) - mean)) / root;
    addTo(dq + row, a, k + o, K);
    addTo(dk + o, a, q + row, K);
    addTo(dv + o, p, dy + row, K);
  }
}
