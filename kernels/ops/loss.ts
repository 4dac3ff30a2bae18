// Cross entropy of logits: see reference/ops/softmax.ts.
import type { Gradients, Ops } from "../../reference/ops/contract.ts";
import { expect, type Tokens } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";

/** loss[t] = log Σ_v exp z[t, v] − z[t, targets[t]] */
export const crossEntropy =
  (machine: Machine): Ops["crossEntropy"] =>
  (z, targets) => {
    const [T, V] = z.shape;
    checkTargets(targets, T, V);
    return machine.operator(() => {
      const loss = machine.vector<"T">(T);
      const places = [machine.place(z), machine.integers(targets), machine.place(loss)];
      machine.run("crossEntropy", T, 1, COST * z.size, ...places, V);
      return loss;
    });
  };

/** dz[t, v] = dloss[t] · (p[t, v] − 1 where v = targets[t]), p = softmax(z) */
export const crossEntropyGradient =
  (machine: Machine): Gradients["crossEntropy"] =>
  (dloss, z, targets) => {
    const [T, V] = z.shape;
    expect(dloss, [T], "crossEntropyGradient: dloss is @; expected [T], the rows of z");
    checkTargets(targets, T, V);
    return machine.operator(() => {
      const dz = machine.like(z);
      const places = [machine.place(dloss), machine.place(z), machine.integers(targets), machine.place(dz)];
      machine.run("crossEntropyGradient", T, 1, COST * z.size, ...places, V);
      return [dz];
    });
  };

/** An exponential costs about as much as so many multiply-adds. */
const COST = 8;

/** Kernels check nothing: what they would read beyond a row is refused here. */
function checkTargets(targets: Tokens, T: number, V: number): void {
  if (targets.length !== T)
    throw new RangeError(`crossEntropy: targets has ${targets.length} ids; expected T = ${T}, the rows of z`);
  for (const v of targets) {
    if (Number.isInteger(v) && v >= 0 && v < V) continue;
    throw new RangeError(
      `crossEntropy: target is ${v}; expected an integer from 0 to ${V - 1}, with V = ${V} the columns of z`,
    );
  }
}
