// Another library that multiplies float32 matrices: what the benchmarks ask of it, whichever it is.
import type { Matrix } from "../../../reference/tensor.ts";

/** Work that is prepared and can be done again and again. */
export interface Prepared {
  /** Does the work; where it returns a promise, until that is kept. */
  run(): unknown;
  /** Does it once and reads the result. */
  result(): Promise<Float32Array>;
  close(): void;
}

export interface Peer {
  /** x · w, both given anew each time as far as the library can tell. */
  product(x: Matrix, w: Matrix): Promise<Prepared>;
}

/** A peer whose weights may be prepared beforehand, as an engine for inference does. */
export interface InferencePeer extends Peer {
  /** x · w, with w a constant of the model. */
  projection(x: Matrix, w: Matrix): Promise<Prepared>;
  /** relu(x · up + upBias) · down + downBias, all but x constants of the model. */
  feedForward(x: Matrix, up: Matrix, upBias: Matrix, down: Matrix, downBias: Matrix): Promise<Prepared>;
}

/** The unit roundoff of float32. */
const UNIT = 1 / 16777216;

/**
 * Fails unless two results of the same sum of n products agree as float32 sums in any order do: within twice
 * (1 + u) · n · u · Σ|x·w|, here with |x| and |w| ½ at most.
 */
export function agree(got: Float32Array, wanted: Float32Array, n: number, what: string): void {
  const bound = 2 * n * UNIT * (n / 4);
  if (got.length !== wanted.length)
    throw new Error(`bench: ${what} has ${got.length} numbers; expected ${wanted.length}`);
  for (const [i, value] of wanted.entries()) {
    const error = Math.abs((got[i] ?? Number.NaN) - value);
    if (!(error <= bound)) throw new Error(`bench: number ${i} of ${what} is ${got[i]}; expected ${value}`);
  }
}
