// What bounds the products: how fast this machine reads, and how fast it adds and multiplies. Roofs, not operators.

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

/** 24 additions and 24 multiplications an item, in registers of four lanes that never wait for one another. */
export function computeAll(from: i32, to: i32, scratch: usize): void {
  const one = f32x4.splat(1);
  let s0 = one;
  let s1 = one;
  let s2 = one;
  let s3 = one;
  let s4 = one;
  let s5 = one;
  let p0 = one;
  let p1 = one;
  let p2 = one;
  let p3 = one;
  let p4 = one;
  let p5 = one;
  for (let i = from; i < to; i++) {
    s0 = f32x4.add(s0, one);
    p0 = f32x4.mul(p0, one);
    s1 = f32x4.add(s1, one);
    p1 = f32x4.mul(p1, one);
    s2 = f32x4.add(s2, one);
    p2 = f32x4.mul(p2, one);
    s3 = f32x4.add(s3, one);
    p3 = f32x4.mul(p3, one);
    s4 = f32x4.add(s4, one);
    p4 = f32x4.mul(p4, one);
    s5 = f32x4.add(s5, one);
    p5 = f32x4.mul(p5, one);
  }
  const sums = f32x4.add(f32x4.add(s0, s1), f32x4.add(f32x4.add(s2, s3), f32x4.add(s4, s5)));
  const products = f32x4.mul(f32x4.mul(p0, p1), f32x4.mul(f32x4.mul(p2, p3), f32x4.mul(p4, p5)));
  v128.store(scratch, f32x4.add(sums, products));
}
