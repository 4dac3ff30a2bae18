// Element by element. Items are elements.
import { exponential } from "./exponential";
import { loadPart, storePart } from "./lanes";

/** z = x + y. Tested against `add`. */
export function add(x: usize, y: usize, z: usize, from: i32, to: i32, _scratch: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(z + o, f32x4.add(v128.load(x + o), v128.load(y + o)));
  }
  for (; i < to; i++) {
    const o = (<usize>i) << 2;
    store<f32>(z + o, load<f32>(x + o) + load<f32>(y + o));
  }
}

/** z = x ⊙ y. Tested against `mul`. */
export function mul(x: usize, y: usize, z: usize, from: i32, to: i32, _scratch: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(z + o, f32x4.mul(v128.load(x + o), v128.load(y + o)));
  }
  for (; i < to; i++) {
    const o = (<usize>i) << 2;
    store<f32>(z + o, load<f32>(x + o) * load<f32>(y + o));
  }
}

/** y = x, bit for bit. */
export function copy(x: usize, y: usize, from: i32, to: i32, _scratch: usize): void {
  const o = (<usize>from) << 2;
  memory.copy(y + o, x + o, (<usize>(to - from)) << 2);
}

/** y = e^x. Softmax and attention have it inside; alone, a test can hold it to its word. Tested against `exp`. */
export function exp(x: usize, y: usize, from: i32, to: i32, _scratch: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(y + o, exponential(v128.load(x + o)));
  }
  if (i < to) {
    const o = (<usize>i) << 2;
    storePart(y + o, exponential(loadPart(x + o, to - i, 0)), to - i);
  }
}
