// Experiment `latency`: is work saved time saved? The down projection and a whole plain feed-forward, by sparsity and size.
// Paper: appendix B, figure 9b. Times differ from run to run and machine to machine; the two ratios beside them do not.
import { type Kernels, kernels } from "../../kernels/index.node.ts";
import { feedForward, type Rectifier } from "../../kernels/ops/feed-forward.ts";
import { stream } from "../../reference/random.ts";
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import { type Contestants, interleaved, type Spread, spread } from "../interleaved.ts";
import type { Experiment, Lab } from "./experiment.ts";

export const SIZES = [
  [96, 384],
  [512, 2048],
  [1024, 4096],
  [2048, 8192],
] as const;
export const SPARSITIES = [0, 0.5, 0.8, 0.9, 0.95, 0.97, 0.99] as const;
export const PARTS = ["down", "layer"] as const;
export type Part = (typeof PARTS)[number];

/** Inputs that take turns, each with zeros of its own: what one left in the cache is not what the next reads. */
const CASES = 16;

export interface LatencyResult {
  readonly timings: string;
  readonly sizes: readonly {
    readonly D: number;
    readonly F: number;
    readonly rows: readonly LatencyRow[];
  }[];
}

export interface LatencyRow {
  readonly part: Part;
  readonly sparsity: number;
  /** neurons that fire, of F */
  readonly firing: number;
  /** multiply-adds with zeros skipped, over dense */
  readonly flopRatio: number;
  /** bytes read and written, weights and activations in float32, over dense */
  readonly byteRatio: number;
  /** measured: the time of a call with zeros skipped over that of a dense one beside it, and how far it scattered */
  readonly timeRatio: Spread;
  readonly milliseconds: { readonly dense: number; readonly sparse: number };
}

export const latency: Experiment = {
  name: "latency",
  paper: "appendix B, figure 9b",
  summary:
    "measured time against multiply-adds and bytes, down projection and feed-forward; times differ by machine",
  run: (lab) => latencies(lab, SIZES, SPARSITIES, 1),
};

/** @param seconds  that the two contestants of a row take turns for */
export async function latencies(
  lab: Pick<Lab, "say">,
  shapes: readonly (readonly [number, number])[],
  sparsities: readonly number[],
  seconds: number,
): Promise<LatencyResult> {
  const sizes = [];
  for (const [D, F] of shapes) {
    const bench = await benchOf(D, F);
    const rows = PARTS.flatMap((part) =>
      sparsities.map((sparsity) => {
        lab.say(() => `D ${D}, F ${F}, ${part}, ${Math.round(100 * sparsity)} % zeros`);
        const firing = Math.round((1 - sparsity) * F);
        const work = workOf(part, D, F, firing);
        const dense = workOf(part, D, F, F);
        return {
          ...{ part, sparsity, firing },
          flopRatio: work.multiplyAdds / dense.multiplyAdds,
          byteRatio: work.bytes / dense.bytes,
          ...timed(bench[part](firing), seconds),
        };
      }),
    );
    sizes.push({ D, F, rows });
  }
  return {
    timings:
      "timeRatio and milliseconds were measured, in processor time of one thread, and come out differently each time; all else is computed",
    sizes,
  };
}

/** What a call asks for with so many neurons firing: up is read in full, down a row for each that fires. */
export function workOf(part: Part, D: number, F: number, firing: number) {
  const down = { multiplyAdds: firing * D, bytes: 4 * (firing * D + F + D) };
  const up = { multiplyAdds: D * F, bytes: 4 * (D * F + D + F) };
  return part === "down"
    ? down
    : { multiplyAdds: up.multiplyAdds + down.multiplyAdds, bytes: up.bytes + down.bytes };
}

function timed(contestants: Contestants<"dense" | "sparse">, seconds: number) {
  const { dense, sparse } = interleaved(contestants, seconds);
  const timeRatio = spread(sparse.map((time, i) => time / (dense[i] ?? Number.NaN)));
  return { timeRatio, milliseconds: { dense: spread(dense).median, sparse: spread(sparse).median } };
}

/** For each part and number of neurons that fire, the same product dense and with zeros skipped. */
async function benchOf(D: number, F: number) {
  const ops = await kernels({ mebibytes: 64 + Math.ceil((4 * 2 * 4 * D * F) / 3 / 1048576) }); // a quarter is for caches
  const numbers = stream(1, `latency ${D} ${F}`);
  const floats = (size: number) => Float32Array.from({ length: size }, () => numbers.uniform() - 0.5);
  const up = ops.load(matrixOf<"D", "F">(floats(D * F), D, F));
  const down = ops.load(matrixOf<"F", "D">(floats(F * D), F, D));
  const inputs = Array.from({ length: CASES }, () => matrixOf<"T", "D">(floats(D), 1, D));
  const before = inputs.map((x) => ops.scope(() => ops.linear(x, up)));
  return {
    down: (firing: number) => {
      const hidden = before.map((z) => ops.scope(() => ops.activate(z, rectifier(z, firing))));
      return contest(ops, hidden, {
        dense: (h) => ops.linear(h, down),
        sparse: (h) => ops.activeLinear(h, down),
      });
    },
    layer: (firing: number) => {
      const layer = feedForward(ops.machine);
      const cases = inputs.map((x, i) => ({ x, f: rectifier(before[i], firing) }));
      return contest(ops, cases, {
        dense: ({ x, f }) => ops.linear(ops.activate(ops.linear(x, up), f), down),
        sparse: ({ x, f }) => layer(x, { up, down }, f),
      });
    },
  };
}

/** A ReLU shifted so far that the wanted number of these neurons fires. */
function rectifier(z: Matrix<"T", "F"> | undefined, firing: number): Rectifier {
  const order = [...(z?.data ?? [])].sort((a, b) => b - a);
  const shift = firing < order.length ? order[firing] : Math.floor((order.at(-1) ?? 0) - 1);
  return { kind: "relu", shift: Math.fround(shift ?? 0) };
}

type Contest<C> = Readonly<Record<"dense" | "sparse", (one: C) => Matrix>>;

/** Both on each case in turn; they have to agree to the bit, else the comparison would mean nothing. */
function contest<C>(ops: Kernels, cases: readonly C[], calls: Contest<C>): Contestants<"dense" | "sparse"> {
  for (const one of cases)
    ops.scope(() => {
      const [dense, sparse] = [calls.dense(one).data, calls.sparse(one).data];
      if (dense.some((value, i) => value !== sparse[i])) throw new Error("latency: sparse is not dense");
    });
  const turns = (call: (one: C) => Matrix) => {
    let turn = 0;
    return (): void => {
      const one = cases[turn++ % cases.length];
      if (one !== undefined) ops.scope(() => void call(one));
    };
  };
  return { dense: turns(calls.dense), sparse: turns(calls.sparse) };
}
