// What a page's worker has: every module of relukit that needs no Node, in one script that the page hands to its worker.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sources } from "./sources.node.ts";

const taught = ["figure.ts", "figure-points.ts", "shipped.ts"].map((file) => `lessons/notebook/${file}`);

/** The modules that a cell may import, as paths below relukit/. */
export function libraryModules(): string[] {
  const reference = readdirSync(join(sources, "reference"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".node.ts"))
    .map((path) => `reference/${path.replaceAll("\\", "/")}`);
  return [...reference.sort(), "kernels/index.ts", "kernels/kernels.ts", ...taught];
}

/**
 * The script that sets `relukitWorker`, a function with the worker's whole code. A page starts the worker from that function's
 * text, since one opened from disk may not start it from a file.
 */
export async function library(): Promise<string> {
  const { build } = await import("esbuild");
  const modules = libraryModules();
  const imports = modules.map((path, i) => `import * as m${i} from "./${path}";`);
  const entries = modules.map((path, i) => `${JSON.stringify(path)}: m${i}`);
  const text = `${imports.join("\n")}
import { listen } from "./lessons/notebook/page/worker.ts";
listen({ ${entries.join(", ")} });`;
  const made = await build({
    stdin: { contents: text, resolveDir: sources, sourcefile: "library.ts", loader: "ts" },
    ...{ bundle: true, write: false, format: "iife", platform: "browser", target: "es2022" },
    // Names are kept: cells print those of functions and classes.
    ...{ minifyWhitespace: true, minifySyntax: true, charset: "utf8", legalComments: "none" },
    ...{ logLevel: "silent", absWorkingDir: sources, define: { "import.meta.url": '"relukit:"' } },
    external: ["canvas"],
  });
  return `globalThis.relukitWorker = function () {\n${made.outputFiles[0]?.text ?? ""}};\n`;
}

/** A file of data as a script: its path, and its text or its bytes in base64. */
export function dataScript(path: string): string {
  const bytes = readFileSync(join(sources, path));
  const text = /\.(?:json|txt)$/.test(path) ? bytes.toString("utf8") : bytes.toString("base64");
  return `relukitData(${JSON.stringify(path)}, ${JSON.stringify(text)});\n`;
}

/** The name of a data script in assets/data/. */
export const dataName = (path: string): string => path.replace(/^fixtures\//, "").replaceAll("/", "-");
