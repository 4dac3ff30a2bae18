// Layer norm, root-mean-square norm, and their gradients. Where kernels write a line in two ways, both stand here.
import type { Arithmetic } from "../arithmetic/arithmetic.ts";
import { type Grid, grid, line } from "./grid.ts";
import type { Operators } from "./operators.ts";

/** A row brought to mean 0 and deviation 1; `over` is 1 over the deviation, `mean` undefined where none is taken off. */
interface Standard<N> {
  readonly n: Grid<N>;
  readonly over: readonly N[];
}

type Norms = "layerNorm" | "rmsNorm" | "layerNormGradient" | "rmsNormGradient";

export const norms = <N>(a: Arithmetic<N>): Pick<Operators<N>, Norms> => {
  const { add, subtract, multiply, dot, sum, either } = a;
  const mean = (n: number, x: (i: number) => N): N => a.divide(sum(n, x), a.stored(n));
  const meanSquare = (x: Grid<N>, t: number): N =>
    a.divide(
      dot(
        x.columns,
        (d) => x.at(t, d),
        (d) => x.at(t, d),
      ),
      a.stored(x.columns),
    );

  const centred = (x: Grid<N>, epsilon: number) => {
    const moments = Array.from({ length: x.rows }, (_, t) => a.moments(x.columns, (d) => x.at(t, d)));
    const over = moments.map(({ variance }) => a.overRoot(add(variance, a.stored(epsilon))));
    const means = moments.map((row) => row.mean);
    const n = grid(x.rows, x.columns, (t, d) =>
      a.kept(multiply(subtract(x.at(t, d), means[t] as N), over[t] as N)),
    );
    return { n, over, means };
  };
  const overRms = (x: Grid<N>, epsilon: number): Standard<N> => {
    const over = Array.from({ length: x.rows }, (_, t) =>
      a.overRoot(add(meanSquare(x, t), a.stored(epsilon))),
    );
    return { n: grid(x.rows, x.columns, (t, d) => a.kept(multiply(x.at(t, d), over[t] as N))), over };
  };

  /** Σ_t dy[t, d] · n[t, d] */
  const gainSlope = (dy: Grid<N>, n: Grid<N>): Grid<N> =>
    line(dy.columns, (d) =>
      dot(
        dy.rows,
        (t) => dy.at(t, d),
        (t) => n.at(t, d),
      ),
    );
  /**
   * (b − mean(b) − n · mean(b ⊙ n)) / deviation, b = dy ⊙ gain, the mean of b only where one is taken off: so written, or
   * with the divisor first, or D times all of it over D · deviation.
   */
  const inputSlope = (dy: Grid<N>, gain: Grid<N>, { n, over }: Standard<N>, centring: boolean): Grid<N> => {
    const D = dy.columns;
    const b = grid(dy.rows, D, (t, d) => multiply(dy.at(t, d), gain.at(0, d)));
    const shift = Array.from({ length: dy.rows }, (_, t) => mean(D, (d) => b.at(t, d)));
    const stretch = Array.from({ length: dy.rows }, (_, t) =>
      mean(D, (d) => multiply(b.at(t, d), n.at(t, d))),
    );
    return grid(dy.rows, D, (t, d) => {
      const [scale, along] = [over[t] as N, multiply(n.at(t, d), stretch[t] as N)];
      const left = centring ? subtract(b.at(t, d), shift[t] as N) : b.at(t, d);
      const scaled = multiply(b.at(t, d), scale);
      const scaledLeft = centring ? subtract(scaled, multiply(shift[t] as N, scale)) : scaled;
      const sums = a.stored(D);
      const [whole, product] = [multiply(shift[t] as N, sums), multiply(along, sums)];
      const times = multiply(b.at(t, d), sums);
      const large = subtract(centring ? subtract(times, whole) : times, product);
      return either(
        multiply(subtract(left, along), scale),
        either(subtract(scaledLeft, multiply(along, scale)), multiply(large, a.divide(scale, sums))),
      );
    });
  };

  return {
    layerNorm: (x, gain, bias, epsilon) => {
      const { n, over, means } = centred(x, epsilon);
      return grid(x.rows, x.columns, (t, d) => {
        // or folded: x · (gain / deviation) + (bias − mean · gain / deviation), the same factor twice
        const factor = a.fixed(multiply(gain.at(0, d), over[t] as N));
        const rest = subtract(bias.at(0, d), multiply(a.fixed(means[t] as N), factor));
        return a.respelled(
          add(multiply(n.at(t, d), gain.at(0, d)), bias.at(0, d)),
          add(multiply(x.at(t, d), factor), rest),
        );
      });
    },
    rmsNorm: (x, gain, epsilon) => {
      const { n } = overRms(x, epsilon);
      return grid(x.rows, x.columns, (t, d) => multiply(n.at(t, d), gain.at(0, d)));
    },
    layerNormGradient: (dy, x, gain, epsilon) => {
      const standard = centred(x, epsilon);
      const bias = line(dy.columns, (d) => sum(dy.rows, (t) => dy.at(t, d)));
      return [inputSlope(dy, gain, standard, true), gainSlope(dy, standard.n), bias];
    },
    rmsNormGradient: (dy, x, gain, epsilon) => {
      const standard = overRms(x, epsilon);
      return [inputSlope(dy, gain, standard, false), gainSlope(dy, standard.n)];
    },
  };
};
