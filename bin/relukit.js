#!/usr/bin/env node
// The compiled form runs, which starts at once; in a checkout whose sources are newer they run as they stand, by tsx.
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiled = `${root}dist/bin/main.js`;

if (!existsSync(`${root}bin/main.ts`) || isCurrent()) await import("../dist/bin/main.js");
else {
  const { register } = await import("tsx/esm/api");
  register();
  await import("./main.ts");
}

function isCurrent() {
  const built = statSync(compiled, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const old = (folder) =>
    readdirSync(folder, { withFileTypes: true }).every((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return ["bench", "node_modules"].includes(entry.name) || old(path);
      return !/\.[jt]s$/.test(entry.name) || statSync(path).mtimeMs <= built;
    });
  return ["reference", "kernels", "bin", "lessons/notebook"].every((part) => old(root + part));
}
