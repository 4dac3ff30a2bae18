// Runs every *.test.ts below this folder, half of the files in each of two processes. `--all` adds the *.long.test.ts;
// other words select paths, long ones only by a word with "long" in it, and run in this process.
// Node 20 finds no TypeScript tests by itself and says nothing about it, so finding none is an error here.
import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const flags = process.argv.slice(2).filter((word) => word.startsWith("--"));
const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const all = flags.includes("--all");
const half = flags.find((flag) => flag.startsWith("--half="))?.slice("--half=".length);

const wanted = (path: string): boolean =>
  path.endsWith(".test.ts") &&
  (all || !path.endsWith(".long.test.ts") || words.some((word) => word.includes("long"))) &&
  (words.length === 0 || words.some((word) => path.includes(word)));

const files = readdirSync(here, { recursive: true, encoding: "utf8" }).filter(wanted).sort();
if (files.length === 0)
  throw new Error(`run: no test file matches ${words.join(" ") || "*.test.ts"}; expected one at least`);

const kernels = join(here, "../kernels");
const saved = (path: string): number =>
  statSync(join(kernels, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = readdirSync(join(kernels, "assembly"), { encoding: "utf8" }).map(
  (name) => `assembly/${name}`,
);
if (sources.some((path) => saved(path) > saved("build/shared.js")))
  throw new Error("run: kernels/assembly is newer than what was built of it; expected npm run build before");

if (half !== undefined || words.length > 0) {
  const mine = files.filter((_, i) => half === undefined || i % 2 === Number(half));
  for (const file of mine) await import(pathToFileURL(join(here, file)).href);
} else {
  const halves = await Promise.all([inProcess("0"), inProcess("1")]);
  const total = (what: string): number =>
    halves.reduce(
      (sum, { out }) => sum + Number(new RegExp(`^\\S+ ${what} (\\d+)$`, "m").exec(out)?.[1] ?? 0),
      0,
    );
  process.exitCode = halves.every(({ code }) => code === 0) ? 0 : 1;
  process.stdout.write(`\n${total("pass")} passed, ${total("fail")} failed, ${total("skipped")} skipped\n`);
}

/** One half of the files in a process of its own; what it writes is shown when it ends, so that halves do not mix. */
function inProcess(half: string): Promise<{ readonly code: number | null; readonly out: string }> {
  const args = [
    ...process.execArgv,
    "--test-reporter=spec",
    fileURLToPath(import.meta.url),
    ...flags,
    `--half=${half}`,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const out = Buffer.concat(parts).toString();
      process.stdout.write(out);
      resolve({ code, out });
    });
  });
}
