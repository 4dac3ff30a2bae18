// Guessing ahead which neurons will fire: how good a guess is, and what a model does that computes only those.
// Deja Vu and SparseInfer guess differently; they are judged and used alike.
import { type Ops, override } from "../ops/contract.ts";
import { expect, type Matrix, matrix, type Tensor } from "../tensor.ts";

/** From what a layer reads, [T, D], its neurons' chances, [T, F]: those that are not 0 are computed. */
export type Guess = (x: Matrix<"T", "D">) => Matrix<"T", "F">;

/** How many of so many neurons were guessed to fire, did fire, and both. */
export interface Hits {
  readonly neurons: number;
  readonly guessed: number;
  readonly active: number;
  readonly hits: number;
}

/**
 * Compares a guess with what happened: a neuron fired where h ≠ 0.
 *
 * @param guess   not 0 where a neuron is guessed to fire, [T, F]
 * @param hidden  after the activation, [T, F]
 * @throws {RangeError} when the two differ in shape
 */
export function hitsOf(guess: Matrix<"T", "F">, hidden: Matrix<"T", "F">): Hits {
  const [T, F] = hidden.shape;
  expect(guess, [T, F], "hitsOf: guess is @; expected [T, F], the shape of hidden");
  let [guessed, active, hits] = [0, 0, 0];
  for (let t = 0; t < T; t++)
    for (let f = 0; f < F; f++) {
      const [yes, fired] = [guess.get(t, f) !== 0, hidden.get(t, f) !== 0];
      if (yes) guessed++;
      if (fired) active++;
      if (yes && fired) hits++;
    }
  return { neurons: T * F, guessed, active, hits };
}

/** The fraction of the neurons that fired which were guessed: what is missed of it is lost. 1 where none fired. */
export const recall = ({ hits, active }: Hits): number => (active === 0 ? 1 : hits / active);

/** The fraction of the guessed neurons which fired: what is missed of it is work for nothing. 1 where none is guessed. */
export const precision = ({ hits, guessed }: Hits): number => (guessed === 0 ? 1 : hits / guessed);

/** The fraction of all neurons that is guessed: what is left to compute. */
export const guessedShare = ({ guessed, neurons }: Hits): number => guessed / neurons;

/**
 * `ops`, in whose guarded projections only the guessed neurons are computed: z[t, f] = 0 where the guess is 0.
 *
 * Right for activations with f(0) = 0. The value stands for "not computed"; here the product is made, and left out.
 *
 * @param guesses  by the weights of the projection that the activation reads
 */
export function onlyGuessed(ops: Ops, guesses: ReadonlyMap<Tensor, Guess>): Ops {
  const left = <O>(x: Matrix<"T">, w: Tensor, z: Matrix<"T", O>): Matrix<"T", O> => {
    const guess = guesses.get(w);
    if (!guess) return z;
    const yes = guess(x as Matrix<"T", "D">);
    const [T, F] = z.shape;
    return matrix(T, F, (t, f) => (yes.get(t, f) === 0 ? 0 : z.get(t, f)));
  };
  return override(ops, {
    linear: (x, w, b) => left(x, w, ops.linear(x, w, b)),
    activeLinear: (x, w, b) => left(x, w, ops.activeLinear(x, w, b)),
  });
}
