// Bugs of sums: tails that are skipped, terms counted twice or not at all, what a race loses.
import { type Grid, grid, mapped } from "../operators/grid.ts";
import type { Single } from "../operators/operators.ts";
import { altered, type Mutant, numbersOf, replacing } from "./mutant.ts";

type Ops = Single<number>;

const cut = (n: number, lanes: number): number => n - (n % lanes);

const innerTail = (lanes: number): Mutant => ({
  id: `M01/${lanes}`,
  bug: `the last n mod ${lanes} terms of each product are left out`,
  witness: "hb-pytorch 35 (11th column), sglang 28630 (hidden size 15)",
  kernel: altered({
    arithmetic: (a) => ({ ...a, dot: (n, x, y, last) => a.dot(cut(n, lanes), x, y, last) }),
  }),
});

const neuronTail: Mutant = {
  id: "M02",
  bug: "the last F mod 4 neurons are left out",
  witness: "as M01, along the hidden axis",
  kernel: altered({
    call: (given) =>
      replacing(given, {
        down: (down) => {
          const [F = 0, D = 0] = down.shape;
          return numbersOf(down, (value, i) => (Math.floor(i / D) < cut(F, 4) ? value : 0));
        },
      }),
  }),
};

/** What activeLinear and activeGatedLinear make of changed rows of active values. */
export const onActive = (change: (row: readonly number[], t: number, x: Grid<number>) => readonly number[]) =>
  altered({
    operators: (ops: Ops): Ops => {
      const changed = (x: Grid<number>): Grid<number> => {
        const rows = Array.from({ length: x.rows }, (_, t) =>
          change(
            Array.from({ length: x.columns }, (_, i) => x.at(t, i)),
            t,
            x,
          ),
        );
        return grid(x.rows, x.columns, (t, i) => rows[t]?.[i] ?? 0);
      };
      return {
        ...ops,
        activeLinear: (x, w, b) => ops.activeLinear(changed(x), w, b),
        activeGatedLinear: (x, w, g) => ops.activeGatedLinear(x, w, changed(g)),
      };
    },
  });

/** The places of a row that are not zero. */
export const active = (row: readonly number[]): readonly number[] =>
  [...row.keys()].filter((i) => row[i] !== 0);

const lastDropped: Mutant = {
  id: "M23",
  bug: "the last active neuron is dropped",
  witness: "lists that end one early",
  kernel: onActive((row) => {
    const last = active(row).at(-1);
    return row.map((value, i) => (i === last ? 0 : value));
  }),
};

const capacity = (most: number): Mutant => ({
  id: `M24/${most}`,
  bug: `no more than ${most} active neurons fit the list`,
  witness: "lists of a fixed size",
  kernel: onActive((row) => {
    const kept = new Set(active(row).slice(0, most));
    return row.map((value, i) => (kept.has(i) ? value : 0));
  }),
});

const doubleCounted: Mutant = {
  id: "M25",
  bug: "one active neuron is counted twice",
  witness: "two threads that append the same index",
  kernel: onActive((row) => {
    const all = active(row);
    const twice = all[all.length >> 1];
    return row.map((value, i) => (i === twice ? 2 * value : value));
  }),
};

/** One output column loses the last term that is not zero, each time or every other time. */
const lostUpdate = (every: number): Mutant => ({
  id: every === 1 ? "M26" : "M26/sometimes",
  ...(every > 1 && { inMemory: true as const }),
  bug: every === 1 ? "one output loses one term" : "one output loses one term every other time",
  witness: "sums without atomics; the race tests of FlashAttention look for it",
  kernel: (declaration, manner) => {
    let calls = 0;
    const losing = (product: Ops["linear"]): Ops["linear"] => {
      return (x, w, b) => {
        const y = product(x, w, b);
        calls += 1;
        if (calls % every !== 0) return y;
        return mapped(y, (value, t, o) => {
          if (o !== w.columns >> 1) return value;
          const row = Array.from({ length: x.columns }, (_, i) => x.at(t, i));
          const last = active(row).at(-1);
          return last === undefined ? value : value - x.at(t, last) * w.at(last, o);
        });
      };
    };
    return altered({
      operators: (ops) => ({ ...ops, linear: losing(ops.linear), activeLinear: losing(ops.activeLinear) }),
    })(declaration, manner);
  },
});

const tinyDropped: Mutant = {
  id: "M27",
  bug: "active values below 1e-3 are taken for zero",
  witness: "approximate sparsity passed off as exact",
  kernel: onActive((row) => row.map((value) => (Math.abs(value) < 1e-3 ? 0 : value))),
};

const topK: Mutant = {
  id: "M28",
  bug: "the three largest quarters of the active values stand for all",
  witness: "top-k in place of a threshold",
  kernel: onActive((row) => {
    const bySize = [...active(row)].sort((i, j) => Math.abs(row[j] ?? 0) - Math.abs(row[i] ?? 0));
    const kept = new Set(bySize.slice(0, Math.ceil(bySize.length * 0.75)));
    return row.map((value, i) => (kept.has(i) ? value : 0));
  }),
};

export const sumMutants: readonly Mutant[] = [
  innerTail(4),
  innerTail(8),
  innerTail(32),
  neuronTail,
  lastDropped,
  capacity(16),
  capacity(32),
  doubleCounted,
  lostUpdate(1),
  lostUpdate(2),
  tinyDropped,
  topK,
];
