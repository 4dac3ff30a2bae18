// Rotary positions: each pair of a head turns by an angle that grows with its position.
import { cos, sin } from "../elementary.ts";
import { type Matrix, matrixOf, vector } from "../tensor.ts";
import type { Gradients, Ops, Rotation } from "./contract.ts";
import { frequency } from "./frequencies.ts";

/**
 * The pair (a, b) of head elements becomes (a cos θ − b sin θ, a sin θ + b cos θ), θ = (start + t) · base^(−2i/K).
 *
 * Pair i is elements 2i and 2i + 1 (interleaved: the paper of rotary, llama2.c) or i and i + K/2 (half-split: Hugging
 * Face). Inverse to itself with the angle's sign changed; lengths of pairs stay.
 *
 * @param x         queries or keys, [T, heads · K]
 * @param rotation  the width K of a head (even), the position of row 0, the base, the pairing, any scaling
 * @returns the turned rows, [T, heads · K]
 * @throws {RangeError} when K is odd or does not divide the columns of x
 * @see Su et al. 2021, arXiv:2104.09864
 */
export const rotary: Ops["rotary"] = (x, rotation) => {
  checkWidth("rotary: x", x, rotation.K);
  return turned(x, rotation, 1);
};

/** The pair (a, b) of dy turns back by its angle: the transpose of a rotation is its inverse. */
export const rotaryGradient: Gradients["rotary"] = (dy, rotation) => {
  checkWidth("rotaryGradient: dy", dy, rotation.K);
  return [turned(dy, rotation, -1)];
};

function turned<H>(x: Matrix<"T", H>, rotation: Rotation, direction: 1 | -1): Matrix<"T", H> {
  const [T, H] = x.shape;
  const { K, start, pairing } = rotation;
  const frequencies = vector(K / 2, (i) => frequency(rotation, i));
  const [first, step] = pairing === "interleaved" ? [2, 1] : [1, K / 2];
  const y = new Float64Array(T * H);
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < K / 2; i++) {
      const angle = (start + t) * frequencies.get(i);
      const [cosine, sine] = [cos(angle), direction * sin(angle)];
      for (let head = 0; head < H; head += K) {
        const a = head + first * i;
        const b = a + step;
        y[t * H + a] = x.get(t, a) * cosine - x.get(t, b) * sine;
        y[t * H + b] = x.get(t, a) * sine + x.get(t, b) * cosine;
      }
    }
  }
  return matrixOf(y, T, H);
}

function checkWidth(found: string, x: Matrix, K: number): void {
  const [, H] = x.shape;
  if (K % 2 !== 0)
    throw new RangeError(`rotary: K is ${K}; expected an even width, since elements turn in pairs`);
  if (H % K !== 0)
    throw new RangeError(`${found} has ${H} columns; expected a multiple of K = ${K}, the width of a head`);
}
