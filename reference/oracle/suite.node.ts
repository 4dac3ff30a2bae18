// Suites on disk: read from a folder, and written so that there is a whole one or none.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { attempt, makeFolder, writeFile } from "../formats/file.node.ts";
import { FormatError } from "../formats/format-error.ts";
import type { Suite, SuiteSource } from "./suite.ts";
import { readSuite } from "./suite.ts";
import type { SuiteFile } from "./suite-writer.ts";

/** SHA-256 by Node. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The folder as where a suite is. */
export const suiteFolder = (folder: string): SuiteSource => ({
  name: folder,
  read: (file) => {
    const path = join(folder, file);
    return isThere(path) ? attempt(path, "be read", () => new Uint8Array(readFileSync(path))) : undefined;
  },
});

/**
 * The suite in a folder.
 *
 * @throws {FormatError} as `readSuite`
 */
export const loadSuite = (folder: string): Promise<Suite> => readSuite(suiteFolder(folder), sha256);

/**
 * Writes a suite into a folder, in the place of the one that is there, if one is: first all of it beside the folder,
 * then the folder's name for it. Out of room, it leaves the folder as it was; killed, too, but between the last two
 * steps, when the older suite and the newer are both whole beside it.
 *
 * @throws {FormatError} when the folder holds anything that is no suite's, or cannot be written
 */
export function writeSuite(folder: string, files: readonly SuiteFile[]): void {
  const path = resolve(folder);
  refuseOthers(path);
  const beside = (ending: string): string =>
    join(dirname(path), `.${basename(path)}.${process.pid}.${ending}`);
  const [draft, old] = [beside("part"), beside("old")];
  try {
    for (const { name, bytes } of files) {
      makeFolder(dirname(join(draft, name)));
      writeFile(join(draft, name), [bytes]);
    }
    putInPlace(draft, path, old);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function putInPlace(draft: string, path: string, old: string): void {
  if (contents(path).length === 0) {
    if (isThere(path)) attempt(path, "be replaced", () => rmdirSync(path));
    attempt(path, "be written", () => renameSync(draft, path));
    return;
  }
  attempt(path, "be replaced", () => renameSync(path, old));
  try {
    attempt(path, "be written", () => renameSync(draft, path));
  } catch (error) {
    renameSync(old, path);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

const SUITES = /^(manifest\.json|SHA256SUMS|(inputs|truths)\/[A-Za-z0-9.-]+\.safetensors)$/;

/** @throws {FormatError} when the folder holds anything that is no suite's */
export function refuseOthers(path: string): void {
  const found = contents(path);
  const other = found.find((name) => !SUITES.test(name));
  const whole = found.length === 0 || found.includes("manifest.json");
  if (other === undefined && whole) return;
  const holds = other === undefined ? "has no manifest.json" : `holds ${JSON.stringify(other)}`;
  throw new FormatError(`${path}: ${holds}; expected an empty folder, or one with a suite and nothing else`);
}

/** What is in the folder, and in its folders of the names that a suite's have; nothing where there is no folder. */
function contents(path: string): readonly string[] {
  if (!isThere(path)) return [];
  const list = (folder: string): readonly string[] => attempt(folder, "be read", () => readdirSync(folder));
  return list(path).flatMap((name) =>
    name === "inputs" || name === "truths" ? list(join(path, name)).map((file) => `${name}/${file}`) : [name],
  );
}

const isThere = (path: string): boolean =>
  attempt(path, "be read", () => statSync(path, { throwIfNoEntry: false })) !== undefined;
