// The products of the contract, over the kernels of kernels/assembly/product*.ts.
import type { Ops } from "../../reference/ops/contract.ts";
import { expect, type Matrix } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";
import { activeProduct, gatedProduct, placed, placedWords, product, turned } from "./matrices.ts";

export { gatedLinearGradient, linearGradient, unembedGradient } from "./product-gradient.ts";

/** y[t, o] = Σ_i x[t, i] · w[i, o] + b[o]; see reference/ops/linear.ts. */
export const linear =
  (machine: Machine): Ops["linear"] =>
  (x, w, b) => {
    const [[T, I], [, O]] = [x.shape, w.shape];
    expect(w, [I, O], "linear: w is @; expected [I, O], with I the columns of x");
    if (b) expect(b, [O], "linear: b is @; expected [O], the columns of w");
    return machine.operator(() =>
      product(machine, placed(machine, x), placedWords(machine, w), I, machine.matrix(T, O), b),
    );
  };

/** `linear`, row i of w read only where x[t, i] ≠ 0; see reference/ops/linear.ts. */
export const activeLinear =
  (machine: Machine): Ops["activeLinear"] =>
  (x, w, b) => {
    const [[T, I], [, O]] = [x.shape, w.shape];
    expect(w, [I, O], "activeLinear: w is @; expected [I, O], with I the columns of x");
    if (b) expect(b, [O], "activeLinear: b is @; expected [O], the columns of w");
    return machine.operator(() => activeProduct(machine, x, w, machine.matrix(T, O), b));
  };

/** h[t, f] = g[t, f] · Σ_d x[t, d] · w[f, d], +0 behind a closed gate; see reference/ops/linear.ts. */
export const gatedLinear =
  (machine: Machine): Ops["gatedLinear"] =>
  (x, w, g) =>
    gated(machine, "gatedLinear", "gatedMatmul", x, w, g);

/** `gatedLinear`, row f of w read only where g[t, f] ≠ 0; see reference/ops/linear.ts. */
export const activeGatedLinear =
  (machine: Machine): Ops["activeGatedLinear"] =>
  (x, w, g) =>
    gated(machine, "activeGatedLinear", "activeGatedMatmul", x, w, g);

/** z[t, v] = Σ_d x[t, d] · table[v, d]; see reference/ops/embedding.ts. */
export const unembed =
  (machine: Machine): Ops["unembed"] =>
  (x, table) => {
    const [[T, D], [V]] = [x.shape, table.shape];
    expect(table, [V, D], "unembed: table is @; expected [V, D], with D the columns of x");
    return machine.operator(() =>
      product(machine, placed(machine, x), turned(placedWords(machine, table)), D, machine.matrix(T, V)),
    );
  };

function gated<D, F>(
  machine: Machine,
  name: string,
  kernel: string,
  x: Matrix<"T", D>,
  w: Matrix<F, D>,
  g: Matrix<"T", F>,
): Matrix<"T", F> {
  const [[T, D], [F]] = [x.shape, w.shape];
  expect(w, [F, D], `${name}: w is @; expected [F, D], with D the columns of x`);
  expect(g, [T, F], `${name}: g is @; expected [T, F], with T the rows of x and F the rows of w`);
  return machine.operator(() => gatedProduct(machine, kernel, x, w, g));
}
