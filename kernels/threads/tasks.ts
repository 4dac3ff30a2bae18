// How a kernel's items are shared out: a task in shared memory, taken up by every thread at once.
// Int32 numbers: the generation, the kernel, how many arguments, whether a thread failed, each thread's share, each
// thread's last task done.
import type { Exports } from "../web-assembly.ts";

/** Bytes that a task takes at the bottom of the memory. */
export const TASK_BYTES = 8192;

const [GENERATION, KERNEL, ARGUMENTS, FAILED, SHARES, DONE, LINE] = [0, 1, 2, 3, 16, 64, 16];

/** Where a kernel's name stands among the functions that a module exports. */
export const positionsOf = (exports: Exports): ReadonlyMap<string, number> =>
  new Map(
    Object.entries(exports)
      .filter(([, kernel]) => typeof kernel === "function")
      .map(([name], i) => [name, i]),
  );

export type Task = (
  kernel: number,
  items: number,
  grain: number,
  args: readonly number[],
  own: (from: number, to: number) => void,
) => void;

/**
 * A function that runs one kernel on all threads and returns when every share is done.
 *
 * @param buffer   shared memory, the task's room at its bottom
 * @param threads  how many, the caller included, 24 at most; the caller is thread 0 and does the first share
 */
export function tasks(buffer: ArrayBufferLike, threads: number): Task {
  const ints = new Int32Array(buffer, 0, 1024);
  const numbers = new Float64Array(buffer, 4096, 64);
  let generation = 0;
  return (kernel, items, grain, args, own) => {
    const shares = cuts(items, grain, threads);
    ints[KERNEL] = kernel;
    ints[ARGUMENTS] = args.length;
    numbers.set(args);
    for (let t = 1; t < threads; t++) {
      ints[SHARES + 2 * t] = shares[t] ?? 0;
      ints[SHARES + 2 * t + 1] = shares[t + 1] ?? 0;
    }
    generation = generation === 0x7fffffff ? 1 : generation + 1;
    Atomics.store(ints, GENERATION, generation);
    Atomics.notify(ints, GENERATION);
    try {
      own(0, shares[1] ?? items);
    } finally {
      for (let t = 1; t < threads; t++) until(ints, DONE + LINE * t, generation);
    }
    if (Atomics.exchange(ints, FAILED, 0) !== 0)
      throw new Error("kernels: a kernel failed on another thread; its result is not whole");
  };
}

const PATIENCE = 20000; // looks, a fraction of a millisecond, before giving the core to whoever has none
const NAP = 0.05; // milliseconds

/** Waits until a number is the one wanted: by looking, then between naps where the platform lets this thread sleep. */
function until(ints: Int32Array, index: number, wanted: number): void {
  for (let looks = 0; ; looks++) {
    const found = Atomics.load(ints, index);
    if (found === wanted) return;
    if (looks > PATIENCE) nap(ints, index, found);
  }
}

let sleepless = false; // as the main thread of a browser's page is
function nap(ints: Int32Array, index: number, found: number): void {
  if (sleepless) return;
  try {
    Atomics.wait(ints, index, found, NAP);
  } catch {
    sleepless = true;
  }
}

/** 0, then where each share ends: multiples of the grain, as even as those allow. */
export function cuts(items: number, grain: number, threads: number): readonly number[] {
  const grains = Math.ceil(items / grain);
  return Array.from({ length: threads + 1 }, (_, t) =>
    Math.min(items, grain * Math.floor((grains * t) / threads)),
  );
}

/** Tells every thread to stop. */
export function dismiss(buffer: ArrayBufferLike): void {
  const ints = new Int32Array(buffer, 0, 1024);
  Atomics.store(ints, GENERATION, -1);
  Atomics.notify(ints, GENERATION);
}
