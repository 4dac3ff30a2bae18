// What must be given back however this process ends: other processes, and files.
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const releases = new Set<() => void>();

/**
 * Calls `release`, which must not wait, if this process ends before the function that is returned was called. Where
 * nobody else listens to a signal that ends a process, it ends this one, after the releases.
 */
export function atEnd(release: () => void): () => void {
  if (releases.size === 0) listen();
  releases.add(release);
  return () => {
    if (releases.delete(release) && releases.size === 0) unlisten();
  };
}

function listen(): void {
  process.on("exit", releaseAll);
  for (const signal of SIGNALS) process.on(signal, interrupted);
}

function unlisten(): void {
  process.off("exit", releaseAll);
  for (const signal of SIGNALS) process.off(signal, interrupted);
}

function releaseAll(): void {
  for (const release of releases) release();
}

function interrupted(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return; // whoever listens decides; if it ends the process, "exit" follows
  releaseAll();
  unlisten();
  process.kill(process.pid, signal);
}
