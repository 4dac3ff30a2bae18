// A kernel in WGSL (https://www.w3.org/TR/WGSL): tensors lie row after row, and their sizes come in a uniform.
//
// WGSL lets a compiler take NaN for impossible, ignore the sign of zero and flush subnormals. So what must be sure of
// them – is it zero, is it NaN – looks at the bits, as u32; floats are for adding and multiplying.

/** One step: its entry point, and the code, which runs on workgroups of 64 invocations. */
export interface Shader {
  readonly entry: string;
  readonly code: string;
}

/** Questions to the bits of a float. */
export const bits = /* wgsl */ `
const SIGN = 0x80000000u;
const INFINITY = 0x7f800000u;

/** +0 or -0; NaN and subnormals are not. */
fn isZero(x: u32) -> bool { return (x & ~SIGN) == 0u; }
fn isNaN(x: u32) -> bool { return (x & ~SIGN) > INFINITY; }
`;
