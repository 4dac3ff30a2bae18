// The held-out text of the default books, in a model's tokens.
import { books } from "../../../bin/texts.ts";
import type { Tokenizer } from "../../../reference/formats/tokenizers/tokenizer.ts";
import type { Tokens } from "../../../reference/tensor.ts";
import { split } from "../../../reference/training/corpus.ts";

export const openHeldOut = (tokenizer: Tokenizer): Tokens =>
  tokenizer.encode(split(books().map(({ text }) => text)).validation);
