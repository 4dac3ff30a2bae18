// One flat memory, as a WebAssembly module sees it, and who lives where in it. It has one size for life, so no view of
// it is ever detached. From the bottom: control and scratch, pinned tensors, results of open scopes; from the top:
// mirrors of caches, and below them the temporaries of the operator at work.
import {
  type Bits,
  like,
  type Matrix,
  matrixOf,
  type Stored,
  storedMatrix,
  storedOf,
  type Tensor,
  type Vector,
  vectorOf,
} from "../reference/tensor.ts";
import { tensorsIn } from "../reference/weights.ts";
import type { Words } from "./machine.ts";
import { Stretches } from "./stretches.ts";

/** Bytes between places: a cache line. */
const LINE = 64;
const aligned = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;
const NOTHING = new Float32Array(0);
/** In bytes: a quarter of the memory goes to mirrors of caches, and of a large one, which weights fill, no more than this. */
const MOST_MIRRORED = 0x20000000;

interface Block {
  readonly at: number;
  readonly bytes: number;
}

export class Memory {
  readonly #floats: Float32Array;
  readonly #base: number; // where pinned tensors begin
  readonly #stretches: Stretches;
  #pinned: readonly Block[] = []; // in order of address
  #top: number; // the first byte that no result occupies
  #bottom: number; // the first byte that a temporary, or a mirror, occupies
  #depth = 0;
  #made: Tensor[] = []; // the results of the innermost open scope

  /**
   * @param buffer  the whole memory
   * @param base    its first bytes, left to others
   */
  constructor(buffer: ArrayBufferLike, base: number) {
    this.#floats = new Float32Array(buffer);
    this.#base = aligned(base);
    this.#top = this.#base;
    const quarter = aligned(Math.min(buffer.byteLength / 4, MOST_MIRRORED));
    this.#stretches = new Stretches(this.#floats, buffer.byteLength - quarter, quarter);
    this.#bottom = buffer.byteLength - quarter;
  }

  /** The byte address of x's numbers, copied in as float32, for this operator, where they live elsewhere. */
  place(x: Tensor): number {
    if (storedOf(x)) return this.#copied(x);
    if (x.data.buffer === this.#floats.buffer) return x.data.byteOffset;
    return this.#stretches.mirror(living(x)) ?? this.#copied(x);
  }

  #copied(x: Tensor): number {
    const at = this.room(x.size);
    this.#floats.set(x.data, at / 4);
    return at;
  }

