// The projection that reads only the rows behind what ReLU left alive, in two steps: list them, then add them up.
// Paper: section 4 and appendix B.
import { bits, type Shader } from "./shader.ts";

/**
 * Row skipping, first step: rows[t, 0 … count[t] − 1] = the i with x[t, i] ≠ 0, ascending. A workgroup a token, [T, 1].
 *
 * It walks along its row 64 elements at a time. An invocation whose element is alive writes its index behind those of
 * the invocations below it: no atomic counter, so the order, and with it every bit of the sum, is the same each time.
 */
export const compact: Shader = {
  entry: "compact",
  code: /* wgsl */ `
${bits}
struct Sizes { T: u32, I: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<u32>; // [T, I], the bits of floats
@group(0) @binding(2) var<storage, read_write> rows: array<u32>; // [T, I]: room for all of them
@group(0) @binding(3) var<storage, read_write> count: array<u32>; // [T]

var<workgroup> alive: array<u32, 64>; // 1 or 0 for each invocation

@compute @workgroup_size(64)
fn compact(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let t = group.x;
  let me = local.x;
  var found = 0u;
  for (var start = 0u; start < sizes.I; start += 64u) {
    let i = start + me;
    let mine = i < sizes.I && !isZero(x[t * sizes.I + i]);
    alive[me] = select(0u, 1u, mine);
    workgroupBarrier(); // all flags are there
    var below = 0u;
    var all = 0u;
    for (var other = 0u; other < 64u; other++) {
      below += select(0u, alive[other], other < me);
      all += alive[other];
    }
    if (mine) { rows[t * sizes.I + found + below] = i; }
    found += all;
    workgroupBarrier(); // all flags are read, and may be written again
  }
  if (me == 0u) { count[t] = found; }
}
`,
};

/**
 * Row skipping, second step: `linear` over the rows that were listed, [⌈O/64⌉, T] workgroups. No other row of w is read.
 */
export const activeLinear: Shader = {
  entry: "activeLinear",
  code: /* wgsl */ `
struct Sizes { T: u32, I: u32, O: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [T, I]
@group(0) @binding(2) var<storage, read> w: array<f32>; // [I, O]
@group(0) @binding(3) var<storage, read> b: array<f32>; // [O]
@group(0) @binding(4) var<storage, read> rows: array<u32>; // [T, I]
@group(0) @binding(5) var<storage, read> count: array<u32>; // [T]
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [T, O]

@compute @workgroup_size(64)
fn activeLinear(@builtin(global_invocation_id) id: vec3u) {
  let o = id.x;
  let t = id.y;
  if (o >= sizes.O) { return; }
  var sum = 0.0;
  for (var n = 0u; n < count[t]; n++) {
    let i = rows[t * sizes.I + n];
    sum += x[t * sizes.I + i] * w[i * sizes.O + o];
  }
  y[t * sizes.O + o] = sum + b[o];
}
`,
};
