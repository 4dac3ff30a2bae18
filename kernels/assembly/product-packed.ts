// The matrix product as a library does it: both factors first copied into strips that lie in the order of reading.
import { at } from "./strides";
import { quad0, quad1, quad2, quad3, word, wordsAt } from "./words";

/** A tile of c is 4 rows by 8 columns: eight sums of four lanes, with what feeds them, fill the sixteen registers. */
const ROWS: i32 = 4;
const COLUMNS: i32 = 8;
/** Steps of k at a time: a strip of b is then 8 KiB and stays in the first cache while all of a passes by it. */
const STEPS: i32 = 256;
/** Rows of a at a time: packed they are 128 KiB, for the second cache. */
const BLOCK_ROWS: i32 = 128;
/** Columns of b at a time: with a's 128 KiB, what scratch has room for and L2 nearly so. */
const BLOCK_COLUMNS: i32 = 512;

/**
 * c[m, n] = Σ_k A[m, k] · B[k, n] + bias[n], as `matmul1`.
 *
 * Version 4: packed. A tile walks down a strip of each factor and every load is the next 16 bytes, where version 3
 * strides through b a row at a time and asks for a new page at each. The bias is one more step, where a is 1: it
 * comes last, and 1 · bias is bias. Between two blocks of k the sums wait in c: float32, so no bit is lost.
 * Items: columns of c; a grain of 8 leaves no strip half filled.
 */
export function matmul4(
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  bias: usize,
  c: usize,
  M: i32,
  K: i32,
  N: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  packedProduct<f32>(a, aRow, aStep, b, bStep, bColumn, bias, c, M, K, N, from, to, scratch);
}

/** The same for b of any kind of words: they are widened as they are packed. */
export function packedProduct<W>(
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  bias: usize,
  c: usize,
  M: i32,
  K: i32,
  N: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const edge = scratch; // a tile that juts out of c is worked out here
  const aStrips = scratch + 256;
  const bStrips = aStrips + <usize>((BLOCK_ROWS * (STEPS + 1)) << 2);
  for (let n = from; n < to; n += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, to - n);
    let k = 0;
    do {
      const steps = min(STEPS, K - k);
      const last = k + steps === K && bias !== 0;
      const depth = steps + i32(last);
      const corner = b + wordsAt<W>(k, bStep) + wordsAt<W>(n, bColumn);
      packStrips<W>(bStrips, COLUMNS, corner, bStep, bColumn, steps, columns, depth);
      if (last) packBias(bStrips, bias + at(n, 1), steps, columns, depth);
      for (let m = 0; m < M; m += BLOCK_ROWS) {
        const rows = min(BLOCK_ROWS, M - m);
        packStrips<f32>(aStrips, ROWS, a + at(m, aRow) + at(k, aStep), aStep, aRow, steps, rows, depth);
        if (last) packOnes(aStrips, steps, rows, depth);
        tiles(aStrips, bStrips, c + at(m, N) + at(n, 1), rows, depth, columns, N, k === 0, edge);
      }
      k += STEPS;
    } while (k < K);
  }
}

/** Strips of `width` lanes: element [k, lane] of the source becomes strip[lane / width][k][lane % width], or 0. */
function packStrips<W>(
  strips: usize,
  width: i32,
  source: usize,
  step: i32,
  across: i32,
  steps: i32,
  lanes: i32,
  depth: i32,
): void {
  const pitch = at(width, 1);
  let lane = 0;
  if (across === 1) {
    for (; lane + 16 <= lanes; lane += 16) {
      const strip = strips + at(lane, depth);
      copyLines<W>(strip, at(width, depth), pitch, source + wordsAt<W>(lane, 1), wordsAt<W>(step, 1), steps);
    }
  }
  for (; lane < lanes; lane += width) {
    const strip = strips + at(lane, depth);
    for (let quad = 0; quad < width; quad += 4) {
      const from = source + wordsAt<W>(lane + quad, across);
      const left = lanes - lane - quad;
      packQuad<W>(strip + at(quad, 1), pitch, from, wordsAt<W>(step, 1), wordsAt<W>(across, 1), steps, left);
    }
  }
}

/**
 * Sixteen lanes that lie side by side, a cache line a step, to two strips of eight or four of four: rows a power of two
 * apart crowd one another out of the first cache, so no line should be wanted twice.
 */
function copyLines<W>(strip: usize, next: usize, pitch: usize, source: usize, step: usize, steps: i32): void {
  const eight: bool = pitch === 32;
  let to1 = strip + (eight ? 16 : next);
  let to2 = strip + (eight ? next : 2 * next);
  let to3 = to2 + (eight ? 16 : next);
  for (let k = 0; k < steps; k++) {
    v128.store(strip, quad0<W>(source));
    v128.store(to1, quad1<W>(source));
    v128.store(to2, quad2<W>(source));
    v128.store(to3, quad3<W>(source));
    source += step;
    strip += pitch;
    to1 += pitch;
    to2 += pitch;
    to3 += pitch;
  }
}

