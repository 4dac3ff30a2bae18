// The contract in float32 SIMD: a WebAssembly module over one flat memory, one thread or several, the same bits.
import type { Trainable } from "../reference/ops/contract.ts";
import type { Tensor } from "../reference/tensor.ts";
import { mapTensors, tensorsIn } from "../reference/weights.ts";
import { wasm as alone } from "./build/alone.js";
import { wasm as shared } from "./build/shared.js";
import type { Machine } from "./machine.ts";
import { Memory } from "./memory.ts";
import { operators } from "./ops/operators.ts";
import { dismiss, positionsOf, TASK_BYTES, tasks } from "./threads/tasks.ts";
import { type WasmMemory, type WasmModule, webAssembly } from "./web-assembly.ts";

/** What the kernels may take: one thread, 1024 MiB, and sharing from 65536 multiply-adds on where nothing is said. */
export interface Settings {
  /** how many threads compute, the caller included, 1 to 24; more than one needs memory that threads may share */
  readonly threads?: number;
  /** the size of the memory, for life, 32 to 4096; untouched pages cost nothing on most systems */
  readonly mebibytes?: number;
  /** the least work, in multiply-adds, that is shared out: to share less costs more than it saves; no bit depends on it */
  readonly shareFrom?: number;
}

/** The operators in float32 SIMD over one flat memory, with their gradients and what training changes in place. */
export type Kernels = Trainable & {
  /** how many compute, the caller included */
  readonly threads: number;
  /**
   * The same tree with every tensor copied into the memory once: a weight then costs no copy a call. Matrices that are
   * stored in BF16 or F16 stay as wide as they are, all else is float32.
   *
   * @param told  of each tensor: how many numbers were copied, and how many there are
   */
  load<W>(weights: W, told?: (done: number, total: number) => void): W;
  /** Gives the memory of loaded weights back. */
  unload(weights: unknown): void;
  /** Stops the threads but the caller's, which can go on alone. */
  close(): void;
  /** What runs single kernels, for those who compose operators of their own. */
  readonly machine: Machine;
};

/** What a thread needs to begin. */
export interface Beginning {
  readonly memory: WasmMemory;
  readonly module: WasmModule;
  readonly thread: number;
  readonly scratch: number;
}

/** Starts a thread, and resolves when it serves, to what ends it. */
export type Spawn = (beginning: Beginning) => Promise<() => void>;

const SCRATCH = 1048576; // bytes of private room for each thread
const PAGE = 65536;
/** An empty task takes a microsecond or so, and the other thread's cache has to be filled. */
const SHARE_FROM = 65536;

type Kernel = (...args: readonly number[]) => void;

/**
 * @param spawn  starts threads where the platform has them; without it there is one
 * @throws {RangeError} when the settings are out of range, or the memory cannot be had
 */
export async function kernelsWith(spawn: Spawn | undefined, settings: Settings = {}): Promise<Kernels> {
  const { threads, mebibytes, shareFrom } = checked(settings, spawn !== undefined);
  const module = await webAssembly.compile(bytesOf(threads > 1 ? shared : alone));
  const memory = memoryOf(mebibytes, threads > 1);
  const { exports } = await webAssembly.instantiate(module, { env: { memory } });
  const scratch = (thread: number): number => TASK_BYTES + thread * SCRATCH;
  const ends = await Promise.all(
    Array.from({ length: threads - 1 }, (_, i) =>
      spawn?.({ memory, module, thread: i + 1, scratch: scratch(i + 1) }),
    ),
  );

  const places = new Memory(memory.buffer, scratch(threads));
  const positions = positionsOf(exports);
  let task = threads > 1 ? tasks(memory.buffer, threads) : undefined;
  const machine: Machine = {
    place: (x) => places.place(x),
    words: (x) => places.words(x),
    wordsOf: (bits) => places.wordsOf(bits),
    integers: (values) => places.integers(values),
    room: (floats) => places.room(floats),
    matrix: (rows, columns) => places.matrix(rows, columns),
    vector: (size) => places.vector(size),
    like: (x) => places.like(x),
    operator: (body) => places.operator(body),
    extend: (past, next) => places.extend(past, next),
    pin: (x) => places.pin(x),
    unpin: (x) => places.unpin(x),
    run(name, items, grain, work, ...args) {
      const kernel = exports[name] as Kernel;
      if (!task || work < shareFrom || items <= grain) kernel(...args, 0, items, scratch(0));
      else
        task(positions.get(name) ?? -1, items, grain, args, (from, to) => {
          if (from < to) kernel(...args, from, to, scratch(0));
        });
    },
  };
  return {
    ...operators(machine),
    scope: (body) => places.scope(body),
    threads,
    machine,
    load: (weights, told) => loaded(places, weights, told),
    unload(weights) {
      for (const w of tensorsIn(weights)) places.unpin(w);
    },
    close() {
      if (task) dismiss(memory.buffer);
      task = undefined;
      for (const end of ends) end?.();
    },
  };
}

/** All of the tree or, where the memory is too small for it, none. */
function loaded<W>(places: Memory, weights: W, told?: (done: number, total: number) => void): W {
  const pinned: Tensor[] = [];
  const total = [...tensorsIn(weights)].reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const pin = (w: Tensor): Tensor => {
    const copy = places.pin(w);
    pinned.push(copy);
    done += w.size;
    told?.(done, total);
    return copy;
  };
  try {
    return mapTensors(weights, pin);
  } catch (error) {
    for (const w of pinned) places.unpin(w);
    throw error;
  }
}

function checked(settings: Settings, many: boolean): Required<Settings> {
  const { threads = 1, mebibytes = 1024, shareFrom = SHARE_FROM } = settings;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 24))
    throw new RangeError(`kernels: threads is ${threads}; expected a whole number from 1 to 24`);
  if (!(Number.isInteger(mebibytes) && mebibytes >= 32 && mebibytes <= 4096))
    throw new RangeError(`kernels: mebibytes is ${mebibytes}; expected a whole number from 32 to 4096`);
  if (!(shareFrom >= 0))
    throw new RangeError(`kernels: shareFrom is ${shareFrom}; expected a number of multiply-adds, 0 or more`);
  return { threads: many ? threads : 1, mebibytes, shareFrom };
}

function memoryOf(mebibytes: number, shared: boolean): WasmMemory {
  const pages = Math.min((mebibytes * 1048576) / PAGE, 65536);
  try {
    return new webAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch {
    throw new RangeError(
      `kernels: a memory of ${mebibytes} MiB cannot be had; ask for less with { mebibytes }`,
    );
  }
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
