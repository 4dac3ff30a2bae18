// Caches that grow. Their rows live in ordinary arrays, which the garbage collector minds; each array has a mirror in
// the kernels' memory, to which only the new rows are copied. A mirror lost is a copy made again, never a wrong number.
import { type Matrix, matrixOf, type Tensor } from "../reference/tensor.ts";

/** An array with room for more rows, and how much of it is taken: what is taken is never written again. */
interface Stretch {
  readonly numbers: Float32Array;
  used: number;
}

interface Mirror {
  readonly at: number; // bytes
  copied: number; // floats
  read: boolean; // since the last look
}

/** Numbers of a cache line: mirrors begin with one. */
const LINE = 16;
/** After so many outermost scopes, mirrors are looked at: one that none of them read keeps a dead cache alive. */
const LOOK_AFTER = 256;

export class Stretches {
  readonly #of = new WeakMap<ArrayBufferLike, Stretch>(); // by the buffer: a cache cut shorter is still found
  readonly #memory: Float32Array;
  readonly #begin: number;
  readonly #end: number;
  #mirrors = new Map<Stretch, Mirror>();
  #next: number;
  #crowded = false;
  #scopes = 0;

  /** Mirrors may take `bytes` of the memory from `begin` on. */
  constructor(memory: Float32Array, begin: number, bytes: number) {
    [this.#memory, this.#begin, this.#end, this.#next] = [memory, begin, begin + bytes, begin];
  }

  /**
   * `past`, then `next`. While past is all of its stretch, the rows are written behind it, and both share their
   * beginning; a past that others have already continued is copied.
   */
  extend<H>(past: Matrix<"S", H>, next: Matrix<"T", H>): Matrix<"S", H> {
    const [[S, H], [T]] = [past.shape, next.shape];
    const from = this.#stretch(past);
    const fits = from && from.used === past.size && from.used + next.size <= from.numbers.length;
    const stretch = fits ? from : this.#copied(past, 2 * (past.size + next.size));
    stretch.numbers.set(next.data, stretch.used);
    stretch.used += next.size;
    return matrixOf<"S", H>(stretch.numbers.subarray(0, stretch.used), S + T, H);
  }

  /** Where x is mirrored, if it is a cache and there is room: its byte address. */
  mirror(x: Tensor): number | undefined {
    const stretch = this.#stretch(x);
    const mirror = stretch && (this.#mirrors.get(stretch) ?? this.#mirrored(stretch));
    if (!mirror) return undefined;
    mirror.read = true;
    if (mirror.copied < x.size) {
      this.#memory.set(stretch.numbers.subarray(mirror.copied, x.size), mirror.at / 4 + mirror.copied);
      mirror.copied = x.size;
    }
    return mirror.at;
  }

  /** Between operators: drops every mirror when they no longer fit, or one goes unread; those in use come back. */
  tidy(): void {
    const look = ++this.#scopes % LOOK_AFTER === 0;
    if (this.#crowded || (look && [...this.#mirrors.values()].some(({ read }) => !read)))
      [this.#mirrors, this.#next, this.#crowded] = [new Map(), this.#begin, false];
    else if (look) for (const mirror of this.#mirrors.values()) mirror.read = false;
  }

  /** The stretch that x is the beginning of. */
  #stretch(x: Tensor): Stretch | undefined {
    const stretch = this.#of.get(x.data.buffer);
    return stretch && x.data.byteOffset === 0 && x.size <= stretch.used ? stretch : undefined;
  }

  #copied(past: Tensor, capacity: number): Stretch {
    const numbers = new Float32Array(LINE * Math.ceil(capacity / LINE));
    numbers.set(past.data);
    const stretch = { numbers, used: past.size };
    this.#of.set(numbers.buffer, stretch);
    return stretch;
  }

  #mirrored(stretch: Stretch): Mirror | undefined {
    const [at, { byteLength }] = [this.#next, stretch.numbers];
    if (at + byteLength > this.#end) {
      this.#crowded ||= this.#begin + byteLength <= this.#end; // one too long for an empty room drops nobody
      return undefined;
    }
    this.#next = at + byteLength;
    const mirror = { at, copied: 0, read: true };
    this.#mirrors.set(stretch, mirror);
    return mirror;
  }
}
