// The version of the package, from its package.json: one folder up in a checkout, two from the compiled form.
import { existsSync, readFileSync } from "node:fs";

export function version(): string {
  const file = ["../package.json", "../../package.json"]
    .map((path) => new URL(path, import.meta.url))
    .find(existsSync);
  const { version }: { version: string } = JSON.parse(readFileSync(file ?? "package.json", "utf8"));
  return version;
}
