// A thread of kernels: waits for a task in the shared memory, does its share of the items, says so. The task's layout
// is tasks.ts's. Plain JavaScript, because a worker of Node starts without the loader of its parent.

const [GENERATION, KERNEL, ARGUMENTS, FAILED] = [0, 1, 2, 3];
const SHARES = 16;
const DONE = 64;
const LINE = 16; // int32 numbers in a cache line: no two threads write to one
const PATIENCE = 20000; // looks, about a fifth of a millisecond, before sleeping: most tasks follow at once

/**
 * Serves until the generation is negative.
 *
 * @param {WebAssembly.Memory} memory
 * @param {Record<string, (...args: number[]) => void>} exports
 * @param {number} thread  1 and up; 0 is whoever asks
 * @param {number} scratch  the byte address of this thread's room
 */
export function serve(memory, exports, thread, scratch) {
  const ints = new Int32Array(memory.buffer, 0, 1024);
  const numbers = new Float64Array(memory.buffer, 4096, 64);
  const kernels = Object.values(exports).filter((kernel) => typeof kernel === "function");
  const done = DONE + LINE * thread;
  for (let seen = 0; ; ) {
    for (let looks = 0; Atomics.load(ints, GENERATION) === seen; ) {
      if (++looks > PATIENCE) Atomics.wait(ints, GENERATION, seen);
    }
    seen = Atomics.load(ints, GENERATION);
    if (seen < 0) return;
    const [from, to] = [ints[SHARES + 2 * thread], ints[SHARES + 2 * thread + 1]];
    try {
      if (from < to) kernels[ints[KERNEL]](...numbers.subarray(0, ints[ARGUMENTS]), from, to, scratch);
    } catch {
      Atomics.store(ints, FAILED, 1); // the caller waits for this thread, and must not wait for ever
    }
    Atomics.store(ints, done, seen);
  }
}
