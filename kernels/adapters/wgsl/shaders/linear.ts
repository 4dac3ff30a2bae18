// The dense projection.
import type { Shader } from "./shader.ts";

/**
 * y[t, o] = Σ_i x[t, i] · w[i, o] + b[o]: one invocation an output, [⌈O/64⌉, T] workgroups.
 *
 * Neighbours in a workgroup have neighbouring o: at each i they read one stretch of row i of w together.
 */
export const linear: Shader = {
  entry: "linear",
  code: /* wgsl */ `
struct Sizes { T: u32, I: u32, O: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [T, I]
@group(0) @binding(2) var<storage, read> w: array<f32>; // [I, O]
@group(0) @binding(3) var<storage, read> b: array<f32>; // [O]
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [T, O]

@compute @workgroup_size(64)
fn linear(@builtin(global_invocation_id) id: vec3u) {
  let o = id.x;
  let t = id.y;
  if (o >= sizes.O) { return; } // the last workgroup of a row reaches past it
  var sum = 0.0;
  for (var i = 0u; i < sizes.I; i++) {
    sum += x[t * sizes.I + i] * w[i * sizes.O + o];
  }
  y[t * sizes.O + o] = sum + b[o]; // the bias last
}
`,
};
