// The peers' packages, from kernels/bench/node_modules, where `npm run bench:peers` installs them.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** The module of a package, with the folder of its entry file; undefined where it is not installed. */
export async function openPackage<M>(
  root: string,
  name: string,
): Promise<{ readonly module: M; readonly folder: string } | undefined> {
  const { resolve } = createRequire(join(root, "kernels/bench/package.json"));
  let entry: string;
  try {
    entry = resolve(name);
  } catch {
    return undefined;
  }
  const { default: inner, ...module } = await import(pathToFileURL(entry).href);
  return { module: { ...inner, ...module } as M, folder: dirname(entry) };
}
