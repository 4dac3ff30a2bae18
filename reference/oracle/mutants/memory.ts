// Bugs of memory: what is not written, what is left from another call, what is written where it should not be.

import { plainManner } from "../arithmetic/machine.ts";
import type { Kernel } from "../kernel.ts";
import { machineKernel } from "../machine-kernel.ts";
import { bitsIn, fill, numbersIn, type Picture, type View, write } from "../picture.ts";
import { around, type Mutant } from "./mutant.ts";
import { onActive } from "./sums.ts";

const outputs = ({ views }: Picture): readonly View[] => views.filter(({ name }) => name.startsWith("out."));

/** A kernel some of whose elements keep what they held: those where `keeps` says so. */
const keeping = (keeps: (row: number, column: number, columns: number, rows: number) => boolean) =>
  around((kernel) => ({
    ...kernel,
    run: async (picture) => {
      const before = outputs(picture).map((view) => bitsIn(picture, view));
      const outcome = await kernel.run(picture);
      for (const [o, view] of outputs(picture).entries()) {
        const bits = bitsIn(picture, view).slice();
        const columns = view.shape.at(-1) ?? 1;
        const elements = view.shape.reduce((a, b) => a * b, 1);
        const width = bits.length / Math.max(1, elements);
        for (let i = 0; i < elements; i++)
          if (keeps(Math.floor(i / columns), i % columns, columns, elements / columns))
            for (let b = i * width; b < (i + 1) * width; b++) bits[b] = before[o]?.[b] ?? 0;
        fill(picture, view, bits);
      }
      return outcome;
    },
  }));

const outputTail: Mutant = {
  id: "M03",
  inMemory: true,
  bug: "the last n mod 4 columns of the output are not written",
  witness: "vllm-xpu-kernels 454 (channels from 257 on at width 768)",
  kernel: keeping((_, column, columns) => column >= columns - (columns % 4)),
};

/** Rows without an active neuron are not written. */
const emptyList: Mutant = {
  id: "M04",
  inMemory: true,
  bug: "an output row is not written where no neuron is active",
  witness: "grouped_gemm 36, FBGEMM 5754, kernels-community 1056",
  kernel: (declaration, manner = plainManner) => {
    let empty = new Set<number>();
    const inner = machineKernel(declaration, manner, {
      operators: (ops) => ({
        ...ops,
        activeLinear: (x, w, b) => {
          empty = new Set([...Array(x.rows).keys()].filter((t) => isZeroRow(x, t)));
          return ops.activeLinear(x, w, b);
        },
        activeGatedLinear: (x, w, g) => {
          empty = new Set([...Array(g.rows).keys()].filter((t) => isZeroRow(g, t)));
          return ops.activeGatedLinear(x, w, g);
        },
      }),
    });
    return {
      ...inner,
      run: async (picture) => {
        empty = new Set();
        const before = outputs(picture).map((view) => bitsIn(picture, view));
        const outcome = await inner.run(picture);
        for (const [o, view] of outputs(picture).entries()) {
          const bits = bitsIn(picture, view).slice();
          const rowBytes = bits.length / Math.max(1, view.shape[0] ?? 1);
          for (const t of empty)
            bits.set((before[o] ?? bits).subarray(t * rowBytes, (t + 1) * rowBytes), t * rowBytes);
          fill(picture, view, bits);
        }
        return outcome;
      },
    };
  },
};

const isZeroRow = (x: { columns: number; at(r: number, c: number): number }, t: number): boolean =>
  [...Array(x.columns).keys()].every((i) => x.at(t, i) === 0);

const nothingWritten: Mutant = {
  id: "M05",
  inMemory: true,
  bug: "the output is what was in memory before",
  witness: "KernelBench (result reuse), helion 1672, Tutel 339",
  kernel: around((kernel) => ({ ...kernel, run: () => ({ status: "ok" }) })),
};

const previousMask: Mutant = {
  id: "M06",
  bug: "the mask of the previous token is used",
  witness: "masks computed once a step",
  kernel: onActive((row, t, x) => row.map((value, i) => (t > 0 && x.at(t - 1, i) === 0 ? 0 : value))),
};

const firstMask: Mutant = {
  id: "M07",
  bug: "the mask of the first row is used for all",
  witness: "TEAL 12 (wrong beyond a batch of 1)",
  kernel: onActive((row, _, x) => row.map((value, i) => (x.at(0, i) === 0 ? 0 : value))),
};

