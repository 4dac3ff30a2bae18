// Runs every *.test.ts below this folder, half of the files in each of two processes. `--all` adds the *.long.test.ts,
// one after the other in processes of their own, two at a time; other words select paths, long ones only by a word with
// "long" in it, and run in this process.
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

const isLong = (path: string): boolean => path.endsWith(".long.test.ts");
if (half !== undefined || words.length > 0) {
  const short = files.filter((path) => !isLong(path));
  const mine = half === undefined ? files : short.filter((_, i) => i % 2 === Number(half));
  for (const file of mine) await import(pathToFileURL(join(here, file)).href);
} else {
  const parts = [["--half=0"], ["--half=1"], ...files.filter(isLong).map((path) => [path])];
  const ended: Ended[] = [];
  const lane = async (): Promise<void> => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift())
      ended.push(await inProcess(part));
  };
  await Promise.all([lane(), lane()]);
  const total = (what: string): number =>
    ended.reduce(
      (sum, { out }) => sum + Number(new RegExp(`^\\S+ ${what} (\\d+)$`, "m").exec(out)?.[1] ?? 0),
      0,
    );
  process.exitCode = ended.every(({ code }) => code === 0) ? 0 : 1;
  process.stdout.write(`\n${total("pass")} passed, ${total("fail")} failed, ${total("skipped")} skipped\n`);
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Some of the files in a process of their own; what it writes is shown when it ends, so that parts do not mix. */
function inProcess(part: readonly string[]): Promise<Ended> {
  const args = [...process.execArgv, "--test-reporter=spec", fileURLToPath(import.meta.url), ...part];
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
