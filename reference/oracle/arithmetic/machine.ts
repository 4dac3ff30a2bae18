// What one machine does: every operation rounded as its model says, sums in an order of its own. With the operators it
// is a kernel that is right, though no two need agree in a bit; with a bug put in, one that is wrong.

import { cos, exp, log, pow, sin } from "../../elementary.ts";
import { stretch } from "../../ops/frequencies.ts";
import { roundedTo, truncatedTo } from "../float-formats.ts";
import type { Model } from "../model.ts";
import type { Arithmetic, Row } from "./arithmetic.ts";
import { machineActivations } from "./machine-activations.ts";
import { type Order, ordered } from "./order.ts";
import { blocks } from "./tensor-core.ts";

/** What a model leaves open: how a kernel goes about it. */
export interface Manner {
  readonly order: Order;
  /** products are added without being rounded first */
  readonly fused: boolean;
  /** a sum begins with its last term, a bias */
  readonly lastFirst: boolean;
  /** of two ways to write a line, the second */
  readonly second: boolean;
  /** sums in float64, however they are declared */
  readonly wide: boolean;
  /** exp and its kin are as far off as they may */
  readonly sloppy: boolean;
}

export const plainManner: Manner = {
  order: "ascending",
  fused: false,
  lastFirst: false,
  second: false,
  wide: false,
  sloppy: false,
};

/** A machine of the model that goes about it in that manner. */
export function machine(model: Model, manner: Manner = plainManner): Arithmetic<number> {
  const { accumulator, kept, out, flushesSubnormals, functions } = model;
  const flushed = (x: number): number => (flushesSubnormals && Math.abs(x) < accumulator.tiny ? 0 * x : x);
  const round = (x: number): number => flushed(roundedTo(accumulator, x));
  const inSums = manner.wide ? (x: number): number => x : round;
  const cut = model.cutsFactors
    ? (x: number): number => truncatedTo({ ...accumulator, precision: 11, u: 0.00048828125 }, x)
    : (x: number): number => x;
  /** A function's value, as far off as `functions` allows and a generator of signs says. */
  const rough = (x: number): number => {
    if (!manner.sloppy || !Number.isFinite(x)) return round(x);
    return round(x * (1 + (functions - 2) * accumulator.u * ((x * 1e4) % 1 > 0.5 ? 1 : -1)));
  };

  const total = (terms: number[]): number =>
    round(
      model.truncates
        ? blocks(terms, (x) => truncatedTo(accumulator, x))
        : ordered(manner.order, terms, (x, y) => inSums(x + y)),
    );
  const sum = (n: number, x: Row<number>): number => total(Array.from({ length: n }, (_, i) => x(i)));
  const dotOf = (
    factor: (x: number) => number,
    n: number,
    x: Row<number>,
    y: Row<number>,
    last?: number,
  ): number => {
    const fused = manner.fused || manner.wide || model.truncates;
    const terms = Array.from({ length: n }, (_, i) => {
      const product = factor(x(i)) * factor(y(i));
      return fused ? product : round(product);
    });
    if (last !== undefined && manner.lastFirst) terms.unshift(last);
    const all = total(terms);
    return last !== undefined && !manner.lastFirst ? round(all + last) : all;
  };

  const dot: Arithmetic<number>["dot"] = (n, x, y, last) => dotOf(cut, n, x, y, last);

  const add = (x: number, y: number): number => round(x + y);
  const multiply = (x: number, y: number): number => round(x * y);
  const divide = (x: number, y: number): number => (manner.second ? round(x * round(1 / y)) : round(x / y));

  return {
    stored: (x) => x,
    isZero: (x) => x === 0,
    near: (x) => x,
    add,
    subtract: (x, y) => round(x - y),
    multiply,
    divide,
    overRoot: (x) => rough(round(1 / round(Math.sqrt(x)))),
    sum,
    dot,
    moments: (n, x) => {
      const mean = divide(sum(n, x), n);
      const centred = Array.from({ length: n }, (_, i) => round(x(i) - mean));
      const at = (i: number): number => centred[i] ?? 0;
      return {
        mean,
        variance: divide(
          dotOf((c) => c, n, at, at),
          n,
        ),
      };
    },
    weightedMean: (n, w, x) => {
      const whole = sum(n, w);
      return manner.second
        ? dot(
            n,
            (i) =>
              kept.precision < accumulator.precision
                ? roundedTo(kept, divide(w(i), whole))
                : divide(w(i), whole),
            x,
          )
        : divide(dot(n, w, x), whole);
    },
    top: (n, x) => {
      let top = -Infinity;
      for (let i = 0; i < n; i++) top = Math.max(top, x(i));
      return top;
    },
    power: (x, top) => {
      if (!manner.second) return rough(exp(round(x - top)));
      const [scaled, most] = [round(x * round(Math.LOG2E)), round(top * round(Math.LOG2E))];
      return rough(exp(round(scaled - most) * Math.LN2));
    },
    log: (x) => rough(log(x)),
    ...machineActivations({ model, second: manner.second, round, rough }),
    direction: (position, base, i, K, scaling) => {
      if (position === 0) return [1, 0]; // nobody's cosine of 0 is off
      const longer = scaling ? stretch({ K, base, scaling }, i) : 1;
      const frequency = scaling
        ? round(rough(pow(base, round((-2 * i) / K))) * rough(longer))
        : rough(pow(base, round((-2 * i) / K)));
      const angle = manner.wide ? position * pow(base, (-2 * i) / K) * longer : round(position * frequency);
      return [rough(cos(angle)), rough(sin(angle))];
    },
    either: (x, y) => (manner.second ? y : x),
    respelled: (x, y) => (manner.second ? y : x),
    fixed: (x) => x,
    kept: (x) => flushed(roundedTo(kept, x)),
    result: (x) => flushed(roundedTo(out, x)),
  };
}
