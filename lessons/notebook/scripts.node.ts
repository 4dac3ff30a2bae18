// The scripts of the pages, each bundled into one classic script: a page opened from disk may load no other kind.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { sources } from "./sources.node.ts";

const page = join(sources, "lessons/notebook/page");
const ending = ".script.ts";

/** The names of all scripts: `<name>` for each `lessons/notebook/page/<name>.script.ts`. */
export const scriptNames = (): string[] =>
  readdirSync(page)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();

/** The text of a script with all that it imports. */
export async function script(name: string): Promise<string> {
  const { build } = await import("esbuild");
  const made = await build({
    entryPoints: [join(page, `${name}${ending}`)],
    ...{ bundle: true, write: false, minify: true, format: "iife", platform: "browser", target: "es2022" },
    ...{ charset: "utf8", legalComments: "none", logLevel: "silent", absWorkingDir: sources },
  });
  return made.outputFiles[0]?.text ?? "";
}
