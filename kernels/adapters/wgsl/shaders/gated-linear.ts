// The up projection behind a gate; with a ReLU on the gate its zeros skip rows. Paper: section 4.1.
import { bits, type Shader } from "./shader.ts";

/**
 * h[t, f] = g[t, f] · Σ_d x[t, d] · w[f, d], +0 behind a closed gate: a workgroup an output, [F, T].
 *
 * The 64 invocations read row f of w together, each every 64th element, and add up their sums in a tree. Where the gate
 * is closed and closed gates are skipped, all 64 leave before they have read any of it.
 */
export const gatedLinear: Shader = {
  entry: "gatedLinear",
  code: /* wgsl */ `
${bits}
struct Sizes { T: u32, D: u32, F: u32, skips: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [T, D]
@group(0) @binding(2) var<storage, read> w: array<f32>; // [F, D]
@group(0) @binding(3) var<storage, read> g: array<u32>; // [T, F], the bits of floats
@group(0) @binding(4) var<storage, read_write> h: array<u32>; // [T, F], the bits of floats

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn gatedLinear(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let f = group.x;
  let t = group.y;
  let me = local.x;
  let gate = g[t * sizes.F + f]; // one number for the workgroup, so that all of it stays or leaves
  if (sizes.skips != 0u && isZero(gate)) {
    if (me == 0u) { h[t * sizes.F + f] = 0u; }
    return;
  }
  var sum = 0.0;
  for (var d = me; d < sizes.D; d += 64u) {
    sum += x[t * sizes.D + d] * w[f * sizes.D + d];
  }
  sums[me] = sum;
  for (var reach = 32u; reach > 0u; reach /= 2u) {
    workgroupBarrier(); // the sums of the round before are there
    if (me < reach) { sums[me] += sums[me + reach]; }
  }
  if (me == 0u) {
    let product = bitcast<u32>(bitcast<f32>(gate) * sums[0]);
    h[t * sizes.F + f] = select(product, 0u, isZero(product)); // -0 becomes +0
  }
}
`,
};
