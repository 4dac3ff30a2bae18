// Neurons so near a threshold that a machine may let them through or not. A jump has no small error: rather than bounding
// both, the answer is asked which of them it let through, and then held to what follows.
import type { Numbers } from "../tensor.ts";
import type { Arithmetic } from "./arithmetic/arithmetic.ts";
import { closely } from "./arithmetic/closely.ts";
import { type Gauged, gauges } from "./arithmetic/gauge.ts";
import type { Case } from "./case.ts";
import { evaluate } from "./evaluate.ts";
import type { Model } from "./model.ts";
import type { Change } from "./operators/all.ts";
import { mapped } from "./operators/grid.ts";

/** Of one token: the truth with every undecided neuron shut, what each adds when it is open, and the bound then. */
export interface UndecidedRow {
  readonly neurons: readonly number[];
  readonly shut: Float64Array;
  /** a row of outputs a neuron */
  readonly adds: readonly Float64Array[];
  readonly bound: Float64Array;
}

/** By token; tokens without such a neuron are left out. */
export type Undecided = ReadonlyMap<number, UndecidedRow>;

const JUMPS: ReadonlySet<unknown> = new Set(["fatrelu", "fatrelu-strict"]);
/** More choices than 2 to the power of this are not tried. */
const MOST = 12;

/** The undecided neurons of a layer with a threshold; nothing where there are none, or it is no such layer. */
export function undecidedOf(given: Case, model: Model): Undecided | undefined {
  const kind = (given.attributes["f"] as { readonly kind?: string } | undefined)?.kind;
  if (!given.op.endsWith("eedForward") || !JUMPS.has(kind)) return undefined;
  const found = neuronsNear(given, model);
  if (found.size === 0) return undefined;
  return new Map([...found].map(([t, neurons]) => [t, rowOf(given, model, t, neurons)]));
}

/** Where the bound of an activation is as wide as its jump. */
function neuronsNear(given: Case, model: Model): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  const watching: Change<Gauged> = (ops) => ({
    ...ops,
    activate: (x, f) => {
      const y = ops.activate(x, f);
      return mapped(y, (value, t, n) => {
        if (value.error > 2 * x.at(t, n).error && value.error > 0) found.set(t, [...(found.get(t) ?? []), n]);
        return value;
      });
    },
  });
  evaluate(given, gauges(model), watching);
  return found;
}

/** The layer with some neurons of a token forced: open ones keep their height. */
function forced<N>(a: Arithmetic<N>, t: number, open: ReadonlyMap<number, boolean>): Change<N> {
  return (ops) => ({
    ...ops,
    activate: (x, f) => {
      const y = ops.activate(x, f);
      const shift = "shift" in f ? f.shift : 0;
      return mapped(y, (value, row, n) => {
        const is = row === t ? open.get(n) : undefined;
        if (is === undefined) return value;
        if (!is) return a.stored(0);
        return shift === 0 ? x.at(row, n) : a.subtract(x.at(row, n), a.stored(shift));
      });
    },
  });
}

function rowOf(given: Case, model: Model, t: number, neurons: readonly number[]): UndecidedRow {
  const tried = neurons.slice(0, MOST + 1);
  const D = given.inputs["x"]?.shape[1] ?? 0;
  const row = <N>(elements: readonly N[] = []): readonly N[] => elements.slice(t * D, (t + 1) * D);
  const truthWith = (open: (n: number) => boolean): Float64Array => {
    const choice = new Map(tried.map((n) => [n, open(n)]));
    const { y } = evaluate(given, closely, forced(closely, t, choice));
    return Float64Array.from(row(y), ({ hi }) => hi);
  };
  const shut = truthWith(() => false);
  const adds = tried.map((open) => truthWith((n) => n === open).map((value, d) => value - (shut[d] ?? 0)));
  const a = gauges(model);
  const { y } = evaluate(given, a, forced(a, t, new Map(tried.map((n) => [n, true]))));
  const ROUNDED = 8.9e-16; // what the sums below round, in float64
  const bound = Float64Array.from(row(y), ({ error }, d) => {
    const size = adds.reduce((sum, add) => sum + Math.abs(add[d] ?? 0), Math.abs(shut[d] ?? 0));
    return error + ROUNDED * size;
  });
  return { neurons, shut, adds, bound };
}

/** The first token whose answer no choice explains; nothing where each has one, or there are too many to try. */
export function unexplained(undecided: Undecided, answer: Numbers): number | undefined {
  for (const [t, row] of undecided) if (row.neurons.length <= MOST && !explained(row, answer, t)) return t;
  return undefined;
}

/** Whether some choice of open neurons gives the answer of token t. */
function explained({ shut, adds, bound }: UndecidedRow, answer: Numbers, t: number): boolean {
  const D = shut.length;
  for (let choice = 0; choice < 1 << adds.length; choice++) {
    let fits = true;
    for (let d = 0; d < D && fits; d++) {
      let truth = shut[d] ?? 0;
      for (const [j, add] of adds.entries()) if (choice & (1 << j)) truth += add[d] ?? 0;
      fits = Math.abs((answer[t * D + d] ?? Number.NaN) - truth) <= (bound[d] ?? 0);
    }
    if (fits) return true;
  }
  return false;
}
