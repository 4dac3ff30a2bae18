// A token for each character: what a lesson trains first.
import type { Tokens } from "../../tensor.ts";
import type { JsonField } from "../json-field.ts";
import {
  checkToken,
  decoded,
  outsideVocabulary,
  type TextStream,
  type Tokenizer,
  textStream,
} from "./tokenizer.ts";

export interface CharacterTokenizer extends Tokenizer {
  readonly kind: "characters";
  /** The character of each id. */
  readonly characters: readonly string[];
}

/** The tokenizer whose vocabulary is the characters of `text`, each once, in the order of their code points. */
export function charactersOf(text: string): CharacterTokenizer {
  const unique = [...new Set(text)];
  return characterTokenizer(unique.sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0)));
}

/**
 * The tokenizer of a file {"kind": "characters", "characters": "\n abc…"}: the id of a character is its place.
 *
 * @param root  the whole file
 * @throws {FormatError} when the file is another, or gives a character twice
 */
export function characterFile(root: JsonField): CharacterTokenizer {
  if (root.get("kind").value !== "characters") root.get("kind").refuse('"characters"');
  const field = root.get("characters");
  const characters = [...field.text()];
  if (new Set(characters).size !== characters.length) field.refuse("each character once");
  return characterTokenizer(characters);
}

/** The text of the file that `characterFile` reads back. */
export const characterJson = ({ characters }: CharacterTokenizer): string =>
  `${JSON.stringify({ kind: "characters", characters: characters.join("") })}\n`;

function characterTokenizer(characters: readonly string[]): CharacterTokenizer {
  const ids = new Map(characters.map((c, id) => [c, id]));
  const utf8 = new TextEncoder();
  const encode = (text: string): Tokens => {
    const tokens: number[] = [];
    let at = 0;
    for (const c of text) {
      const id = ids.get(c);
      if (id === undefined) throw outsideVocabulary(text, at);
      tokens.push(id);
      at += c.length;
    }
    return tokens;
  };
  const stream = (): TextStream =>
    textStream((token) => {
      checkToken(token, characters.length);
      return utf8.encode(characters[token]);
    });
  return {
    kind: "characters",
    characters,
    size: characters.length,
    bos: undefined,
    eos: undefined,
    encode,
    prompt: encode,
    decode: (tokens) => decoded(stream(), tokens),
    stream,
  };
}
