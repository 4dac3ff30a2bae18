// All operators over one arithmetic.
import type { Arithmetic } from "../arithmetic/arithmetic.ts";
import { activations, feedForward } from "./activations.ts";
import { attention } from "./attention.ts";
import { mapped } from "./grid.ts";
import { norms } from "./norms.ts";
import type { Operators, Single } from "./operators.ts";
import { products } from "./products.ts";

/** Others in their place: what is wrong in one operator is then wrong in the layers made of it. */
export type Change<N> = (ops: Single<N>) => Single<N>;

/** The operators over an arithmetic, some of them changed. */
export function operators<N>(a: Arithmetic<N>, change: Change<N> = (ops) => ops): Operators<N> {
  const single = change({ ...products(a), ...activations(a), ...norms(a), ...attention(a) });
  return { ...single, feedForward: feedForward(single, (x) => mapped(x, a.kept)) };
}
