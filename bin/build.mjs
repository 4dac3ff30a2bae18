// Compiles the TypeScript to dist/, with the few files that are JavaScript already beside it.
import { execFileSync } from "node:child_process";
import { cpSync, renameSync, rmSync, utimesSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [draft, dist] = [`${root}dist/.${process.pid}`, `${root}dist`];
const start = new Date();
const tsc = fileURLToPath(new URL("../bin/tsc", import.meta.resolve("typescript")));
execFileSync(process.execPath, [tsc, "-p", `${root}tsconfig.build.json`, "--outDir", draft], {
  stdio: "inherit",
});
for (const part of ["kernels/build", "kernels/threads"]) {
  const filter = (path) => !path.endsWith("tasks.ts");
  cpSync(root + part, `${draft}/${part}`, { recursive: true, filter });
}
utimesSync(`${draft}/bin/main.js`, start, start); // a source saved while this ran is newer

// Nobody who starts the command meanwhile finds half a dist.
for (const part of ["bin", "kernels", "lessons", "reference"]) {
  rmSync(`${dist}/${part}`, { recursive: true, force: true });
  renameSync(`${draft}/${part}`, `${dist}/${part}`);
}
rmSync(draft, { recursive: true });
