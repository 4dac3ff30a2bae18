// What training changes in place: see reference/ops/in-place.ts. The tensors changed are those that `own` gave out.
import type { InPlace } from "../../reference/ops/contract.ts";
import { expect, sum, type Tensor } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";
import { LINE } from "./elementwise.ts";

/** total += x */
export const accumulate =
  (machine: Machine): InPlace["accumulate"] =>
  (total, x) => {
    expect(x, total.shape, "accumulate: x is @; expected the shape of total");
    machine.operator(() => {
      const to = owned(machine, "accumulate", total);
      machine.run("accumulate", x.size, LINE, x.size, to, machine.place(x));
    });
  };

/** x = 0 */
export const clear =
  (machine: Machine): InPlace["clear"] =>
  (x) =>
    machine.operator(() => machine.run("clear", x.size, LINE, x.size, owned(machine, "clear", x)));

/** Elements whose squares are added up in one go: so many in kernels/assembly/adamw.ts too. */
const CHUNK = 4096;

/** Σ x² in float64, chunk by chunk, then over the chunks: no number of threads changes a bit. */
export const squares =
  (machine: Machine): InPlace["squares"] =>
  (x) =>
    machine.operator(() => {
      const chunks = Math.ceil(x.size / CHUNK);
      const { data } = machine.vector(2 * chunks);
      machine.run("squares", chunks, 1, x.size, machine.place(x), data.byteOffset, x.size);
      const sums = new Float64Array(data.buffer, data.byteOffset, chunks);
      return sum(chunks, (c) => sums[c] ?? Number.NaN);
    });

/**
 * With g = scale · slope: first = β1 · first + (1 − β1) · g, second = β2 · second + (1 − β2) · g², then
 * w −= rate · (first/correction1 / (√(second/correction2) + ε) + decay · w)
 */
export const adamw =
  (machine: Machine): InPlace["adamw"] =>
  (w, first, second, slope, update) => {
    for (const x of [first, second, slope])
      expect(x, w.shape, "adamw: a moment or slope is @; expected the shape of w");
    const { rate, beta1, beta2, epsilon, decay, scale, correction1, correction2 } = update;
    machine.operator(() => {
      const places = [w, first, second].map((x) => owned(machine, "adamw", x));
      const means = [beta1, 1 - beta1, beta2, 1 - beta2];
      const rest = [epsilon, decay, scale, correction1, correction2];
      const places4 = [...places, machine.place(slope)];
      machine.run("adamw", w.size, LINE, COST * w.size, ...places4, rate, ...means, ...rest);
    });
  };

/** Divisions and a root cost about as much as so many multiply-adds. */
const COST = 8;

/** The place of a tensor that lives in the memory; what changed elsewhere would be a copy. */
function owned(machine: Machine, name: string, x: Tensor): number {
  const at = machine.place(x);
  if (at === x.data.byteOffset) return at;
  throw new TypeError(
    `${name}: a tensor [${x.shape.join(", ")}] lives elsewhere; expected one that own() gave out`,
  );
}
