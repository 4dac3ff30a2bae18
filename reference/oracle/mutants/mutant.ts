// A bug as a kernel that has it: an alteration of a right machine, or something that happens around one.
import { type Manner, plainManner } from "../arithmetic/machine.ts";
import type { Case, Input } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import type { Declaration, Kernel } from "../kernel.ts";
import { type Alteration, machineKernel } from "../machine-kernel.ts";

/** A known bug, and how a kernel that has it is made. */
export interface Mutant {
  /** of the catalogue, with the variant after a slash where there are several */
  readonly id: string;
  /** what a diagnosis says: "as if …" */
  readonly bug: string;
  /** where it was seen, or what it stands for */
  readonly witness: string;
  /** why no output can tell it from a right kernel, in a type */
  readonly equivalent?: Partial<Record<FloatDtype, string>>;
  /** what it does to memory or from call to call shows only to who looks there: numbers alone may be right */
  readonly inMemory?: true;
  /** the kernel with the bug, which declares that it has none */
  readonly kernel: (declaration: Declaration, manner?: Manner) => Kernel;
}

/** A machine with that alteration. */
export const altered =
  (alteration: Alteration) =>
  (declaration: Declaration, manner: Manner = plainManner): Kernel =>
    machineKernel(declaration, manner, alteration);

/** A right machine, and something around it. */
export const around =
  (wrap: (kernel: Kernel) => Kernel) =>
  (declaration: Declaration, manner: Manner = plainManner): Kernel =>
    wrap(machineKernel(declaration, manner));

/** A machine that in truth is another than it declares. */
export const secretly =
  (truly: Partial<Declaration>) =>
  (declaration: Declaration, manner: Manner = plainManner): Kernel => ({
    ...machineKernel({ ...declaration, ...truly }, manner),
    declaration: machineKernel(declaration, manner).declaration,
  });

/** The case with some of its inputs replaced; those it does not have stay away. */
export function replacing(given: Case, inputs: Readonly<Record<string, (input: Input) => Input>>): Case {
  const entries = Object.entries(given.inputs).map(([name, input]): [string, Input] => [
    name,
    inputs[name]?.(input) ?? input,
  ]);
  return { ...given, inputs: Object.fromEntries(entries) };
}

export const numbersOf = (input: Input, f: (value: number, i: number) => number): Input => ({
  ...input,
  numbers: Float64Array.from(input.numbers, (value, i) => f(value, i)),
});
