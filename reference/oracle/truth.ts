// What is right: each output in double-double, and how far a kernel of a model may be from it.
import { closely } from "./arithmetic/closely.ts";
import type { Gauged } from "./arithmetic/gauge.ts";
import { gauges } from "./arithmetic/gauge.ts";
import type { Case } from "./case.ts";
import { evaluate } from "./evaluate.ts";
import type { Model } from "./model.ts";
import type { Change } from "./operators/all.ts";

/** An output's elements, row after row: hi + lo is the truth, to about 100 bits. */
export interface Truth {
  readonly hi: Float64Array;
  readonly lo: Float64Array;
}

/** How far an output's elements may be from the truth. */
export interface Gauge {
  /** proven; 0 where the bits are fixed, Infinity where nothing can be said */
  readonly bound: Float64Array;
  /** eight deviations, were roundings independent; no more than the bound */
  readonly likely: Float64Array;
  /** elements that may be NaN instead */
  readonly mayBeNaN?: ReadonlySet<number>;
}

export type ByOutput<X> = Readonly<Record<string, X>>;

const each = <X, Y>(outputs: ByOutput<X>, f: (output: X) => Y): ByOutput<Y> =>
  Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, f(output)]));

/** The truth of each output of the case, worked out in double-double. */
export const truthOf = (given: Case): ByOutput<Truth> =>
  each(evaluate(given, closely), (pairs) => ({
    hi: Float64Array.from(pairs, ({ hi }) => hi),
    lo: Float64Array.from(pairs, ({ lo }) => lo),
  }));

const DEVIATIONS = 8;

/** The bounds of the case for a kernel of that model. */
export function gaugeOf(given: Case, model: Model, change?: Change<Gauged>): ByOutput<Gauge> {
  const { result, ...rest } = gauges(model);
  const within = evaluate(given, { ...rest, result: (x) => x }, change);
  const tails = model.functions > ACCURATE || model.losesTails ? atMinusInfinity(given) : NOWHERE;
  return each(within, (elements) => {
    const bound = Float64Array.from(elements, (x) => result(x).error);
    const likely = elements.map((x, i) => {
      const most = bound[i] ?? 0;
      const rounding = most - x.error; // of the result: certain, and no matter of chance
      const likely = DEVIATIONS * Math.sqrt(x.variance) + Math.max(0, rounding);
      return likely < most ? likely : most; // where the bound is infinite, nothing is likelier
    });
    // Infinity less Infinity, as what a compensated sum adds in the end, is NaN
    const infinite = [...elements.keys()].filter((i) => Math.abs(elements[i]?.value ?? 0) === Infinity);
    const mayBeNaN = model.structure === "compensated" ? new Set([...tails, ...infinite]) : tails;
    return { bound, likely: Float64Array.from(likely), ...(mayBeNaN.size > 0 && { mayBeNaN }) };
  });
}

const ACCURATE = 4;
const NOWHERE: ReadonlySet<number> = new Set();

/** Where a smooth activation is asked for −∞: its limit is 0, and −∞ · 0 in fast arithmetic is NaN. */
function atMinusInfinity({ op, attributes, inputs }: Case): ReadonlySet<number> {
  const kind = (attributes["f"] as { readonly kind?: string } | undefined)?.kind ?? "";
  if (op !== "activate" || !SMOOTH.has(kind)) return NOWHERE;
  const x = inputs["x"]?.numbers ?? [];
  return new Set([...x.keys()].filter((i) => x[i] === -Infinity));
}

const SMOOTH: ReadonlySet<string> = new Set(["silu", "swish", "gelu", "gelu-tanh"]);
