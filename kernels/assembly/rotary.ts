// Rotary positions: pairs of a head turn by angles whose cosines and sines come in a table. Items are rows.

/**
 * Each pair (a, b) of a head becomes (a · cos − b · sin, a · sin + b · cos). Tested against `rotary`.
 *
 * Row t of `turns` holds the K/2 cosines of row t of x, then its K/2 sines. A pair is elements i and i + K/2
 * (halves = 1) or 2i and 2i + 1 (halves = 0); direction is 1, or −1 to turn back.
 */
export function rotary(
  x: usize,
  turns: usize,
  y: usize,
  H: i32,
  K: i32,
  halves: i32,
  direction: f32,
  from: i32,
  to: i32,
  _scratch: usize,
): void {
  for (let t = from; t < to; t++) {
    const cosines = turns + ((<usize>t * K) << 2);
    for (let head = 0; head < H; head += K) {
      const o = (<usize>t * H + head) << 2;
      if (halves) turnHalves(x + o, cosines, y + o, K, direction);
      else turnNeighbours(x + o, cosines, y + o, K, direction);
    }
  }
}

function turnHalves(x: usize, cosines: usize, y: usize, K: i32, direction: f32): void {
  const half = (<usize>K) << 1; // K/2 floats
  let o: usize = 0;
  for (; o + 16 <= half; o += 16) {
    const cosine = v128.load(cosines + o);
    const sine = f32x4.mul(f32x4.splat(direction), v128.load(cosines + half + o));
    const a = v128.load(x + o);
    const b = v128.load(x + half + o);
    v128.store(y + o, f32x4.sub(f32x4.mul(a, cosine), f32x4.mul(b, sine)));
    v128.store(y + half + o, f32x4.add(f32x4.mul(a, sine), f32x4.mul(b, cosine)));
  }
  for (; o < half; o += 4) {
    turnPair(
      x + o,
      x + half + o,
      load<f32>(cosines + o),
      direction * load<f32>(cosines + half + o),
      y + o,
      y + half + o,
    );
  }
}

function turnNeighbours(x: usize, cosines: usize, y: usize, K: i32, direction: f32): void {
  const half = (<usize>K) << 1;
  let o: usize = 0;
  for (; o + 16 <= half; o += 16) {
    const cosine = v128.load(cosines + o);
    const sine = f32x4.mul(f32x4.splat(direction), v128.load(cosines + half + o));
    const first = v128.load(x + (o << 1));
    const second = v128.load(x + (o << 1), 16);
    const a = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const b = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    const turnedA = f32x4.sub(f32x4.mul(a, cosine), f32x4.mul(b, sine));
    const turnedB = f32x4.add(f32x4.mul(a, sine), f32x4.mul(b, cosine));
    v128.store(y + (o << 1), v128.shuffle<f32>(turnedA, turnedB, 0, 4, 1, 5));
    v128.store(y + (o << 1), v128.shuffle<f32>(turnedA, turnedB, 2, 6, 3, 7), 16);
  }
  for (; o < half; o += 4) {
    const at = x + (o << 1);
    const to = y + (o << 1);
    turnPair(at, at + 4, load<f32>(cosines + o), direction * load<f32>(cosines + half + o), to, to + 4);
  }
}

function turnPair(a: usize, b: usize, cosine: f32, sine: f32, toA: usize, toB: usize): void {
  const x = load<f32>(a);
  const y = load<f32>(b);
  store<f32>(toA, x * cosine - y * sine);
  store<f32>(toB, x * sine + y * cosine);
}