/** Four lanes of a strip: copied where they lie side by side, turned 4 x 4 at a time where steps do. */
function packQuad<W>(
  strip: usize,
  pitch: usize,
  source: usize,
  step: usize,
  across: usize,
  steps: i32,
  lanes: i32,
): void {
  let k = 0;
  if (lanes >= 4 && across === sizeof<W>()) {
    for (; k < steps; k++, source += step, strip += pitch) v128.store(strip, quad0<W>(source));
  } else if (lanes >= 4 && step === sizeof<W>()) {
    for (; k + 4 <= steps; k += 4, source += 4 * sizeof<W>(), strip += pitch << 2) {
      turn<W>(strip, pitch, source, source + across, source + 2 * across, source + 3 * across);
    }
  }
  for (; k < steps; k++, source += step, strip += pitch) {
    for (let lane = 0; lane < 4; lane++) {
      const value: f32 = lane < lanes ? word<W>(source + <usize>lane * across) : 0;
      store<f32>(strip + at(lane, 1), value);
    }
  }
}

/** Four rows of four become four columns of four. */
function turn<W>(strip: usize, pitch: usize, row0: usize, row1: usize, row2: usize, row3: usize): void {
  const r0 = quad0<W>(row0);
  const r1 = quad0<W>(row1);
  const r2 = quad0<W>(row2);
  const r3 = quad0<W>(row3);
  const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(strip, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(strip + pitch, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(strip + 2 * pitch, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(strip + 3 * pitch, v128.shuffle<i64>(high01, high23, 1, 3));
}

/** The bias as the step after the last of each strip of b. */
function packBias(strips: usize, bias: usize, steps: i32, columns: i32, depth: i32): void {
  for (let n = 0; n < columns; n++) {
    const strip = strips + at(n - (n % COLUMNS), depth);
    store<f32>(strip + at(steps, COLUMNS) + at(n % COLUMNS, 1), load<f32>(bias + at(n, 1)));
  }
}

/** Its factor, 1, as the step after the last of each strip of a. */
function packOnes(strips: usize, steps: i32, rows: i32, depth: i32): void {
  for (let m = 0; m < rows; m += ROWS) {
    v128.store(strips + at(m, depth) + at(steps, ROWS), f32x4.splat(1));
  }
}

/** Every tile of a block of c; strips of b outside, so that each is read from memory once. */
function tiles(
  aStrips: usize,
  bStrips: usize,
  c: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  N: i32,
  first: bool,
  edge: usize,
): void {
  for (let n = 0; n < columns; n += COLUMNS) {
    const bStrip = bStrips + at(n, depth);
    for (let m = 0; m < rows; m += ROWS) {
      const aStrip = aStrips + at(m, depth);
      const corner = c + at(m, N) + at(n, 1);
      const height = min(ROWS, rows - m);
      const width = min(COLUMNS, columns - n);
      if (height === ROWS && width === COLUMNS) {
        tile(aStrip, bStrip, depth, corner, at(N, 1), first);
      } else {
        if (!first) copy(edge, COLUMNS, corner, N, height, width);
        tile(aStrip, bStrip, depth, edge, at(COLUMNS, 1), first);
        copy(corner, N, edge, COLUMNS, height, width);
      }
    }
  }
}

function copy(to: usize, toRow: i32, from: usize, fromRow: i32, height: i32, width: i32): void {
  for (let m = 0; m < height; m++) {
    for (let n = 0; n < width; n++) {
      store<f32>(to + at(m, toRow) + at(n, 1), load<f32>(from + at(m, fromRow) + at(n, 1)));
    }
  }
}

/**
 * The 4 x 8 tile at c, in registers from its first step to its last.
 *
 * Two steps a turn halve what a turn costs. The way out between them is for odd numbers of steps; it also keeps
 * compilers from mixing the two, whose numbers together would not fit the registers.
 */
function tile(a: usize, b: usize, steps: i32, c: usize, row: usize, first: bool): void {
  const c1 = c + row;
  const c2 = c1 + row;
  const c3 = c2 + row;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  if (!first) {
    s00 = v128.load(c);
    s01 = v128.load(c, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
    s20 = v128.load(c2);
    s21 = v128.load(c2, 16);
    s30 = v128.load(c3);
    s31 = v128.load(c3, 16);
  }
  const end = a + at(steps, ROWS);
  const beforeLast = end - at(1, ROWS);
  for (; a < end; a += 32, b += 64) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
    if (a === beforeLast) break;
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = v128.load32_splat(a, 16);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 20);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 24);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 28);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}
