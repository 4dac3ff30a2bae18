// What bounds the products: how fast this machine reads, and how fast it multiplies and adds. Roofs, not operators.

/**
 * Adds up float32 numbers, 128 bytes a turn, so that nothing but memory is waited for; the sum of each share is left in
 * its scratch room, where nobody looks. Items: numbers, shared out in multiples of 32.
 */
export function readAll(x: usize, from: i32, to: i32, scratch: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  const end = x + ((<usize>to) << 2);
  for (let at = x + ((<usize>from) << 2); at < end; at += 128) {
    s0 = f32x4.add(s0, v128.load(at));
    s1 = f32x4.add(s1, v128.load(at, 16));
    s2 = f32x4.add(s2, v128.load(at, 32));
    s3 = f32x4.add(s3, v128.load(at, 48));
    s4 = f32x4.add(s4, v128.load(at, 64));
    s5 = f32x4.add(s5, v128.load(at, 80));
    s6 = f32x4.add(s6, v128.load(at, 96));
    s7 = f32x4.add(s7, v128.load(at, 112));
  }
  const low = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  const high = f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7));
  v128.store(scratch, f32x4.add(low, high));
}

/** 48 multiply-adds an item, s = s · ½ + ½ in twelve registers of four lanes that never wait for one another. */
export function multiplyAddAll(from: i32, to: i32, scratch: usize): void {
  const half = f32x4.splat(0.5);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  let s8 = s0;
  let s9 = s0;
  let s10 = s0;
  let s11 = s0;
  for (let i = from; i < to; i++) {
    s0 = f32x4.add(f32x4.mul(s0, half), half);
    s1 = f32x4.add(f32x4.mul(s1, half), half);
    s2 = f32x4.add(f32x4.mul(s2, half), half);
    s3 = f32x4.add(f32x4.mul(s3, half), half);
    s4 = f32x4.add(f32x4.mul(s4, half), half);
    s5 = f32x4.add(f32x4.mul(s5, half), half);
    s6 = f32x4.add(f32x4.mul(s6, half), half);
    s7 = f32x4.add(f32x4.mul(s7, half), half);
    s8 = f32x4.add(f32x4.mul(s8, half), half);
    s9 = f32x4.add(f32x4.mul(s9, half), half);
    s10 = f32x4.add(f32x4.mul(s10, half), half);
    s11 = f32x4.add(f32x4.mul(s11, half), half);
  }
  const low = f32x4.add(f32x4.add(s0, s1), f32x4.add(f32x4.add(s2, s3), f32x4.add(s4, s5)));
  const high = f32x4.add(f32x4.add(s6, s7), f32x4.add(f32x4.add(s8, s9), f32x4.add(s10, s11)));
  v128.store(scratch, f32x4.add(low, high));
}
