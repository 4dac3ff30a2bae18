// Bytes with a name: all that a format knows about where a file lives. The disk is in file.node.ts.
import { FormatError } from "./format-error.ts";

/** Something that holds `size` bytes and gives any of them: a file on disk, or one already in memory. */
export interface ByteSource {
  /** what error messages call it */
  readonly name: string;
  /** in bytes */
  readonly size: number;
  /** The bytes [offset, offset + length). They may be a view: not to be written to. */
  read(offset: number, length: number): Uint8Array;
}

/** `bytes`, not copied, under a name. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset, length) {
      checkRange(this, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/**
 * Refuses a range that is not inside the source, before anything is allocated for it.
 *
 * @throws {FormatError} when offset or length is no whole number, or the range ends past the source
 */
export function checkRange({ name, size }: ByteSource, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (whole && offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new FormatError(
    `${name}: bytes ${offset} to ${offset + length} were asked for; expected a range inside its ${size} bytes`,
  );
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Bytes as UTF-8 text; `field` names them in the message.
 *
 * @throws {FormatError} when they are not UTF-8
 */
export function utf8(bytes: Uint8Array, name: string, field: string): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new FormatError(`${name}: ${field} is not valid UTF-8; expected UTF-8 text`);
  }
}

/** In bytes: the longest file that is read as one text. Engines hold no string of twice that. */
const LONGEST_TEXT = 0x10000000;

/**
 * The whole source as UTF-8 text; `field` names it in the message.
 *
 * @throws {FormatError} when it is not UTF-8, or longer than 256 MiB
 */
export function wholeText(source: ByteSource, field: string): string {
  const { name, size } = source;
  if (size > LONGEST_TEXT) {
    throw new FormatError(
      `${name}: ${field} has ${size} bytes; expected at most ${LONGEST_TEXT}, as it is read whole`,
    );
  }
  return utf8(source.read(0, size), name, field);
}
