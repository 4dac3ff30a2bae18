// Programs of this machine, found by their names.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The folders of the PATH, in order. */
export const onPath: readonly string[] = (process.env["PATH"] ?? "").split(delimiter);

/** Whether a path leads to a file that can be run. */
export function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first of the names that is a program in the first of the folders that has one. */
export const programIn = (
  names: readonly string[],
  folders: readonly string[] = onPath,
): string | undefined => folders.flatMap((folder) => names.map((name) => join(folder, name))).find(runs);
