// The products and their gradients. Paper: section 4 and appendix B. A row behind a zero may be left out, or must be.
import type { Arithmetic } from "../arithmetic/arithmetic.ts";
import { type Grid, grid, line } from "./grid.ts";
import type { Operators } from "./operators.ts";

type Products =
  | "embed"
  | "linear"
  | "activeLinear"
  | "gatedLinear"
  | "activeGatedLinear"
  | "unembed"
  | "add"
  | "mul"
  | "append"
  | "embedGradient"
  | "linearGradient"
  | "gatedLinearGradient"
  | "unembedGradient"
  | "mulGradient"
  | "appendGradient";

export const products = <N>(a: Arithmetic<N>): Pick<Operators<N>, Products> => {
  const { add, multiply, sum, dot, isZero, stored } = a;
  const rows = (x: Grid<N>, from: number, to: number): Grid<N> =>
    grid(to - from, x.columns, (r, c) => x.at(from + r, c));
  /** x · w */
  const times = (x: Grid<N>, w: Grid<N>): Grid<N> =>
    grid(x.rows, w.columns, (t, o) =>
      dot(
        x.columns,
        (i) => x.at(t, i),
        (i) => w.at(i, o),
      ),
    );
  const turned = (x: Grid<N>): Grid<N> => ({ rows: x.columns, columns: x.rows, at: (r, c) => x.at(c, r) });

  const linear: Operators<N>["linear"] = (x, w, b) =>
    grid(x.rows, w.columns, (t, o) =>
      dot(
        x.columns,
        (i) => x.at(t, i),
        (i) => w.at(i, o),
        b?.at(0, o),
      ),
    );
  // what stands behind a zero is not looked at: a zero stands for it
  const activeLinear: Operators<N>["activeLinear"] = (x, w, b) =>
    grid(x.rows, w.columns, (t, o) =>
      dot(
        x.columns,
        (i) => x.at(t, i),
        (i) => (isZero(x.at(t, i)) ? stored(0) : w.at(i, o)),
        b?.at(0, o),
      ),
    );
  /** Σ_d x[t, d] · w[f, d] */
  const read = (x: Grid<N>, w: Grid<N>, t: number, f: number): N =>
    dot(
      x.columns,
      (d) => x.at(t, d),
      (d) => w.at(f, d),
    );

  return {
    embed: (tokens, table) => grid(tokens.length, table.columns, (t, d) => table.at(tokens[t] ?? 0, d)),
    linear,
    activeLinear,
    gatedLinear: (x, w, g) => grid(x.rows, w.rows, (t, f) => multiply(g.at(t, f), a.kept(read(x, w, t, f)))),
    activeGatedLinear: (x, w, g) =>
      grid(x.rows, w.rows, (t, f) =>
        isZero(g.at(t, f)) ? stored(0) : multiply(g.at(t, f), a.kept(read(x, w, t, f))),
      ),
    unembed: (x, table) => times(x, turned(table)),
    add: (x, y) => grid(x.rows, x.columns, (t, d) => add(x.at(t, d), y.at(t, d))),
    mul: (x, y) => grid(x.rows, x.columns, (t, d) => multiply(x.at(t, d), y.at(t, d))),
    append: (past, next) =>
      grid(past.rows + next.rows, next.columns, (s, h) =>
        s < past.rows ? past.at(s, h) : next.at(s - past.rows, h),
      ),

    embedGradient: (dx, tokens, V) => {
      const places = indices(V).map((v) => indices(dx.rows).filter((t) => tokens[t] === v));
      return grid(V, dx.columns, (v, d) => {
        const of = places[v] ?? [];
        return sum(of.length, (j) => dx.at(of[j] ?? 0, d));
      });
    },
    linearGradient: (dy, x, w) => [
      times(dy, turned(w)),
      times(turned(x), dy),
      line(dy.columns, (o) => sum(dy.rows, (t) => dy.at(t, o))),
    ],
    // e = dh ⊙ g, rounded once before it is a factor; the product before the gate is what the forward pass kept
    gatedLinearGradient: (dh, x, w, g) => {
      const e = grid(dh.rows, dh.columns, (t, f) => a.kept(multiply(dh.at(t, f), g.at(t, f))));
      const dg = grid(dh.rows, dh.columns, (t, f) => multiply(dh.at(t, f), a.kept(read(x, w, t, f))));
      return [times(e, w), times(turned(e), x), dg];
    },
    unembedGradient: (dz, x, table) => [times(dz, table), times(turned(dz), x)],
    mulGradient: (dz, x, y) => [
      grid(dz.rows, dz.columns, (t, d) => multiply(dz.at(t, d), y.at(t, d))),
      grid(dz.rows, dz.columns, (t, d) => multiply(dz.at(t, d), x.at(t, d))),
    ],
    appendGradient: (dy, past) => [rows(dy, 0, past), rows(dy, past, dy.rows)],
  };
};

const indices = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
