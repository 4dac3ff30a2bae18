// The activations and their slopes: see reference/ops/activation.ts and activation-gradient.ts.
import type { Activation, Gradients, Ops } from "../../reference/ops/contract.ts";
import { expect } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";
import { copied, LINE } from "./elementwise.ts";

/** f(x − shift), element by element. */
export const activate =
  (machine: Machine): Ops["activate"] =>
  (x, f) => {
    if (f.kind === "identity") return machine.operator(() => copied(machine, x));
    const { kernel, cost, numbers } = named(f);
    return machine.operator(() => {
      const y = machine.like(x);
      machine.run(kernel, x.size, LINE, cost * x.size, ...[x, y].map(machine.place), ...numbers);
      return y;
    });
  };

/** dx = dy ⊙ f′(x − shift) */
export const activateGradient =
  (machine: Machine): Gradients["activate"] =>
  (dy, x, f) => {
    expect(dy, x.shape, "activateGradient: dy is @; expected [T, D], the shape of x");
    if (f.kind === "identity") return machine.operator(() => [copied(machine, dy)]);
    const { kernel, cost, numbers } = named(f);
    return machine.operator(() => {
      const dx = machine.like(x);
      const places = [dy, x, dx].map(machine.place);
      machine.run(`${kernel}Gradient`, x.size, LINE, cost * x.size, ...places, ...numbers);
      return [dx];
    });
  };

/** By these numbers kernels/assembly/relu.ts and smooth.ts know the kinds. */
const RELU = { relu: 0, "relu-squared": 1, fatrelu: 2, "fatrelu-strict": 3 };
const SMOOTH = { swish: 0, silu: 0, gelu: 1, "gelu-tanh": 2 };

/** The kernel of an activation, its cost in multiply-adds or so, and the numbers that it takes. */
function named(f: Exclude<Activation, { readonly kind: "identity" }>) {
  const shift = finite(f.shift, "shift");
  switch (f.kind) {
    case "relu":
    case "relu-squared":
      return { kernel: "relu", cost: 1, numbers: [RELU[f.kind], shift, 0] };
    case "fatrelu":
    case "fatrelu-strict":
      return { kernel: "relu", cost: 1, numbers: [RELU[f.kind], shift, finite(f.threshold, "threshold")] };
    case "swish":
      return { kernel: "smooth", cost: 8, numbers: [SMOOTH[f.kind], shift, finite(f.beta, "beta")] };
    case "silu":
    case "gelu":
    case "gelu-tanh":
      return { kernel: "smooth", cost: 8, numbers: [SMOOTH[f.kind], shift, 1] };
  }
}

const finite = (value: number, name: string): number => {
  if (Number.isFinite(value)) return value;
  throw new RangeError(`activate: ${name} is ${value}; expected a finite number`);
};
