// Runs every *.test.ts below this folder in one process. `--all` adds the *.long.test.ts; other words select paths,
// long ones only by a word with "long" in it.
// Node 20 finds no TypeScript tests by itself and says nothing about it, so finding none is an error here.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const all = process.argv.includes("--all");
const words = process.argv.slice(2).filter((word) => word !== "--all");

const wanted = (path: string): boolean =>
  path.endsWith(".test.ts") &&
  (all || !path.endsWith(".long.test.ts") || words.some((word) => word.includes("long"))) &&
  (words.length === 0 || words.some((word) => path.includes(word)));

const files = readdirSync(here, { recursive: true, encoding: "utf8" }).filter(wanted).sort();
if (files.length === 0)
  throw new Error(`run: no test file matches ${words.join(" ") || "*.test.ts"}; expected one at least`);
for (const file of files) await import(pathToFileURL(join(here, file)).href);
