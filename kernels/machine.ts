// What the operators of this folder ask of whoever runs them: places in one flat memory, and kernels run over shares.
import type { Bits, Matrix, Tensor, Vector } from "../reference/tensor.ts";

/** Weights in the memory: float32, or words of 16 bits. */
export interface Words {
  readonly at: number;
  /** what ends the name of a kernel that reads them */
  readonly dtype: "" | "BF16" | "F16";
}

export interface Machine {
  /** The byte address of x's numbers as float32, copied in, for this operator, where they live elsewhere. */
  place(x: Tensor): number;
  /** Weights as wide as they are stored, copied in, for this operator, where they live elsewhere. */
  words(x: Tensor): Words;
  /** The byte address of words of 16 bits until the operator returns. */
  wordsOf(bits: Bits): number;
  /** The byte address of whole numbers as int32, until the operator returns. */
  integers(values: readonly number[] | Int32Array): number;
  /** Room for so many float32 numbers until the operator returns: its byte address. */
  room(floats: number): number;
  /** A fresh matrix in the memory, its numbers not yet written. */
  matrix<R, C>(rows: number, columns: number): Matrix<R, C>;
  /** A fresh vector in the memory, its numbers not yet written. */
  vector<A>(size: number): Vector<A>;
  /** A fresh tensor with the shape and labels of x, its numbers not yet written. */
  like<X extends Tensor>(x: X): X;
  /**
   * Does the items 0 … items − 1 of a kernel, shared out among the threads where that pays.
   *
   * @param kernel  its name in the WebAssembly module
   * @param grain   shares begin at multiples of it
   * @param work    multiply-adds or the like of all items together
   * @param args    the kernel's arguments, without the share and the scratch room that end the list
   */
  run(kernel: string, items: number, grain: number, work: number, ...args: readonly number[]): void;
  /** `past` with the rows of `next` after it: a cache, which grows in place outside the scopes. */
  extend<H>(past: Matrix<"S", H>, next: Matrix<"T", H>): Matrix<"S", H>;
  /** A copy of x that outlasts every scope, to be changed in place or read often, until it is unpinned. */
  pin<X extends Tensor>(x: X): X;
  unpin(x: Tensor): void;
  /** Runs an operator's body. Outside every scope its result is moved out, and the memory is as it was. */
  operator<Y>(body: () => Y): Y;
}
