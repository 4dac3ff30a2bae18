// The kernels in Node and Bun: threads are workers over shared memory.
import { Worker } from "node:worker_threads";
import { type Beginning, type Kernels, kernelsWith, type Settings } from "./kernels.ts";

export type { Kernels, Settings } from "./kernels.ts";

/** Starts the kernels; with more than one thread, close() ends them. A process need not wait for them to end. */
export const kernels = (settings: Settings = {}): Promise<Kernels> => kernelsWith(spawn, settings);

function spawn(beginning: Beginning): Promise<() => void> {
  const worker = new Worker(new URL("./threads/worker.node.js", import.meta.url), {
    workerData: beginning,
    execArgv: [], // not the loader of TypeScript: this worker is JavaScript, and starts at once without it
  });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", () => {
      worker.unref();
      resolve(() => void worker.terminate());
    });
  });
}
