// Element by element: see reference/ops/elementwise.ts.
import type { Gradients, Ops } from "../../reference/ops/contract.ts";
import { expect, type Tensor } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";

/** Elements of a cache line: shares that begin with one never write to the same line. */
export const LINE = 16;

/** x + y */
export const add =
  (machine: Machine): Ops["add"] =>
  (x, y) => {
    expect(y, x.shape, "add: y is @; expected the shape of x");
    return machine.operator(() => paired(machine, "add", x, y));
  };

/** x ⊙ y */
export const mul =
  (machine: Machine): Ops["mul"] =>
  (x, y) => {
    expect(y, x.shape, "mul: y is @; expected the shape of x");
    return machine.operator(() => paired(machine, "mul", x, y));
  };

/** dx = dz ⊙ y, dy = dz ⊙ x */
export const mulGradient =
  (machine: Machine): Gradients["mul"] =>
  (dz, x, y) => {
    expect(dz, x.shape, "mulGradient: dz is @; expected the shape of x");
    return machine.operator(() => [paired(machine, "mul", dz, y), paired(machine, "mul", dz, x)]);
  };

function paired<X extends Tensor>(machine: Machine, kernel: string, x: X, y: Tensor): X {
  const z = machine.like(x);
  machine.run(kernel, x.size, LINE, x.size, machine.place(x), machine.place(y), machine.place(z));
  return z;
}

/** A fresh tensor with the numbers of x. */
export function copied<X extends Tensor>(machine: Machine, x: X): X {
  const y = machine.like(x);
  machine.run("copy", x.size, LINE, x.size, machine.place(x), machine.place(y));
  return y;
}
