// Where relukit lies: what `relukit/` stands for in a lesson's imports.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds reference/, kernels/ and lessons/, whether this file runs as it stands or compiled in dist/. */
export const sources: string = upwards(dirname(fileURLToPath(import.meta.url)));

function upwards(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : upwards(dirname(folder));
}
