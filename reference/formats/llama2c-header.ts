// The header of a llama2.c checkpoint: its version, and the sizes that it states.
import type { ByteSource } from "./byte-source.ts";
import { FormatError } from "./format-error.ts";

/** The sizes that the header states, by their letters in docs/notation.md, and what follows from them. */
export interface Llama2cHeader {
  readonly version: 0 | 1 | 2; // 0 is the legacy format, which does not say so
  readonly D: number;
  readonly F: number;
  readonly L: number;
  readonly N: number;
  readonly G: number;
  readonly K: number; // D / N
  readonly V: number;
  readonly P: number; // the longest context
  readonly tied: boolean; // the classifier is the embedding table
  readonly group: number; // weights that share a scale, in version 2
  readonly bytes: number; // of the header itself
}

const MAGIC = 0x616b3432; // "ak42"
const FIELDS = ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"] as const;
type Fields = Readonly<Record<(typeof FIELDS)[number], number>>;

/**
 * The header of a llama2.c checkpoint: legacy (seven int32), version 1 or version 2 (256 bytes, after a magic word).
 *
 * @throws {FormatError} when it is cut, of another version, or holds sizes that no model can have
 */
export function llama2cHeader(source: ByteSource): Llama2cHeader {
  const { name } = source;
  const start = viewOf(source, 28, "a legacy header");
  if (start.getUint32(0, true) !== MAGIC) {
    const fields = fieldsAt(start, 0);
    const tied = fields.vocab_size > 0; // the sign is the flag
    return checked(
      name,
      { ...fields, vocab_size: Math.abs(fields.vocab_size) },
      { version: 0, tied, group: 0, bytes: 28 },
    );
  }
  const header = viewOf(source, 256, "a version 1 or 2 header");
  const version = header.getInt32(4, true);
  if (version !== 1 && version !== 2) {
    throw new FormatError(
      `${name}: version is ${version}; expected 1 or 2, the llama2.c versions that have a magic word`,
    );
  }
  const shared = header.getUint8(36);
  if (shared > 1) throw new FormatError(`${name}: shared_classifier is ${shared}; expected 0 or 1`);
  const group = version === 2 ? header.getInt32(37, true) : 0;
  if (version === 2 && group <= 0) {
    throw new FormatError(
      `${name}: group_size is ${group}; expected at least 1, the weights that share a scale`,
    );
  }
  return checked(name, fieldsAt(header, 8), { version, tied: shared === 1, group, bytes: 256 });
}

function viewOf(source: ByteSource, bytes: number, what: string): DataView {
  if (source.size < bytes) {
    throw new FormatError(
      `${source.name}: file has ${source.size} bytes; expected at least ${bytes}, ${what} of llama2.c`,
    );
  }
  const read = source.read(0, bytes);
  return new DataView(read.buffer, read.byteOffset, bytes);
}

function fieldsAt(view: DataView, offset: number): Fields {
  const entries = FIELDS.map((field, i) => [field, view.getInt32(offset + 4 * i, true)]);
  return Object.fromEntries(entries) as Fields;
}

type Rest = Pick<Llama2cHeader, "version" | "tied" | "group" | "bytes">;

function checked(name: string, fields: Fields, rest: Rest): Llama2cHeader {
  const refuse = (field: keyof Fields, expected: string): never => {
    throw new FormatError(`${name}: ${field} is ${fields[field]}; expected ${expected} in a llama2.c header`);
  };
  for (const field of FIELDS) if (fields[field] <= 0) refuse(field, "a positive number");
  const { dim: D, hidden_dim: F, n_layers: L, n_heads: N, n_kv_heads: G, vocab_size: V, seq_len: P } = fields;
  if (D % N !== 0) refuse("dim", `a multiple of n_heads = ${N}`);
  if (N % G !== 0) refuse("n_heads", `a multiple of n_kv_heads = ${G}`);
  const K = D / N;
  if (K % 2 !== 0) refuse("dim", `an even number for each of n_heads = ${N} heads, not ${K},`);
  return { D, F, L, N, G, K, V, P, ...rest };
}
