// The gradients of the products: products again, of factors turned over.
import type { Gradients } from "../../reference/ops/contract.ts";
import { expect } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";
import { columnSums, gatedProduct, gatedSlope, placed, product, turned } from "./matrices.ts";

/** dx = dy · wᵀ, dw = xᵀ · dy, db[o] = Σ_t dy[t, o] */
export const linearGradient =
  (machine: Machine): Gradients["linear"] =>
  (dy, x, w, b) => {
    const [[T], [, O]] = [x.shape, w.shape];
    expect(
      dy,
      [T, O],
      "linearGradient: dy is @; expected [T, O], with T the rows of x and O the columns of w",
    );
    return machine.operator(() => {
      const [slope, input, weights] = [placed(machine, dy), placed(machine, x), placed(machine, w)];
      return [
        product(machine, slope, turned(weights), O, machine.like(x)),
        product(machine, turned(input), slope, T, machine.like(w)),
        b && columnSums(machine, slope, T, machine.like(b)),
      ];
    });
  };

/** With e = dh ⊙ g: dx = e · w, dw = eᵀ · x, dg = dh ⊙ (x · wᵀ), which is gatedLinear(x, w, dh) */
export const gatedLinearGradient =
  (machine: Machine): Gradients["gatedLinear"] =>
  (dh, x, w, g) => {
    const [[T], [F]] = [x.shape, w.shape];
    expect(dh, [T, F], "gatedLinearGradient: dh is @; expected [T, F], the shape of g");
    return machine.operator(() => {
      const e = gatedSlope(machine, dh, g);
      return [
        product(machine, e, placed(machine, w), F, machine.like(x)),
        product(machine, turned(e), placed(machine, x), T, machine.like(w)),
        gatedProduct(machine, "gatedMatmul", x, w, dh),
      ];
    });
  };

/** dx = dz · table, dtable = dzᵀ · x */
export const unembedGradient =
  (machine: Machine): Gradients["unembed"] =>
  (dz, x, table) => {
    const [[T], [V]] = [x.shape, table.shape];
    expect(
      dz,
      [T, V],
      "unembedGradient: dz is @; expected [T, V], with T the rows of x and V those of table",
    );
    return machine.operator(() => {
      const slope = placed(machine, dz);
      return [
        product(machine, slope, placed(machine, table), V, machine.like(x)),
        product(machine, turned(slope), placed(machine, x), T, machine.like(table)),
      ];
    });
  };
