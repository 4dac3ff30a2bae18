// The hidden layer of a feed-forward in one run: its projection, then its activation while the numbers are in the
// cache. The zeros that the activation leaves skip rows of the next factor: of up behind a gate, and of down, whose
// product, `activeMatmul`, is the run after this one. Between the two, threads wait for one another.
import { activeMatmul, matmul } from "./product-few";
import { activeGatedMatmul } from "./product-gated";
import { relu } from "./relu";
import { at } from "./strides";

/**
 * h[t, f] = relu(Σ_d x[t, d] · up[d, f] + b[f]), relu any of its family. Tested against `linear`, then `activate`.
 *
 * Where `skip` is not 0, row d of up is read only where x[t, d] ≠ 0. x is [T, D], up [D, F]; a bias of address 0 is
 * none. Items: columns of h.
 */
export function hidden(
  x: usize,
  up: usize,
  bias: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  skip: i32,
  kind: i32,
  shift: f64,
  threshold: f64,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  if (skip !== 0) activeMatmul(x, up, bias, h, T, D, F, from, to, scratch);
  else matmul(x, D, 1, up, F, 1, bias, h, T, D, F, from, to, scratch);
  for (let t = 0; t < T; t++) {
    const row = h + at(t, F);
    relu(row, row, kind, shift, threshold, from, to, scratch);
  }
}

/**
 * h[t, f] = g[t, f] · Σ_d x[t, d] · up[f, d] with g = relu(x · gate), row f of up read only where g[t, f] ≠ 0.
 * Tested against `linear`, then `activate`, then `activeGatedLinear`.
 *
 * x is [T, D], gate [D, F], up [F, D], g and h [T, F]. Items: columns of h.
 */
export function gatedHidden(
  x: usize,
  gate: usize,
  up: usize,
  g: usize,
  h: usize,
  T: i32,
  D: i32,
  F: i32,
  skip: i32,
  kind: i32,
  shift: f64,
  threshold: f64,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  hidden(x, gate, 0, g, T, D, F, skip, kind, shift, threshold, from, to, scratch);
  activeGatedMatmul(x, up, g, h, T, D, F, from, to, scratch);
}
