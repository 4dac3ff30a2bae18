// The version of the package, from its package.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

export function version(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return version;
}
