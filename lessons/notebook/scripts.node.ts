// The scripts of the pages, each bundled into one classic script: a page opened from disk may load no other kind.
import { join } from "node:path";
import { sources } from "./sources.node.ts";

/** The text of the script whose entry is `lessons/notebook/page/<name>.ts`, with all that it imports. */
export async function script(name: string): Promise<string> {
  const { build } = await import("esbuild");
  const made = await build({
    entryPoints: [join(sources, "lessons/notebook/page", `${name}.ts`)],
    ...{ bundle: true, write: false, minify: true, format: "iife", platform: "browser", target: "es2022" },
    ...{ charset: "utf8", legalComments: "none", logLevel: "silent", absWorkingDir: sources },
  });
  return made.outputFiles[0]?.text ?? "";
}
