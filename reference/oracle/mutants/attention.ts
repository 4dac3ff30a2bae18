// Bugs of skipping and of attention: infinities behind zeros, softmax without its maximum, masks that are off.
import { type Grid, line, lookedUp, mapped } from "../operators/grid.ts";
import type { Single } from "../operators/operators.ts";
import { altered, type Mutant } from "./mutant.ts";

type Ops = Single<number>;

const rowsOf = (x: Grid<number>, from: number, to: number): Grid<number> =>
  lookedUp(to - from, x.columns, (r, c) => x.at(from + r, c));

/** Attention one query at a time, over the keys that `seen` says. */
const oneByOne = (ops: Ops, seen: (own: number, S: number) => number): Ops["attend"] => {
  return (q, k, v, K) => {
    const rows = Array.from({ length: q.rows }, (_, t) => {
      const keys = Math.max(1, seen(k.rows - q.rows + t + 1, k.rows));
      return ops.attend(rowsOf(q, t, t + 1), rowsOf(k, 0, keys), rowsOf(v, 0, keys), K);
    });
    return lookedUp(q.rows, q.columns, (t, c) => rows[t]?.at(0, c) ?? 0);
  };
};

/** Attention with −10⁴ added to what must not be seen, instead of leaving it out. */
const leaking = (ops: Ops): Ops["attend"] => {
  return (q, k, v, K) => {
    const [N, sharing] = [q.columns / K, q.columns / k.columns];
    const rows = Array.from({ length: q.rows }, (_, t) =>
      Array.from({ length: N }, (_, n) => {
        const key = Math.floor(n / sharing) * K;
        const scores = line(k.rows, (s) => {
          let score = 0;
          for (let i = 0; i < K; i++) score += q.at(t, n * K + i) * k.at(s, key + i);
          return score / Math.sqrt(K) + (s > k.rows - q.rows + t ? -10000 : 0);
        });
        return ops.softmax(scores);
      }),
    );
    return lookedUp(q.rows, q.columns, (t, c) => {
      const [n, i] = [Math.floor(c / K), c % K];
      const key = Math.floor(n / sharing) * K;
      let y = 0;
      for (let s = 0; s < k.rows; s++) y += (rows[t]?.[n]?.at(0, s) ?? 0) * v.at(s, key + i);
      return y;
    });
  };
};

export const attentionMutants: readonly Mutant[] = [
  {
    id: "M44/dense",
    bug: "a skipping product reads the rows behind zeros",
    witness: "0 · Infinity is NaN",
    kernel: altered({
      operators: (ops) => ({ ...ops, activeLinear: ops.linear, activeGatedLinear: ops.gatedLinear }),
    }),
  },
  {
    id: "M44/skipping",
    bug: "a dense product leaves out the rows behind zeros",
    witness: "NaN in weights that nobody reads",
    kernel: altered({
      operators: (ops) => ({ ...ops, linear: ops.activeLinear, gatedLinear: ops.activeGatedLinear }),
    }),
  },
  {
    id: "M45/no-max",
    bug: "the maximum is not taken off before exp",
    witness: "logits of 80 and more",
    kernel: altered({ arithmetic: (a) => ({ ...a, top: () => 0 }) }),
  },
  {
    id: "M45/scale",
    bug: "scores are divided by K, not by √K",
    witness: "a scale applied twice",
    kernel: altered({
      operators: (ops) => ({
        ...ops,
        attend: (q, k, v, K) =>
          ops.attend(
            mapped(q, (x) => x / Math.sqrt(K)),
            k,
            v,
            K,
          ),
      }),
    }),
  },
  {
    id: "M45/one-more",
    bug: "each query sees the key after its own",
    witness: "a causal mask off by one",
    kernel: altered({
      operators: (ops) => ({ ...ops, attend: oneByOne(ops, (own, S) => Math.min(S, own + 1)) }),
    }),
  },
  {
    id: "M45/one-fewer",
    bug: "each query sees the keys before its own alone",
    witness: "a causal mask off by one",
    kernel: altered({ operators: (ops) => ({ ...ops, attend: oneByOne(ops, (own) => own - 1) }) }),
  },
  {
    id: "M45/leak",
    bug: "masked keys have −10000 added and are not left out",
    witness: "masks made of a large number",
    kernel: altered({ operators: (ops) => ({ ...ops, attend: leaking(ops) }) }),
  },
  {
    id: "M45/heads",
    bug: "each query head reads its own number's key head, shared or not",
    witness: "grouped queries mapped by remainder",
    kernel: altered({
      operators: (ops) => ({
        ...ops,
        attend: (q, k, v, K) => {
          const G = k.columns / K;
          const [N, sharing] = [q.columns / K, q.columns / k.columns];
          // head n reads n mod G: the queries are put where the right sharing reads that
          const place = (n: number): number => (n % G) * sharing + Math.floor(n / G);
          const moved = lookedUp(q.rows, q.columns, (t, c) => {
            const at = Math.floor(c / K);
            const n = Array.from({ length: N }, (_, m) => m).find((m) => place(m) === at) ?? at;
            return q.at(t, n * K + (c % K));
          });
          const y = ops.attend(moved, k, v, K);
          return lookedUp(q.rows, q.columns, (t, c) => y.at(t, place(Math.floor(c / K)) * K + (c % K)));
        },
      }),
    }),
  },
];
