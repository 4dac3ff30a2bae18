// Hugging Face's tokenizer.json: byte-level BPE as in OPT, Falcon and Llama 3, and BPE with byte fallback as in Llama 2.
// Left out: truncation and padding, which are about batches; Unigram and WordPiece models.
import type { Tokens } from "../../tensor.ts";
import type { JsonField } from "../json-field.ts";
import { type BytePair, bytePairOf, checkBytePair } from "./byte-pair.ts";
import { decoderOf } from "./decoder.ts";
import { normalizerOf } from "./normalizer.ts";
import { type Frame, frameOf } from "./post-processor.ts";
import { preTokenizerOf } from "./pre-tokenizer.ts";
import {
  checkToken,
  decoded,
  outsideVocabulary,
  type TextStream,
  type Tokenizer,
  textStream,
} from "./tokenizer.ts";
import { cutter, type Segment, type Vocabulary, vocabularyOf } from "./vocabulary.ts";

/** The ids of a text, or nothing when one of its characters cannot be spelled. */
type Spell = (text: string) => Tokens | undefined;

/**
 * The tokenizer that a tokenizer.json describes.
 *
 * Its ids are those of the `tokenizers` library. The file does not say which token begins a sequence: `bos` is the
 * first that its post-processor puts in front, else a special token of a usual name. `prompt` leaves out what the
 * post-processor puts behind. An id without a token, as padded tables have them, decodes to nothing.
 *
 * @param root  the whole file
 * @throws {FormatError} naming the component or the field that cannot be used
 * @see https://huggingface.co/docs/tokenizers/components
 */
export function tokenizerJson(root: JsonField): Tokenizer {
  checkBytePair(root.get("model"));
  const vocabulary = vocabularyOf(root);
  const model = bytePairOf(root.get("model"), vocabulary);
  const spell = speller(root, vocabulary, model);
  const frame = frameOf(root.get("post_processor"), vocabulary);
  const { bos, eos } = ends(vocabulary, frame);

  const ids = (text: string): Tokens => {
    const found = spell(text);
    if (found !== undefined) return found;
    const characters = [...text];
    const wrong = characters.findIndex((c) => spell(c) === undefined);
    throw outsideVocabulary(text, characters.slice(0, Math.max(wrong, 0)).join("").length);
  };
  const stream = streamOf(root, vocabulary);
  return {
    kind: "tokenizer.json",
    size: vocabulary.size,
    bos,
    eos,
    encode: (text) => [...frame.before, ...ids(text), ...frame.after],
    prompt(text) {
      const start = [...frame.before, ...ids(text)];
      const asked = frame.before.length > 0 || (start.length > 0 && !model.byteFallback);
      return asked || bos === undefined || start[0] === bos ? start : [bos, ...start];
    },
    decode: (tokens) => decoded(stream(), tokens),
    stream,
  };
}

function speller(root: JsonField, { added }: Vocabulary, model: BytePair): Spell {
  const normalize = normalizerOf(root.get("normalizer"));
  const preTokenize = preTokenizerOf(root.get("pre_tokenizer"));
  const cutRaw = cutter(added.filter(({ normalized }) => !normalized));
  const normalizedTokens = added
    .filter(({ normalized }) => normalized)
    .map((token) => ({ ...token, content: normalize(token.content) }))
    .filter(({ content }) => content !== "");
  const cutNormalized = cutter(normalizedTokens);
  const pieces = (text: string): readonly Segment[] =>
    cutRaw(text)
      .flatMap((part): readonly Segment[] =>
        typeof part === "number" ? [part] : cutNormalized(normalize(part)),
      )
      .flatMap((part, i): readonly Segment[] =>
        typeof part === "number" ? [part] : preTokenize(part, i === 0),
      );

  return (text) => {
    const ids: number[] = [];
    for (const piece of pieces(text)) {
      const tokens = typeof piece === "number" ? [piece] : model.tokens(piece);
      if (tokens === undefined) return undefined;
      for (const token of tokens) ids.push(token);
    }
    return ids;
  };
}

function streamOf(root: JsonField, { added, texts, size }: Vocabulary): () => TextStream {
  const decoder = decoderOf(root.get("decoder"));
  const silent = new Set(added.filter(({ special }) => special).map(({ id }) => id));
  const bytesOf = (token: number, first: boolean): Uint8Array | undefined => {
    const text = silent.has(token) ? undefined : texts.get(token);
    return text === undefined ? undefined : decoder.bytes(text, first);
  };
  const later = new Map<number, Uint8Array>(); // the bytes of tokens that do not come first
  return () =>
    textStream((token, first) => {
      if (!Number.isInteger(token) || token < 0) checkToken(token, size);
      if (first) return bytesOf(token, first);
      const bytes = later.get(token) ?? bytesOf(token, first);
      if (bytes !== undefined) later.set(token, bytes);
      return bytes;
    }, decoder.strip);
}

const BEGINNINGS = ["<s>", "<|begin_of_text|>", "<bos>", "<|startoftext|>", "<|endoftext|>"];
const ENDS = ["</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>"];

function ends(
  { added }: Vocabulary,
  { before }: Frame,
): { readonly bos: number | undefined; readonly eos: number | undefined } {
  const named = (names: readonly string[]): number | undefined =>
    names
      .map((name) => added.find(({ content, special }) => special && content === name)?.id)
      .find((id) => id !== undefined);
  return { bos: before[0] ?? named(BEGINNINGS), eos: named(ENDS) };
}
