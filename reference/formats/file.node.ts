// Files on disk as byte sources, and a writer that never leaves half a file.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type ByteSource, checkRange } from "./byte-source.ts";
import { FormatError } from "./format-error.ts";

const CHUNK = 0x40000000; // one system call moves less than 2 GiB

/** A file on disk, read a range at a time, so that it may be larger than memory. */
export interface FileSource extends ByteSource {
  close(): void;
}

/**
 * Opens a file for reading; messages call it by its path.
 *
 * @throws {FormatError} when it is missing, not a file, or not readable
 */
export function openFile(path: string): FileSource {
  const found = attempt(path, "be opened", () => statSync(path)); // first: opening a pipe would wait for its writer
  if (!found.isFile()) {
    throw new FormatError(
      `${path}: is ${found.isDirectory() ? "a directory" : "not a regular file"}; expected a file`,
    );
  }
  const file = attempt(path, "be opened", () => openSync(path, "r"));
  const source: FileSource = {
    name: path,
    size: fstatSync(file).size,
    read(offset, length) {
      checkRange(source, offset, length);
      return readFully(source, file, offset, length);
    },
    close: () => closeSync(file),
  };
  return source;
}

function readFully({ name, size }: ByteSource, file: number, offset: number, length: number): Uint8Array {
  const bytes = allocated(name, length);
  for (let done = 0; done < length; ) {
    const more = Math.min(length - done, CHUNK);
    const got = attempt(name, "be read", () => readSync(file, bytes, done, more, offset + done));
    if (got === 0) {
      throw new FormatError(
        `${name}: ends at byte ${offset + done}; expected ${size} bytes, as it had when opened`,
      );
    }
    done += got;
  }
  return bytes;
}

function allocated(name: string, length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch {
    throw new FormatError(`${name}: ${length} bytes are to be read at once; expected what memory can hold`);
  }
}

/**
 * Writes the chunks to a sibling, then renames it over `path`: a reader, or a kill at any moment, sees the old file
 * or the new one, never a part.
 *
 * @throws {FormatError} when the disk is full, or the folder missing or closed to us
 */
export function writeFile(path: string, chunks: Iterable<Uint8Array>): void {
  writeFiles([{ path, chunks }]);
}

/** A file to be: its path, and its bytes. */
export interface Draft {
  readonly path: string;
  readonly chunks: Iterable<Uint8Array>;
}

/**
 * Writes several files that belong together: all of them to siblings first, so that a full disk, or a chunk that cannot
 * be had, leaves everything as it was; then `outdated` ones go, and the siblings are renamed in the order given.
 *
 * @throws {FormatError} when the disk is full, or a folder missing or closed to us
 */
export function writeFiles(files: readonly Draft[], outdated: readonly string[] = []): void {
  const drafts: string[] = [];
  try {
    for (const { path, chunks } of files) {
      const draft = join(dirname(path), `${draftOf(path)}${process.pid}.part`);
      const file = attempt(path, "be written", () => openSync(draft, "w"));
      drafts.push(draft);
      try {
        for (const chunk of chunks) attempt(path, "be written", () => writeFully(file, chunk));
        attempt(path, "be written", () => fsyncSync(file)); // a rename may reach the disk before the bytes do
      } finally {
        closeSync(file);
      }
    }
    for (const path of outdated) attempt(path, "be removed", () => rmSync(path, { force: true }));
    for (const [i, { path }] of files.entries())
      attempt(path, "be written", () => renameSync(drafts[i] ?? "", path));
  } catch (error) {
    for (const draft of drafts) rmSync(draft, { force: true });
    throw error;
  }
}

const draftOf = (path: string): string => `.${basename(path)}.`;

/** Removes what writers of `path` left behind who were killed; nobody may be writing it. */
export function removeDrafts(path: string): void {
  const folder = dirname(path);
  for (const name of attempt(folder, "be read", () => readdirSync(folder))) {
    if (name.startsWith(draftOf(path)) && /^\d+\.part$/.test(name.slice(draftOf(path).length)))
      attempt(join(folder, name), "be removed", () => rmSync(join(folder, name), { force: true }));
  }
}

function writeFully(file: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) {
    done += writeSync(file, chunk, done, Math.min(chunk.length - done, CHUNK));
  }
}

/**
 * Makes a folder, and those it lies in where they are missing.
 *
 * Written out, since the recursive form of the system library never returns below a folder such as /proc.
 *
 * @throws {FormatError} when a part of the path is a file, or a folder closed to us
 */
export function makeFolder(path: string): void {
  if (attempt(path, "be made", () => statSync(path, { throwIfNoEntry: false }))?.isDirectory()) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  attempt(path, "be made", () => mkdirSync(path));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of its path is not a folder",
  EEXIST: "there is a file of that name",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EISDIR: "it is a directory",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk is read-only",
  EMFILE: "too many files are open",
  ELOOP: "it is a link that leads back to itself",
  ENAMETOOLONG: "its name is too long",
};

/** What `act` returns, or one sentence instead of the system's error. */
export function attempt<R>(path: string, passive: string, act: () => R): R {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const code = String(error.code);
    const said = reasons[code] ?? `the system says ${code}`;
    throw new FormatError(`${path === "" ? "an empty path" : path}: cannot ${passive}: ${said}`);
  }
}