  /** The byte address of weights, in words as wide as they are stored, copied in for this operator where they live elsewhere. */
  words(x: Tensor): Words {
    const dtype = narrowOf(x);
    if (!dtype) return { at: this.place(x), dtype: "" };
    const bits = storedOf(x)?.bits() ?? NOTHING;
    return { at: bits.buffer === this.#floats.buffer ? bits.byteOffset : this.wordsOf(bits), dtype };
  }

  /** Words of 16 bits until the operator returns: their byte address. */
  wordsOf(bits: Bits): number {
    const at = this.room(Math.ceil(bits.length / 2));
    new Uint16Array(this.#floats.buffer, at, bits.length).set(bits);
    return at;
  }

  integers(values: readonly number[] | Int32Array): number {
    const at = this.room(values.length);
    new Int32Array(this.#floats.buffer, at, values.length).set(values);
    return at;
  }

  /** Room for a temporary of so many floats, until the operator returns. */
  room(floats: number): number {
    const at = this.#bottom - aligned(4 * floats);
    if (at < this.#top) throw this.#full(4 * floats);
    this.#bottom = at;
    return at;
  }

  matrix<R, C>(rows: number, columns: number): Matrix<R, C> {
    return this.#fresh(matrixOf<R, C>(this.#claim(rows * columns), rows, columns));
  }

  vector<A>(size: number): Vector<A> {
    return this.#fresh(vectorOf<A>(this.#claim(size)));
  }

  like<X extends Tensor>(x: X): X {
    return this.#fresh(like(x, this.#claim(x.size)));
  }

  /** `past` with the rows of `next` after it, outside the scopes: neither is written to. */
  extend<H>(past: Matrix<"S", H>, next: Matrix<"T", H>): Matrix<"S", H> {
    return this.#stretches.extend(living(past), living(next));
  }

  /**
   * A copy of x that stays until it is unpinned: as wide as x is stored, if that is 16 bits.
   *
   * @throws {RangeError} inside a scope, or when it does not fit
   */
  pin<X extends Tensor>(x: X): X {
    if (this.#depth > 0)
      throw new RangeError("kernels: weights are loaded in an open scope; expected that outside");
    const stored = narrowOf(x) && storedOf(x);
    if (stored) return this.#pinNarrow(x, stored);
    if (!storedOf(x)) living(x);
    const data = new Float32Array(this.#floats.buffer, this.#hold(4 * x.size), x.size);
    this.#orNot(data, () => data.set(x.data));
    return like(x, data);
  }

  #pinNarrow<X extends Tensor>(x: X, stored: Stored): X {
    const at = this.#hold(2 * x.size);
    const words = new Uint16Array(this.#floats.buffer, at, x.size);
    this.#orNot(words, () => words.set(stored.bits()));
    return pinned(x, stored, words) as Tensor as X;
  }

  /** Fills a place among the pinned, or gives it back: to read what is stored may fail. */
  #orNot(place: Float32Array | Uint16Array, fill: () => void): void {
    try {
      fill();
    } catch (error) {
      this.#release(place.byteOffset);
      throw error;
    }
  }

  #release(address: number): void {
    this.#pinned = this.#pinned.filter(({ at }) => at !== address);
    this.#top = end(this.#pinned.at(-1), this.#base);
  }

  /** A place among the pinned: its byte address. */
  #hold(wanted: number): number {
    const bytes = Math.max(LINE, aligned(wanted)); // an empty tensor too has a place of its own
    const before = this.#pinned.findIndex(({ at }, i) => at - end(this.#pinned[i - 1], this.#base) >= bytes);
    const i = before < 0 ? this.#pinned.length : before;
    const at = end(this.#pinned[i - 1], this.#base);
    if (at + bytes > this.#bottom) throw this.#full(bytes);
    this.#pinned = [...this.#pinned.slice(0, i), { at, bytes }, ...this.#pinned.slice(i)];
    this.#top = end(this.#pinned.at(-1), this.#base);
    return at;
  }

  /** Gives the place of a pinned tensor back; its data is then empty. A tensor that lives elsewhere is left alone. */
  unpin(x: Tensor): void {
    if (this.#depth > 0)
      throw new RangeError("kernels: weights are released in an open scope; expected that outside");
    const held = "words" in x ? (x.words as Uint16Array) : storedOf(x) ? NOTHING : x.data;
    if (held.buffer !== this.#floats.buffer) return;
    this.#release(held.byteOffset);
    if ("words" in x) x.words = NOTHING;
    else x.data = NOTHING;
  }

  operator<Y>(body: () => Y): Y {
    if (this.#depth === 0) return this.scope(() => this.operator(body));
    const bottom = this.#bottom;
    try {
      return body();
    } finally {
      this.#bottom = bottom;
    }
  }

  /** Runs `body`, then takes back what it made and did not return. What it returned lives on, one scope further out. */
  scope<R>(body: () => R): R {
    if (this.#depth === 0) this.#stretches.tidy();
    const [outer, top] = [this.#made, this.#top];
    const made: Tensor[] = [];
    this.#made = made;
    this.#depth++;
    let kept: ReadonlySet<Tensor> = new Set();
    try {
      const result = body();
      kept = tensorsIn(result);
      return result;
    } finally {
      this.#depth--;
      [this.#made, this.#top] = [outer, top];
      const survivors = made.filter((x) => kept.has(x));
      for (const x of made) if (!kept.has(x)) x.data = NOTHING;
      if (this.#depth === 0) moveOut(survivors);
      else for (const x of survivors) this.#lower(x);
    }
  }

  /** Moves a survivor down to where the scope began: they come in order of address, so none is written over. */
  #lower(x: Tensor): void {
    const from = x.data.byteOffset / 4;
    const data = this.#claim(x.size);
    this.#floats.copyWithin(data.byteOffset / 4, from, from + x.size);
    x.data = data;
    this.#made.push(x);
  }

  #claim(size: number): Float32Array {
    const at = this.#top;
    const next = at + aligned(4 * size);
    if (next > this.#bottom) throw this.#full(4 * size);
    this.#top = next;
    return new Float32Array(this.#floats.buffer, at, size);
  }

  #fresh<X extends Tensor>(x: X): X {
    this.#made.push(x);
    return x;
  }

  #full(bytes: number): RangeError {
    return new RangeError(
      `kernels: the memory of ${mebibytes(this.#floats.byteLength)} MiB has no room for ${mebibytes(bytes)} more; ` +
        "run each step in scope(), or ask for more with { mebibytes }",
    );
  }
}

/** Gives tensors an ordinary array, one for all of them: an array for each would cost more than most operators. */
function moveOut(tensors: readonly Tensor[]): void {
  const { buffer } = new Float32Array(tensors.reduce((total, { size }) => total + size, 0));
  let at = 0;
  for (const x of tensors) {
    const data = new Float32Array(buffer, at, x.size);
    data.set(x.data);
    x.data = data;
    at += data.byteLength;
  }
}

/** x, unless its numbers are gone. */
function living<X extends Tensor>(x: X): X {
  if (x.data.length === x.size) return x;
  throw released(x);
}

const released = ({ shape }: Tensor): TypeError =>
  new TypeError(
    `kernels: a tensor [${shape.join(", ")}] was released; return it from scope() to keep it, unload() it last`,
  );

/** Which 16 bits a tensor is stored in, if in such. */
function narrowOf(x: Tensor): "BF16" | "F16" | undefined {
  const dtype = storedOf(x)?.dtype;
  return dtype === "BF16" || dtype === "F16" ? dtype : undefined;
}

/** A matrix of the shape of x whose bits are `words`, in the memory, until they are taken away. */
function pinned(x: Tensor, { dtype, widened }: Stored, words: Uint16Array): Matrix {
  const [rows = 0, columns = 0] = x.shape;
  const living = (): Uint16Array => {
    if (matrix.words.length === rows * columns) return matrix.words;
    throw released(matrix);
  };
  const stored: Stored = {
    dtype,
    widened,
    bits: living,
    rows: (from, to) => living().subarray(from * columns, to * columns),
  };
  const matrix = Object.assign(storedMatrix(stored, rows, columns), { words });
  return matrix;
}

const end = (block: Block | undefined, base: number): number => (block ? block.at + block.bytes : base);
const mebibytes = (bytes: number): string => (bytes / 1048576).toFixed(1);
