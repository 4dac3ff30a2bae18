// Where the numbers of a matrix lie.

/** `count` times `stride` float32 numbers, in bytes. */
export function at(count: i32, stride: i32): usize {
  return (<usize>count * <usize>stride) << 2;
}
