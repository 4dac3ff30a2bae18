// The arithmetic that a kernel declares, as numbers: what its bounds are made of.
import { ACCUMULATORS, type FloatDtype, type FloatFormat, FORMATS } from "./float-formats.ts";
import type { Declaration, Structure } from "./kernel.ts";

export interface Model {
  /** what sums and single operations are rounded to */
  readonly accumulator: FloatFormat;
  /** whether sums cut off instead of rounding */
  readonly truncates: boolean;
  readonly structure: Structure;
  /** what is kept between two steps of one operator */
  readonly kept: FloatFormat;
  /** what results are kept in */
  readonly out: FloatFormat;
  /** whether factors of a product are cut to 11 significant bits */
  readonly cutsFactors: boolean;
  readonly flushesSubnormals: boolean;
  /** roundings that exp and its kin may be off */
  readonly functions: number;
  /** whether the small values of smooth activations far below zero may be lost */
  readonly losesTails: boolean;
}

/** What is declared, and where nothing is: float32 within, any order, and nothing lost. */
export function modelOf(declaration: Omit<Declaration, "name">, dtype: FloatDtype): Model {
  const accumulator = declaration.accumulator ?? (dtype === "F64" ? "f64" : "f32");
  const format = ACCUMULATORS[accumulator];
  return {
    accumulator: format,
    truncates: accumulator === "tc-fp32",
    structure: declaration.structure ?? "any",
    kept: declaration.intermediate ? FORMATS[declaration.intermediate] : format,
    out: FORMATS[dtype],
    cutsFactors: declaration.inputs === "tf32",
    flushesSubnormals: declaration.flushesSubnormals ?? false,
    functions: declaration.functions === "fast" ? 32 : 4,
    losesTails: declaration.tails === "absolute",
  };
}

/**
 * How many roundings the term of a sum of n products goes through at most, that of the product included.
 *
 * @see Higham 2002, Accuracy and Stability of Numerical Algorithms, section 4.2; Jeannerod and Rump 2013 for n
 */
export function height(structure: Structure, n: number): number {
  if (structure === "tree") return Math.min(n, log2Above(n) + 1);
  const [kind, size] = structure.split(":");
  // the lanes one after the other, and a tail of single terms: no more than 2 L besides
  if (kind === "lanes") return Math.min(n, Math.ceil(n / Number(size)) + 2 * Number(size));
  if (kind === "block") return Math.min(n, Math.ceil(n / Number(size)) + Number(size));
  return n;
}

/** ⌈log2 n⌉ */
const log2Above = (n: number): number => (n <= 1 ? 0 : 32 - Math.clz32(n - 1));
