// Scripts and data that a page loads when they are first needed: from beside the page, or from inside it where the page
// is one file.
import { find, make } from "./dom.ts";

const here = (document.currentScript as HTMLScriptElement | null)?.src.replace(/[^/]*$/, "") ?? "";
const loads = new Map<string, Promise<void>>();

/** Runs the script `name`.js of assets/ once. @throws {Error} when it cannot be read */
export function load(name: string): Promise<void> {
  const known = loads.get(name) ?? run(name);
  loads.set(name, known);
  known.catch(() => loads.delete(name));
  return known;
}

function run(name: string): Promise<void> {
  const inside = find(`script[data-asset="${name}"]`);
  const script = make("script");
  if (inside !== undefined) {
    script.textContent = inside.textContent;
    document.head.append(script);
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    script.src = `${here}${name}.js`;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`assets/${name}.js cannot be loaded`)));
    document.head.append(script);
  });
}

const world = globalThis as unknown as {
  relukitData?: (path: string, text: string) => void;
  relukitWorker?: () => void;
};
const files = new Map<string, string>();
world.relukitData = (path, text) => void files.set(path, text);

/** The files at `paths` below fixtures/, as texts or base64. @throws {RangeError} for one that the page cannot load */
export async function data(paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const path of paths) {
    const name = `data/${path.replace(/^fixtures\//, "").replaceAll("/", "-")}`;
    if (!files.has(path))
      await load(name).catch(() => {
        throw new RangeError(`the file is ${path}; expected one that this page has`);
      });
    found[path] = files.get(path) ?? "";
  }
  return found;
}

/** The text of the worker with the whole library. */
export async function workerText(): Promise<string> {
  await load("library");
  return `(${String(world.relukitWorker)})();`;
}
