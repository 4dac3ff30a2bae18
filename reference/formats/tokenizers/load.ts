// A tokenizer of any kind, told apart by what its file holds.
import type { ByteSource } from "../byte-source.ts";
import { FormatError } from "../format-error.ts";
import { JsonField } from "../json-field.ts";
import { characterFile } from "./characters.ts";
import { llama2cTokenizer } from "./llama2c-tokenizer.ts";
import { checkFit, type Tokenizer } from "./tokenizer.ts";
import { tokenizerJson } from "./tokenizer-json.ts";

/**
 * The tokenizer of a file: llama2.c's tok*.bin, Hugging Face's tokenizer.json, or a character tokenizer.
 *
 * @param V  the vocabulary of the model it is for, if it is for one: see `checkFit`
 * @throws {FormatError} when the file is none of them, is damaged, or does not fit
 */
export function loadTokenizer(source: ByteSource, V?: number): Tokenizer {
  const tokenizer = anyTokenizer(source, V);
  if (V !== undefined) checkFit(source.name, tokenizer, V);
  return tokenizer;
}

function anyTokenizer(source: ByteSource, V: number | undefined): Tokenizer {
  const { name, size } = source;
  if (size < 4)
    throw new FormatError(
      `${name}: file has ${size} bytes; expected a tokenizer.json or a llama2.c tok*.bin`,
    );
  if (source.read(0, 4).includes(0)) return llama2cTokenizer(source, V); // JSON has no NUL, a small int32 has
  const root = JsonField.of(source);
  return root.get("kind").absent ? tokenizerJson(root) : characterFile(root);
}
