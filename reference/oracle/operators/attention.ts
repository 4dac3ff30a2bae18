// Causal attention, rotary positions, softmax and the loss, with their gradients.
import type { Rotation } from "../../ops/contract.ts";
import type { Arithmetic } from "../arithmetic/arithmetic.ts";
import { type Grid, grid, line, mapped } from "./grid.ts";
import type { Operators } from "./operators.ts";

type Attention =
  | "softmax"
  | "rotary"
  | "attend"
  | "crossEntropy"
  | "softmaxGradient"
  | "rotaryGradient"
  | "attendGradient"
  | "crossEntropyGradient";

export const attention = <N>(a: Arithmetic<N>): Pick<Operators<N>, Attention> => {
  const { add, subtract, multiply, divide, sum, dot, either, kept } = a;

  const powers = (
    x: Grid<N>,
    r: number,
  ): { readonly e: readonly N[]; readonly total: N; readonly top: N } => {
    const top = a.top(x.columns, (c) => x.at(r, c));
    const e = Array.from({ length: x.columns }, (_, c) => a.power(x.at(r, c), top));
    return { e, total: sum(e.length, (c) => e[c] as N), top };
  };
  const softmax = (x: Grid<N>): Grid<N> => {
    const rows = Array.from({ length: x.rows }, (_, r) => powers(x, r));
    return grid(x.rows, x.columns, (r, c) => divide(rows[r]?.e[c] as N, rows[r]?.total as N));
  };
  /** p ⊙ (dp − Σ dp · p), or p ⊙ dp − p · Σ dp · p */
  const throughSoftmax = (p: Grid<N>, dp: Grid<N>, along: (r: number) => N): Grid<N> => {
    const whole = Array.from({ length: p.rows }, (_, r) => along(r));
    return grid(p.rows, p.columns, (r, c) =>
      either(
        multiply(p.at(r, c), subtract(dp.at(r, c), whole[r] as N)),
        subtract(multiply(p.at(r, c), dp.at(r, c)), multiply(p.at(r, c), whole[r] as N)),
      ),
    );
  };
  const product = (p: Grid<N>, q: Grid<N>, r: number): N =>
    dot(
      p.columns,
      (c) => p.at(r, c),
      (c) => q.at(r, c),
    );

  const turned = (x: Grid<N>, { K, start, base, pairing, scaling }: Rotation, back: boolean): Grid<N> => {
    const [first, step] = pairing === "interleaved" ? [2, 1] : [1, K / 2];
    const directions = grid(x.rows, K / 2, (t, i) => {
      const [cosine, sine] = a.direction(start + t, base, i, K, scaling);
      return [kept(cosine), kept(sine)] as const;
    });
    return grid(x.rows, x.columns, (t, c) => {
      const within = c % K;
      const i = pairing === "interleaved" ? Math.floor(within / 2) : within % (K / 2);
      const one = c - within + first * i;
      const [cosine, sine] = directions.at(t, i);
      const [u, v] = [x.at(t, one), x.at(t, one + step)];
      const isFirst = c === one;
      const [along, across] = isFirst ? [u, v] : [v, u];
      const [p, q] = [multiply(along, cosine), multiply(across, sine)];
      return isFirst === back ? add(p, q) : subtract(p, q);
    });
  };

  const heads = (q: Grid<N>, k: Grid<N>, K: number) => {
    const [N, sharing] = [q.columns / K, q.columns / k.columns];
    const key = (n: number): number => Math.floor(n / sharing) * K;
    const seen = (t: number): number => k.rows - q.rows + t + 1;
    const scale = a.overRoot(a.stored(K));
    // q · k, then the scale; or q scaled first
    const score = (t: number, n: number, s: number): N => {
      const [query, keyed] = [(i: number): N => q.at(t, n * K + i), (i: number): N => k.at(s, key(n) + i)];
      return kept(
        either(
          multiply(dot(K, query, keyed), scale),
          dot(K, (i) => multiply(query(i), scale), keyed),
        ),
      );
    };
    /** the scores of head n at position t, one row */
    const scores = (t: number, n: number): Grid<N> => line(seen(t), (s) => score(t, n, s));
    return { N, sharing, key, seen, scale, scores };
  };

  return {
    softmax,
    softmaxGradient: (dp, x) => {
      const p = mapped(softmax(x), kept);
      return throughSoftmax(p, dp, (r) => product(dp, p, r));
    },
    rotary: (x, rotation) => turned(x, rotation, false),
    rotaryGradient: (dy, rotation) => turned(dy, rotation, true),

    attend: (q, k, v, K) => {
      const { N, key, seen, scores } = heads(q, k, K);
      const weights = grid(q.rows, N, (t, n) => powers(scores(t, n), 0).e.map(kept));
      return grid(q.rows, q.columns, (t, c) => {
        const [n, i] = [Math.floor(c / K), c % K];
        const e = weights.at(t, n);
        return a.weightedMean(
          seen(t),
          (s) => e[s] as N,
          (s) => v.at(s, key(n) + i),
        );
      });
    },
    attendGradient: (dy, q, k, v, K) => {
      const { N, sharing, key, seen, scale, scores } = heads(q, k, K);
      const steps = grid(q.rows, N, (t, n) => {
        const p = softmax(scores(t, n));
        const along = (s: number): N =>
          dot(
            K,
            (i) => dy.at(t, n * K + i),
            (i) => v.at(s, key(n) + i),
          );
        const dp = line(seen(t), along);
        // Σ p · dp, or Σ dy · y with y = Σ p · v, which needs no dp
        const y = (i: number): N =>
          a.weightedMean(
            seen(t),
            (s) => p.at(0, s),
            (s) => v.at(s, key(n) + i),
          );
        const whole = either(
          product(dp, p, 0),
          dot(K, (i) => dy.at(t, n * K + i), y),
        );
        const slope = throughSoftmax(p, dp, () => whole);
        return { p, a: line(seen(t), (s) => kept(multiply(slope.at(0, s), scale))) };
      });
      /** Σ over the heads and positions that read row s of k and v */
      const gathered = (weight: (t: number, n: number, s: number) => N, x: Grid<N>): Grid<N> =>
        grid(k.rows, k.columns, (s, c) => {
          const [g, i] = [Math.floor(c / K), c % K];
          const first = Math.max(0, s - (k.rows - q.rows));
          const readers = q.rows - first;
          const place = (j: number) =>
            [first + (j % readers), g * sharing + Math.floor(j / readers)] as const;
          return dot(
            sharing * readers,
            (j) => weight(...place(j), s),
            (j) => {
              const [t, n] = place(j);
              return x.at(t, n * K + i);
            },
          );
        });
      const dq = grid(q.rows, q.columns, (t, c) => {
        const [n, i] = [Math.floor(c / K), c % K];
        return dot(
          seen(t),
          (s) => steps.at(t, n).a.at(0, s),
          (s) => k.at(s, key(n) + i),
        );
      });
      return [
        dq,
        gathered((t, n, s) => steps.at(t, n).a.at(0, s), q),
        gathered((t, n, s) => kept(steps.at(t, n).p.at(0, s)), dy),
      ];
    },

    // log Σ e^(z − top) − (z[target] − top), or (top + log Σ e^(z − top)) − z[target]
    crossEntropy: (z, targets) =>
      line(z.rows, (t) => {
        const { total, top } = powers(z, t);
        const [log, wanted] = [a.log(total), z.at(t, targets[t] ?? 0)];
        return either(subtract(log, subtract(wanted, top)), subtract(add(top, log), wanted));
      }),
    crossEntropyGradient: (dloss, z, targets) => {
      const p = mapped(softmax(z), kept);
      return grid(z.rows, z.columns, (t, v) => {
        const off = v === targets[t] ? subtract(p.at(t, v), a.stored(1)) : p.at(t, v);
        return multiply(dloss.at(0, t), off);
      });
    },
  };
};