/** What it answered for the memory at that place, it answers again. */
const staleCache: Mutant = {
  id: "M08",
  inMemory: true,
  bug: "an answer is kept by the address of its input",
  witness: "kernelbench.com 7",
  kernel: around((kernel) => {
    const known = new WeakMap<ArrayBufferLike, readonly Uint8Array[]>();
    return {
      ...kernel,
      run: async (picture) => {
        const kept = known.get(picture.bytes.buffer);
        if (kept) {
          for (const [o, view] of outputs(picture).entries())
            fill(picture, view, kept[o] ?? new Uint8Array());
          return { status: "ok" };
        }
        const outcome = await kernel.run(picture);
        known.set(
          picture.bytes.buffer,
          outputs(picture).map((view) => bitsIn(picture, view).slice()),
        );
        return outcome;
      },
    };
  }),
};

const accumulates: Mutant = {
  id: "M12",
  inMemory: true,
  bug: "the result is added to what the output held",
  witness: "beta = 1 on memory that was not cleared",
  kernel: around((kernel) => ({
    ...kernel,
    run: async (picture) => {
      const before = outputs(picture).map((view) => numbersIn(picture, view));
      const outcome = await kernel.run(picture);
      for (const [o, view] of outputs(picture).entries()) {
        const sum = Float64Array.from(numbersIn(picture, view), (value, i) => value + (before[o]?.[i] ?? 0));
        write(picture, view, sum);
      }
      return outcome;
    },
  })),
};

/** After a run, one thing more: it writes where it has no business. */
const afterwards = (spoil: (picture: Picture) => void) =>
  around((kernel: Kernel) => ({
    ...kernel,
    run: async (picture) => {
      const outcome = await kernel.run(picture);
      spoil(picture);
      return outcome;
    },
  }));

const inPlace: Mutant = {
  id: "M46",
  inMemory: true,
  bug: "an input is used as scratch memory",
  witness: "KernelBench (zero_out): results written over inputs",
  kernel: afterwards((picture) => {
    const [input, output] = [picture.views[0], outputs(picture)[0]];
    if (!input || !output) return;
    const numbers = numbersIn(picture, input).slice();
    if (numbers.length > 0)
      numbers[0] = input.dtype === "I32" ? 1 - (numbers[0] ?? 0) : (numbers[0] ?? 0) === 3 ? 5 : 3;
    write(picture, input, numbers);
  }),
};

const pastTheEnd: Mutant = {
  id: "M46/past",
  inMemory: true,
  bug: "the element after the output is written too",
  witness: "vector stores over a tail",
  kernel: afterwards((picture) => {
    const view = outputs(picture)[0];
    const guard = picture.guards.find(([from]) => view && from >= view.offset);
    if (guard) picture.bytes[guard[0]] = 0;
  }),
};

export const memoryMutants: readonly Mutant[] = [
  outputTail,
  emptyList,
  nothingWritten,
  previousMask,
  firstMask,
  staleCache,
  accumulates,
  inPlace,
  pastTheEnd,
];

/** Kernels that compute nothing, or not all of it: no case but an empty one may let them pass. */
export const cheats: readonly Mutant[] = [
  cheat("H/zeros", "zeros are written", () => 0),
  cheat("H/constant", "one constant is written", () => 0.125),
  {
    id: "H/prefix",
    bug: "only the first half of the output is computed, the rest is zero",
    witness: "the web platform tests once compared the first 1,000 elements alone",
    kernel: around((kernel) => ({
      ...kernel,
      run: async (picture) => {
        const outcome = await kernel.run(picture);
        for (const view of outputs(picture)) {
          const numbers = numbersIn(picture, view).slice();
          write(picture, view, numbers.fill(0, Math.ceil(numbers.length / 2)));
        }
        return outcome;
      },
    })),
  },
];

function cheat(id: string, bug: string, value: () => number): Mutant {
  return {
    id,
    bug,
    witness: "KernelBench 165 (zeros pass 4 of 60 problems)",
    kernel: around((kernel) => ({
      ...kernel,
      run: (picture) => {
        for (const view of outputs(picture))
          write(picture, view, numbersIn(picture, view).slice().fill(value()));
        return { status: "ok" };
      },
    })),
  };
}
