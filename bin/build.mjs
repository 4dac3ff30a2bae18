// Compiles the TypeScript to dist/, with the few files that are JavaScript already beside it.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync, utimesSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const start = new Date();
rmSync(`${root}dist`, { recursive: true, force: true });
const tsc = fileURLToPath(new URL("../bin/tsc", import.meta.resolve("typescript")));
execFileSync(process.execPath, [tsc, "-p", `${root}tsconfig.build.json`], { stdio: "inherit" });
for (const part of ["kernels/build", "kernels/threads"]) {
  const filter = (path) => !path.endsWith("tasks.ts");
  cpSync(root + part, `${root}dist/${part}`, { recursive: true, filter });
}
utimesSync(`${root}dist/bin/main.js`, start, start); // a source saved while this ran is newer
