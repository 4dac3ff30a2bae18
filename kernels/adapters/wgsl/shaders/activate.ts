// The ReLU family. Paper: section 5.3, for the shift.
import { bits, type Shader } from "./shader.ts";

/** What `activate` is told of a kind; silu, gelu and their like are not here. */
export const KINDS: Readonly<Record<string, number>> = {
  relu: 0,
  "relu-squared": 1,
  fatrelu: 2,
  "fatrelu-strict": 3,
};

/** y = f(x − shift) of the ReLU family: one invocation an element, [⌈D/64⌉, T] workgroups. */
export const activate: Shader = {
  entry: "activate",
  code: /* wgsl */ `
${bits}
struct Sizes { T: u32, D: u32, kind: u32, shift: f32, threshold: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<u32>; // [T, D], the bits of floats
@group(0) @binding(2) var<storage, read_write> y: array<u32>; // [T, D], the bits of floats

fn activation(x: u32) -> u32 {
  if (isNaN(x)) { return x; } // max(x, 0) would be free to answer 0
  let z = bitcast<f32>(x) - sizes.shift;
  var passes = z > 0.0;
  if (sizes.kind == ${KINDS["fatrelu"]}u) { passes = z >= sizes.threshold; }
  if (sizes.kind == ${KINDS["fatrelu-strict"]}u) { passes = z > sizes.threshold; }
  var height = z;
  if (sizes.kind == ${KINDS["relu-squared"]}u) { height = z * z; }
  let y = bitcast<u32>(height);
  return select(y, 0u, !passes || isZero(y)); // what does not pass is +0, and so is a -0 that does
}

@compute @workgroup_size(64)
fn activate(@builtin(global_invocation_id) id: vec3u) {
  let d = id.x;
  let t = id.y;
  if (d >= sizes.D) { return; }
  y[t * sizes.D + d] = activation(x[t * sizes.D + d]);
}
`,
};
