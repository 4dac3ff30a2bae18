// Four float32 numbers in one register: the first few of them, and what they come to together.

/** The first `count` of four numbers, 1 to 3; `other` in place of the rest, which are not read. */
export function loadPart(at: usize, count: i32, other: f32): v128 {
  let x = f32x4.replace_lane(f32x4.splat(other), 0, load<f32>(at));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(at, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(at, 8));
  return x;
}

/** Writes the first `count` of four numbers, 1 to 3. */
export function storePart(at: usize, x: v128, count: i32): void {
  store<f32>(at, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(x, 2), 8);
}

/** (x₀ + x₁) + (x₂ + x₃) */
export function total(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** The greatest of four; NaN where there is one. */
export function greatest(x: v128): f32 {
  return max<f32>(
    max<f32>(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max<f32>(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}
