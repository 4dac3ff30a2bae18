// Softmax along rows: see reference/ops/softmax.ts.
import type { Gradients, Ops } from "../../reference/ops/contract.ts";
import { expect } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";

/** p[r, c] = exp x[r, c] / Σ_c exp x[r, c] */
export const softmax =
  (machine: Machine): Ops["softmax"] =>
  (x) => {
    const [R, C] = x.shape;
    return machine.operator(() => {
      const p = machine.like(x);
      machine.run("softmax2", R, 1, COST * x.size, machine.place(x), machine.place(p), C);
      return p;
    });
  };

/** dx = p ⊙ (dp − Σ_c dp · p), p = softmax(x) */
export const softmaxGradient =
  (machine: Machine): Gradients["softmax"] =>
  (dp, x) => {
    expect(dp, x.shape, "softmaxGradient: dp is @; expected [R, C], the shape of x");
    const [R, C] = x.shape;
    return machine.operator(() => {
      const dx = machine.like(x);
      const places = [machine.place(dp), machine.place(x), machine.place(dx)];
      machine.run("softmaxGradient", R, 1, COST * x.size, ...places, C);
      return [dx];
    });
  };

/** An exponential costs about as much as so many multiply-adds. */
const COST = 8;
