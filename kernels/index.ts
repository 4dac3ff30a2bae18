// The kernels in a browser: threads where the page is isolated from other origins, for only then may memory be shared.
import { type Beginning, type Kernels, kernelsWith, type Settings } from "./kernels.ts";

export type { Kernels, Settings } from "./kernels.ts";

/** The little of a browser's Worker that is used here. */
interface BrowserWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: (() => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
}

interface Browser {
  readonly crossOriginIsolated?: boolean;
  readonly Worker?: new (url: URL, options: { readonly type: "module" }) => BrowserWorker;
}

/** Starts the kernels, with one thread on a page that is not isolated from other origins. The bits are the same. */
export const kernels = (settings: Settings = {}): Promise<Kernels> => {
  const { crossOriginIsolated, Worker } = globalThis as Browser;
  return kernelsWith(crossOriginIsolated && Worker ? spawning(Worker) : undefined, settings);
};

const spawning =
  (Worker: NonNullable<Browser["Worker"]>) =>
  (beginning: Beginning): Promise<() => void> => {
    const worker = new Worker(new URL("./threads/worker.js", import.meta.url), { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(`kernels: a thread cannot start: ${message}`));
      worker.onmessage = () => resolve(() => worker.terminate());
      worker.postMessage(beginning);
    });
  };
