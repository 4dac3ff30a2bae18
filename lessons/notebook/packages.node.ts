// The packages that lessons reach, as addresses that a worker can import from any folder.
// Large ones of many small files are packed into one file once a run, for every worker loads them anew.
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The address of a package. */
export type Packages = (name: string) => Promise<string>;

const large: readonly string[] = ["@observablehq/plot", "linkedom"];

/** Packages where they are installed, the large ones packed into `folder`. */
export function packagesIn(folder: string): Packages {
  const packed = new Map<string, Promise<string>>();
  return (name) => {
    const installed = fileURLToPath(import.meta.resolve(name));
    if (!large.includes(name)) return Promise.resolve(pathToFileURL(installed).href);
    const known = packed.get(name) ?? pack(installed, join(folder, `${name.replace(/\W+/g, "-")}.mjs`));
    packed.set(name, known);
    return known;
  };
}

async function pack(entry: string, outfile: string): Promise<string> {
  const { build } = await import("esbuild");
  const options = {
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
  } as const;
  await build({ ...options, entryPoints: [entry], outfile, minify: true, external: ["canvas"] });
  return pathToFileURL(outfile).href;
}
