// A joined lesson as one JavaScript file that a worker can run, with a source map back to lesson.md, and what it read.
import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import type { Message, Plugin } from "esbuild";
import type { Edition } from "./join.ts";
import type { Lesson } from "./lesson.ts";
import type { Packages } from "./packages.node.ts";
import type { Problem } from "./problem.ts";
import { sources } from "./sources.node.ts";

export interface Bundled {
  readonly code: string;
  readonly map: string;
  /** the files of relukit that the text reads, through any number of imports */
  readonly inputs: readonly string[];
}

const worker = `import { parentPort as relukitPort } from "node:worker_threads";
globalThis.postMessage = (message) => relukitPort.postMessage(message);
process.on("uncaughtException", (error) => {
  const { name = "a value", message = String(error), stack = "" } = error ?? {};
  relukitPort.postMessage({ type: "stopped", name, message, stack });
});`;

/** `relukit/…` as files of the checkout; packages stay outside the bundle, under their addresses. */
const relukit = (packages: Packages): Plugin => ({
  name: "relukit",
  setup(on) {
    on.onResolve({ filter: /^relukit\// }, ({ path }) => {
      const file = join(sources, path.slice("relukit/".length));
      return existsSync(file)
        ? { path: file }
        : { errors: [{ text: `import is from ${path}; expected a file of relukit` }] };
    });
    on.onResolve({ filter: /^[^./]/ }, async ({ path }) => {
      if (isAbsolute(path) || path.startsWith("node:")) return { path, external: true };
      return { path: await packages(path), external: true };
    });
  },
});

/** Bundles an edition; a fault in its text comes back as problems on the lines of lesson.md. */
export async function bundle(
  lesson: Lesson,
  edition: Edition,
  packages: Packages,
): Promise<Bundled | readonly Problem[]> {
  const { build } = await import("esbuild");
  try {
    const made = await build({
      stdin: { contents: edition.text, sourcefile: lesson.path, resolveDir: sources, loader: "ts" },
      ...{ bundle: true, write: false, metafile: true, format: "esm", platform: "node", target: "node20" },
      ...{
        sourcemap: "external",
        outdir: "out",
        logLevel: "silent",
        banner: { js: worker },
        absWorkingDir: sources,
      },
      ...{
        plugins: [relukit(packages)],
        loader: { ".bin": "binary", ".safetensors": "binary", ".txt": "text" },
        sourcesContent: false,
      },
    });
    const text = (end: string): string => made.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
    const inputs = Object.keys(made.metafile.inputs).filter(
      (path) => path !== lesson.path && path !== "<stdin>",
    );
    const inside = inputs.map((path) => relative(sources, resolve(sources, path)));
    return { code: text(".js"), map: text(".js.map"), inputs: inside.sort() };
  } catch (error) {
    const messages = (error as { readonly errors?: readonly Message[] }).errors;
    if (messages === undefined) throw error;
    return messages.map(({ text, location }) => {
      const here = location?.file === lesson.path || location === null;
      return { path: here ? lesson.path : (location?.file ?? lesson.path), line: location?.line ?? 1, text };
    });
  }
}
