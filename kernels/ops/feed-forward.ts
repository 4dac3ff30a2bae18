// A whole feed-forward in two runs of the kernels, zeros skipped: no operator of the contract, but the bits of several.
import type { Activation } from "../../reference/ops/contract.ts";
import { expect, type Matrix, type Vector } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";
import { activeProduct, GRAIN } from "./matrices.ts";

/** The activations that leave zeros. */
export type Rectifier = Extract<Activation, { readonly shift: number }> & {
  readonly kind: "relu" | "relu-squared" | "fatrelu" | "fatrelu-strict";
};

/** A feed-forward as OPT has it: down · f(up · x + bias) + bias. */
export interface Plain {
  readonly up: Matrix<"D", "F">;
  readonly upBias?: Vector<"F">;
  readonly down: Matrix<"F", "D">;
  readonly downBias?: Vector<"D">;
}

/** A feed-forward as Llama has it: down · (f(gate · x) ⊙ (up · x)), row f of up what neuron f reads. */
export interface Gated {
  readonly gate: Matrix<"D", "F">;
  readonly up: Matrix<"F", "D">;
  readonly down: Matrix<"F", "D">;
}

/** By these numbers kernels/assembly/relu.ts knows the kinds. */
const KINDS = { relu: 0, "relu-squared": 1, fatrelu: 2, "fatrelu-strict": 3 };

/** activeLinear(activate(linear(x, up, upBias), f), down, downBias), or with activeLinear(x, up, upBias) for `skip`. */
export const feedForward =
  (machine: Machine) =>
  (x: Matrix<"T", "D">, { up, upBias, down, downBias }: Plain, f: Rectifier, skip = false) => {
    const [[T, D], [, F]] = [x.shape, up.shape];
    expect(up, [D, F], "feedForward: up is @; expected [D, F], with D the columns of x");
    if (upBias) expect(upBias, [F], "feedForward: upBias is @; expected [F], the columns of up");
    expect(down, [F, D], "feedForward: down is @; expected [F, D], with F the columns of up");
    if (downBias) expect(downBias, [D], "feedForward: downBias is @; expected [D], the columns of down");
    return machine.operator(() => {
      const h = machine.matrix<"T", "F">(T, F);
      const places = [x, up].map(machine.place);
      const biasAt = upBias ? machine.place(upBias) : 0;
      const rest = [biasAt, machine.place(h), T, D, F, Number(skip), ...numbers(f)];
      machine.run("hidden", F, GRAIN, T * D * F, ...places, ...rest);
      return activeProduct(machine, h, down, machine.like(x), downBias);
    });
  };

/** With g = activate(linear(x, gate), f): activeLinear(activeGatedLinear(x, up, g), down). */
export const gatedFeedForward =
  (machine: Machine) =>
  (x: Matrix<"T", "D">, { gate, up, down }: Gated, f: Rectifier, skip = false) => {
    const [[T, D], [, F]] = [x.shape, gate.shape];
    expect(gate, [D, F], "gatedFeedForward: gate is @; expected [D, F], with D the columns of x");
    expect(up, [F, D], "gatedFeedForward: up is @; expected [F, D], with F the columns of gate");
    expect(down, [F, D], "gatedFeedForward: down is @; expected [F, D], with F the columns of gate");
    return machine.operator(() => {
      const [g, h] = [machine.room(T * F), machine.matrix<"T", "F">(T, F)];
      const places = [...[x, gate, up].map(machine.place), g, machine.place(h)];
      machine.run("gatedHidden", F, GRAIN, 2 * T * D * F, ...places, T, D, F, Number(skip), ...numbers(f));
      return activeProduct(machine, h, down, machine.like(x));
    });
  };

/** What the kernel `relu` takes of an activation. */
function numbers(f: Rectifier): readonly number[] {
  const threshold = "threshold" in f ? f.threshold : 0;
  for (const [name, value] of Object.entries({ shift: f.shift, threshold }))
    if (!Number.isFinite(value))
      throw new RangeError(`feedForward: ${name} is ${value}; expected a finite number`);
  return [KINDS[f.kind], f.shift, threshold];
}
