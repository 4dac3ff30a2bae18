// Pictures as files, in a temporary folder that is gone when it is closed, or this process ends.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt } from "../formats/file.node.ts";
import { type Failure, refused } from "./answer.ts";
import { atEnd } from "./ending.node.ts";
import type { Picture } from "./picture.ts";

/** The files of one run. */
export interface Exchange {
  /** where the picture is */
  readonly given: string;
  /** where it is expected afterwards */
  readonly wanted: string;
  /** Reads it back into the bytes of the picture; where it is not what it must be, says so and leaves them. */
  take(): Failure | undefined;
  remove(): void;
}

export interface PictureFiles {
  exchange(picture: Picture, id: number): Exchange;
  close(): void;
}

/** @throws {FormatError} when there is no room for files */
export function pictureFiles(): PictureFiles {
  const folder = attempt(tmpdir(), "be written", () => mkdtempSync(join(tmpdir(), "relukit-oracle-")));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const forget = atEnd(remove);
  return {
    exchange(picture, id) {
      const [given, wanted] = [join(folder, `${id}.in.safetensors`), join(folder, `${id}.out.safetensors`)];
      attempt(given, "be written", () => {
        mkdirSync(folder, { recursive: true }); // an adapter may have removed it
        writeFileSync(given, picture.bytes);
      });
      const clear = (): void => {
        for (const path of [given, wanted]) rmSync(path, { recursive: true, force: true });
      };
      return { given, wanted, take: () => taken(wanted, picture), remove: clear };
    },
    close() {
      remove();
      forget();
    },
  };
}

function taken(path: string, { bytes }: Picture): Failure | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return refused("wrote no file", "the picture at the path `out`");
  if (!found.isFile()) return refused("wrote what is not a regular file", "the picture at the path `out`");
  const back = found.size === bytes.length ? readFileSync(path) : undefined;
  if (back?.length !== bytes.length) {
    return refused(
      `wrote a file of ${back?.length ?? found.size} bytes`,
      `${bytes.length}, as many as it was given`,
    );
  }
  const data = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const changed = bytes.subarray(0, data).findIndex((byte, i) => byte !== back[i]);
  if (changed >= 0) {
    return refused(
      `changed byte ${changed} of the header from ${bytes[changed]} to ${back[changed]}`,
      "the header as it was given",
    );
  }
  bytes.set(back);
  return undefined;
}
