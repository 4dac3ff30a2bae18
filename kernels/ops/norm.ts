// Layer norm and root-mean-square norm, along the width D: see reference/ops/norm.ts.
import type { Gradients, Ops } from "../../reference/ops/contract.ts";
import { expect, type Matrix, type Vector } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";

/** y[t, d] = (x[t, d] − mean[t]) / √(variance[t] + ε) · gain[d] + bias[d] */
export const layerNorm =
  (machine: Machine): Ops["layerNorm"] =>
  (x, gain, bias, epsilon) => {
    const [T, D] = x.shape;
    expect(gain, [D], "layerNorm: gain is @; expected [D], the columns of x");
    expect(bias, [D], "layerNorm: bias is @; expected [D], the columns of x");
    return machine.operator(() => {
      const y = machine.like(x);
      const places = [x, gain, bias, y].map(machine.place);
      machine.run("layerNorm2", T, 1, COST * x.size, ...places, D, epsilon);
      return y;
    });
  };

/** y[t, d] = x[t, d] / √(mean of x[t]² + ε) · gain[d] */
export const rmsNorm =
  (machine: Machine): Ops["rmsNorm"] =>
  (x, gain, epsilon) => {
    const [T, D] = x.shape;
    expect(gain, [D], "rmsNorm: gain is @; expected [D], the columns of x");
    return machine.operator(() => {
      const y = machine.like(x);
      const places = [x, gain, y].map(machine.place);
      machine.run("rmsNorm", T, 1, COST * x.size, ...places, D, epsilon);
      return y;
    });
  };

/** With n the standardized row and g = dy ⊙ gain: dx = (g − mean(g) − n ⊙ mean(g ⊙ n)) / deviation, and Σ_t dy ⊙ n, Σ_t dy */
export const layerNormGradient =
  (machine: Machine): Gradients["layerNorm"] =>
  (dy, x, gain, _bias, epsilon) => {
    expect(dy, x.shape, "layerNormGradient: dy is @; expected [T, D], the shape of x");
    return machine.operator(() => {
      const dbias = machine.vector<never>(x.shape[1]);
      const [dx, dgain] = slopes(machine, dy, x, gain, machine.place(dbias), epsilon, 1);
      return [dx, dgain, dbias];
    });
  };

/** With n = x / rms and g = dy ⊙ gain: dx = (g − n ⊙ mean(g ⊙ n)) / rms, and Σ_t dy ⊙ n */
export const rmsNormGradient =
  (machine: Machine): Gradients["rmsNorm"] =>
  (dy, x, gain, epsilon) => {
    expect(dy, x.shape, "rmsNormGradient: dy is @; expected [T, D], the shape of x");
    return machine.operator(() => slopes(machine, dy, x, gain, machine.room(x.shape[1]), epsilon, 0));
  };

/** dx and dgain; dbias is left at its place, which a norm without one lends it. */
function slopes<D>(
  machine: Machine,
  dy: Matrix<"T", D>,
  x: Matrix<"T", D>,
  gain: Vector<D>,
  dbias: number,
  epsilon: number,
  centred: 0 | 1,
): readonly [dx: Matrix<"T", D>, dgain: Vector<D>] {
  const [T, D] = x.shape;
  const [dx, dgain, moments] = [machine.like(x), machine.vector<D>(D), machine.room(2 * T)];
  const [slope, row] = [machine.place(dy), machine.place(x)];
  const rows = [slope, row, machine.place(gain), machine.place(dx), moments];
  machine.run("normGradient", T, 1, 2 * COST * x.size, ...rows, D, epsilon, centred);
  const columns = [slope, row, moments, machine.place(dgain), dbias];
  machine.run("normWeights", D, 4, COST * x.size, ...columns, T, D);
  return [dx, dgain];
}

/** A division and a few passes cost about as much as so many multiply-adds. */
const COST = 4;
