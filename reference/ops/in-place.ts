// AdamW, element by element, and the sums it works from: what training changes in place, in float64.
// Loshchilov and Hutter 2017, arXiv:1711.05101: the decay acts on the weight itself, not through the moments.
import { expect, map, sum, type Tensor } from "../tensor.ts";
import type { InPlace } from "./contract.ts";

export const inPlace: InPlace = {
  own: (x) => map(x, (value) => value),
  disown: () => undefined,
  accumulate(total, x) {
    expect(x, total.shape, "accumulate: x is @; expected the shape of total");
    each(total, (i) => at(total, i) + at(x, i));
  },
  squares: (x) => sum(x.size, (i) => at(x, i) * at(x, i)),
  adamw(w, first, second, slope, update) {
    for (const x of [first, second, slope])
      expect(x, w.shape, "adamw: a moment or slope is @; expected the shape of w");
    const { rate, beta1, beta2, epsilon, decay, scale, correction1, correction2 } = update;
    each(first, (i) => beta1 * at(first, i) + (1 - beta1) * (scale * at(slope, i)));
    each(
      second,
      (i) => beta2 * at(second, i) + (1 - beta2) * (scale * at(slope, i)) * (scale * at(slope, i)),
    );
    const direction = (i: number): number =>
      at(first, i) / correction1 / (Math.sqrt(at(second, i) / correction2) + epsilon);
    each(w, (i) => at(w, i) - rate * (direction(i) + decay * at(w, i)));
  },
  clear: (x) => void x.data.fill(0),
};

const at = (x: Tensor, i: number): number => x.data[i] ?? Number.NaN;

const each = (x: Tensor, f: (i: number) => number): void => {
  for (let i = 0; i < x.size; i++) x.data[i] = f(i);
};
