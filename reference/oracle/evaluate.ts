// A case worked out in an arithmetic: the truth in one, the bound in another, a kernel's answer in a third.
import type { Arithmetic } from "./arithmetic/arithmetic.ts";
import type { Case, Input } from "./case.ts";
import { type Given, operation } from "./operations.ts";
import { type Change, operators } from "./operators/all.ts";
import { elements, type Grid, grid, lookedUp } from "./operators/grid.ts";

/** An output by its name: every element, row after row. */
export type Outputs<N> = Readonly<Record<string, readonly N[]>>;

const LARGE = 1 << 20; // elements: beyond, a number is made when it is asked for, as all at once would fill the memory

/** What the operator of the case gives, each element as its result is kept. */
export function evaluate<N>(given: Case, a: Arithmetic<N>, change?: Change<N>): Outputs<N> {
  const { run, outputs } = operation(given.op);
  const results = run(operators(a, change), givenIn(given, a));
  const names = Object.keys(outputs).map((key) => key.replace("?", ""));
  return Object.fromEntries(results.map((result, i) => [names[i], elements(result).map(a.result)]));
}

function givenIn<N>({ inputs, attributes }: Case, a: Arithmetic<N>): Given<N> {
  const made = new Map<string, Grid<N>>();
  const maybe = (name: string): Grid<N> | undefined => {
    const input = inputs[name];
    if (!input) return undefined;
    const known = made.get(name) ?? asGrid(input, a);
    made.set(name, known);
    return known;
  };
  return {
    maybe,
    tensor: (name) => {
      const found = maybe(name);
      if (!found) throw new RangeError(`evaluate: the case has no input ${name}; expected one`);
      return found;
    },
    ids: (name) => [...(inputs[name]?.numbers ?? [])],
    attributes,
  };
}

function asGrid<N>({ shape, numbers }: Input, a: Arithmetic<N>): Grid<N> {
  const [rows, columns] = shape.length === 2 ? [shape[0] ?? 0, shape[1] ?? 0] : [1, shape[0] ?? 0];
  const at = (r: number, c: number): N => a.stored(numbers[r * columns + c] ?? Number.NaN);
  return numbers.length > LARGE ? lookedUp(rows, columns, at) : grid(rows, columns, at);
}
