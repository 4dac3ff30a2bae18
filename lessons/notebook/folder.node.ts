// Folders that the kit writes: emptied when they are its own, left alone when they are not.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes `out` an empty folder with a mark that it is ours to empty.
 *
 * @param mark a file's name, such as .relukit-site
 * @param by   what writes the folder, for the mark's text
 * @throws {RangeError} when `out` holds other files
 */
export function emptyFolder(out: string, mark: string, by: string): void {
  if (existsSync(out) && readdirSync(out).length > 0) {
    if (!existsSync(join(out, mark)))
      throw new RangeError(`${by}: out is ${out}, a folder with other files; expected an empty or a new one`);
    rmSync(out, { recursive: true });
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, mark), `written by relukit ${by}\n`);
}
