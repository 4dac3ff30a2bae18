// Bugs of activations: the wrong function, the wrong side of a threshold, the wrong end of a tail.
import { erf, exp, log1p, tanh } from "../../elementary.ts";
import type { Activation } from "../../ops/contract.ts";
import { type Grid, mapped } from "../operators/grid.ts";
import type { Single } from "../operators/operators.ts";
import { altered, type Mutant } from "./mutant.ts";

type Shifted = Extract<Activation, { readonly shift: number }>;

/** Another function in its place, for the activations that `change` says. */
const instead = (change: (f: Shifted) => Activation | undefined) =>
  altered({
    operators: (ops) => {
      const other = (f: Activation): Activation => (f.kind === "identity" ? f : (change(f) ?? f));
      return {
        ...ops,
        activate: (x, f) => ops.activate(x, other(f)),
        activateGradient: (dy, x, f) => ops.activateGradient(dy, x, other(f)),
      };
    },
  });

/** A function of z in place of one kind. */
const byHand = (kinds: readonly Activation["kind"][], of: (z: number, f: Shifted) => number) =>
  altered({
    operators: (ops: Single<number>) => ({
      ...ops,
      activate: (x: Grid<number>, f) =>
        f.kind !== "identity" && kinds.includes(f.kind)
          ? mapped(x, (value) => of(value, f))
          : ops.activate(x, f),
    }),
  });

const kind = (id: string, bug: string, from: Activation["kind"], to: Activation["kind"]): Mutant => ({
  id,
  bug,
  witness: "Liger-Kernel's bf16 forward test lets relu and gelu pass for silu",
  kernel: instead((f) =>
    f.kind === from ? ({ kind: to, shift: f.shift, beta: 1, threshold: 0 } as Activation) : undefined,
  ),
});

const RELU = ["relu"] as const;
const plain = (f: Shifted): number => f.shift;

export const activationMutants: readonly Mutant[] = [
  {
    id: "M13",
    bug: "the shift has the wrong sign",
    witness: "relu(z + b) for relu(z − b)",
    kernel: instead((f) => ({ ...f, shift: -f.shift })),
  },
  {
    id: "M14",
    bug: "the shift is taken off after the rectifier",
    witness: "relu(z) − b for relu(z − b)",
    kernel: byHand(RELU, (z, f) => Math.max(z, 0) - plain(f)),
  },
  {
    id: "M15",
    bug: "max(z, b) stands for relu(z − b)",
    witness: "a threshold taken for a shift",
    kernel: byHand(RELU, (z, f) => Math.max(z, plain(f))),
  },
  {
    id: "M16",
    bug: "survivors keep their height (FATReLU) where they should be shifted, or the reverse",
    witness: "two functions by one name",
    kernel: instead((f) =>
      f.kind === "relu" && f.shift !== 0
        ? { kind: "fatrelu", threshold: f.shift, shift: 0 }
        : f.kind === "fatrelu" || f.kind === "fatrelu-strict"
          ? { kind: "relu", shift: f.threshold }
          : undefined,
    ),
  },
  {
    id: "M17",
    bug: "the threshold itself is on the other side (> for ≥, or the reverse)",
    witness: "vLLM's fatrelu tests never draw a tie",
    kernel: instead((f) =>
      f.kind === "fatrelu"
        ? { ...f, kind: "fatrelu-strict" }
        : f.kind === "fatrelu-strict"
          ? { ...f, kind: "fatrelu" }
          : undefined,
    ),
  },
  kind("M18/squared", "the square of relu stands for relu", "relu", "relu-squared"),
  kind("M18/silu", "silu stands for relu", "relu", "silu"),
  kind("M18/gelu", "gelu stands for silu", "silu", "gelu"),
  kind("M18/relu", "relu stands for silu", "silu", "relu"),
  {
    id: "M19/softplus",
    bug: "a soft corner, log(1 + exp 16z)/16, stands for relu",
    witness: "smooth approximations",
    kernel: byHand(RELU, (z, f) => {
      const u = 16 * (z - plain(f));
      return u > 500 ? u / 16 : log1p(exp(u)) / 16;
    }),
  },
  {
    id: "M19/leaky",
    bug: "a hundredth of what is below zero passes",
    witness: "leaky relu by mistake",
    kernel: byHand(RELU, (z, f) => (z - plain(f) > 0 ? z - plain(f) : 0.01 * (z - plain(f)))),
  },
  {
    id: "M39",
    bug: "gelu's approximation with tanh stands for gelu",
    witness: "tt-metal 55130 (forced fast mode)",
    kernel: instead((f) => (f.kind === "gelu" ? { kind: "gelu-tanh", shift: f.shift } : undefined)),
  },
  {
    id: "M40",
    bug: "the negative tail is lost in 1 + erf, or 1 + tanh",
    witness: "tt-metal 56490 (19.6 million floats off), 36366, suite green at 0.05 (54883)",
    kernel: byHand(["gelu", "gelu-tanh"], (x, f) => {
      const z = x - plain(f);
      const inner =
        f.kind === "gelu" ? erf(z * Math.SQRT1_2) : tanh(0.7978845608028654 * (z + 0.044715 * z * z * z));
      return 0.5 * z * Math.fround(1 + Math.fround(inner));
    }),
  },
  {
    id: "M41",
    bug: "NaN is swallowed by the rectifier",
    witness: "pytorch 7999 and 10238, mxnet 11115, onnxruntime 11010, tensorflow 32730 and 40072, NNlib 509",
    kernel: byHand(["relu", "relu-squared", "fatrelu", "fatrelu-strict"], (x, f) => {
      const z = x - plain(f);
      const bound = "threshold" in f ? f.threshold : 0;
      const open = f.kind === "fatrelu" ? z >= bound : z > bound;
      return open ? (f.kind === "relu-squared" ? z * z : z) : 0;
    }),
  },
  {
    id: "M42",
    bug: "what is below zero becomes −0",
    witness: "webnn-polyfill 144",
    kernel: byHand(RELU, (x, f) => (x - plain(f) <= 0 ? 0 * (x - plain(f)) : x - plain(f))),
  },
];
