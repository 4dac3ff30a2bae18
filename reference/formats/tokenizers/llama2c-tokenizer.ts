// The tokenizer of llama2.c, tok*.bin: pieces with scores, merged best score first.
// Pieces are kept as byte strings, one character a byte, so that joining two pieces joins their bytes.
import type { Tokens } from "../../tensor.ts";
import type { ByteSource } from "../byte-source.ts";
import { FormatError } from "../format-error.ts";
import { type Merge, merged } from "./merge.ts";
import {
  checkToken,
  decoded,
  outsideVocabulary,
  type TextStream,
  type Tokenizer,
  textStream,
} from "./tokenizer.ts";

const UNKNOWN = 0;
const BOS = 1;
const EOS = 2;
const FIRST_BYTE = 3; // the piece <0x00>
const WORST = -1e10; // the score that run.c wants a merge to beat

interface Piece {
  readonly bytes: string;
  readonly score: number;
}

/**
 * A llama2.c tokenizer: an int32 (the longest piece), then for each token a float32 score, an int32 length and bytes.
 *
 * Ids 0 to 2 are <unk>, <s> and </s>, whatever their pieces say; 3 to 258 are the bytes. The number of tokens is
 * not in the file: it is read to the end, and must be the model's V. Encoding puts <s>, and for a text that is not
 * empty a space, in front, as SentencePiece does; decoding takes one leading space off again.
 *
 * @param most  more tokens than this are refused before they fill memory: the model's V
 * @throws {FormatError} when a piece is cut or empty, there are too many, or fewer than the three special ones
 * @see https://github.com/karpathy/llama2.c, run.c, encode and decode
 */
export function llama2cTokenizer(source: ByteSource, most = Infinity): Tokenizer {
  const pieces = piecesOf(source, most);
  const size = pieces.length;
  const ids = new Map<string, number>();
  for (const [id, { bytes }] of pieces.entries()) if (!ids.has(bytes)) ids.set(bytes, id);
  const bytesOf = pieces.map(({ bytes }, id) => (id <= EOS ? new Uint8Array() : outputOf(bytes)));

  const find = finder(pieces, ids);
  const encode = (text: string): Tokens =>
    text === "" ? [BOS] : [BOS, ...merged(spelled(ids, pieces, text), find)];
  const stream = (): TextStream =>
    textStream((token) => {
      checkToken(token, size);
      return bytesOf[token] ?? new Uint8Array();
    }, 1);
  return {
    kind: "llama2.c",
    size,
    bos: BOS,
    eos: EOS,
    encode,
    prompt: encode,
    decode: (tokens) => decoded(stream(), tokens),
    stream,
  };
}

function piecesOf(source: ByteSource, most: number): readonly Piece[] {
  const { name, size } = source;
  const bytes = source.read(0, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const pieces: Piece[] = [];
  for (let at = 4; at < size; ) {
    const left = size - at - 8;
    if (pieces.length === most)
      throw new FormatError(
        `${name}: the tokenizer has more than ${most} tokens; expected ${most}, the model's vocabulary`,
      );
    if (left < 1)
      throw new FormatError(
        `${name}: token ${pieces.length} has ${size - at} bytes; expected at least 9: a score, a length and a byte`,
      );
    const score = view.getFloat32(at, true);
    const length = view.getInt32(at + 4, true);
    if (length < 1 || length > left) {
      throw new FormatError(
        `${name}: length of token ${pieces.length} is ${length}; expected 1 to ${left}, the bytes that follow it`,
      );
    }
    pieces.push({ bytes: byteString(bytes.subarray(at + 8, at + 8 + length)), score });
    at += 8 + length;
  }
  if (pieces.length < FIRST_BYTE) {
    throw new FormatError(
      `${name}: the llama2.c tokenizer has ${pieces.length} tokens; expected at least 3: <unk>, <s> and </s>`,
    );
  }
  return pieces;
}

/** What two neighbours become: the piece that is both, unless run.c would never take it; each pair is joined once. */
function finder(pieces: readonly Piece[], ids: ReadonlyMap<string, number>) {
  const known = new Map<number, Merge | undefined>();
  return (left: number, right: number): Merge | undefined => {
    const pair = left * pieces.length + right;
    if (known.has(pair)) return known.get(pair);
    const id = ids.get(`${pieces[left]?.bytes}${pieces[right]?.bytes}`);
    const score = pieces[id ?? UNKNOWN]?.score ?? 0;
    const merge = id !== undefined && score > WORST ? { rank: -score, id } : undefined;
    known.set(pair, merge);
    return merge;
  };
}

const byteString = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** A space, if the vocabulary has one, then each character as its piece or, where it has none, as its bytes. */
function spelled(
  ids: ReadonlyMap<string, number>,
  pieces: readonly Piece[],
  text: string,
): readonly number[] {
  const utf8 = new TextEncoder();
  const spell = (character: string, at: number): readonly number[] => {
    const bytes = utf8.encode(character);
    const id = ids.get(byteString(bytes));
    if (id !== undefined) return [id];
    if (!Array.from(bytes).every((byte) => byteOf(pieces[FIRST_BYTE + byte]?.bytes ?? "") === byte)) {
      throw outsideVocabulary(text, at);
    }
    return Array.from(bytes, (byte) => FIRST_BYTE + byte);
  };
  const space = ids.get(" ");
  const spelledIds = space === undefined ? [] : [space];
  let at = 0;
  for (const character of text) {
    spelledIds.push(...spell(character, at));
    at += character.length;
  }
  return spelledIds;
}

/** 65 of "<0x41>"; nothing of any other piece. */
function byteOf(piece: string): number | undefined {
  const found = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece);
  return found?.[1] === undefined ? undefined : Number.parseInt(found[1], 16);
}

function outputOf(piece: string): Uint8Array {
  const byte = byteOf(piece);
  return byte === undefined ? Uint8Array.from(piece, (c) => c.charCodeAt(0)) : Uint8Array.of(byte);
}
