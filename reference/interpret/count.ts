// The work: what the machine underneath was asked to multiply and to read, for each weight tensor.
// Paper: the FLOPs of table 1, counting a multiply-add once. Leaves out norms, activations and attention scores.

import { type Ops, override } from "../ops/contract.ts";
import { activeColumns } from "../ops/linear.ts";
import type { Matrix, Tensor } from "../tensor.ts";

/** The work of one projection; a weight read for several positions of one call counts once. */
export interface Work {
  readonly multiplyAdds: number;
  readonly weightsRead: number;
}

/** `ops`, keeping a `ledger` of the work asked of it: place it inside what it should see the effect of. */
export function count<O extends Ops>(ops: O): O & { readonly ledger: ReadonlyMap<Tensor, Work> } {
  const ledger = new Map<Tensor, Work>();
  const note = (w: Tensor, multiplyAdds: number, weightsRead: number): void => {
    const before = ledger.get(w) ?? { multiplyAdds: 0, weightsRead: 0 };
    ledger.set(w, {
      multiplyAdds: before.multiplyAdds + multiplyAdds,
      weightsRead: before.weightsRead + weightsRead,
    });
  };
  const noteDense = (x: Matrix, w: Matrix): void => note(w, x.shape[0] * w.size, w.size);
  /** Column i of the selector, an input or a gate, asks for a row of w, `width` weights. */
  const noteActive = (selector: Matrix, w: Matrix): void => {
    const [active, width] = [activeColumns(selector), w.shape[1]];
    const visits = active.reduce((total, columns) => total + columns.length, 0);
    note(w, visits * width, new Set(active.flat()).size * width);
  };
  const counted = override(ops, {
    linear(x, w, b) {
      noteDense(x, w);
      return ops.linear(x, w, b);
    },
    activeLinear(x, w, b) {
      noteActive(x, w);
      return ops.activeLinear(x, w, b);
    },
    gatedLinear(x, w, g) {
      noteDense(x, w);
      return ops.gatedLinear(x, w, g);
    },
    activeGatedLinear(x, w, g) {
      noteActive(g, w);
      return ops.activeGatedLinear(x, w, g);
    },
    unembed(x, table) {
      noteDense(x, table);
      return ops.unembed(x, table);
    },
  });
  return { ...counted, ledger };
}
