// The catalogue: bugs that real kernels had, as kernels that have them.
import { activationMutants } from "./activations.ts";
import { attentionMutants } from "./attention.ts";
import { callMutants } from "./calls.ts";
import { cheats, memoryMutants } from "./memory.ts";
import type { Mutant } from "./mutant.ts";
import { normMutants } from "./norms.ts";
import { precisionMutants } from "./precision.ts";
import { sumMutants } from "./sums.ts";

const number = ({ id }: Mutant): number => Number(/\d+/.exec(id)?.[0] ?? 99);

/** By number; variants of a bug have a word after it. */
export const CATALOGUE: readonly Mutant[] = [
  ...sumMutants,
  ...memoryMutants,
  ...callMutants,
  ...activationMutants,
  ...precisionMutants,
  ...normMutants,
  ...attentionMutants,
].sort((a, b) => number(a) - number(b));

/** What no suite may let pass, though it is no bug but a fraud. */
export const CHEATS: readonly Mutant[] = cheats;
