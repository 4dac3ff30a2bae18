// The byte-level alphabet of GPT-2: one printable character for each byte, so that any text is a text over 256 of them.

const printable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

/** The character of each byte: itself where it can be seen, else the next one from U+0100 on. */
export const byteLevelAlphabet: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const bytes: ReadonlyMap<string, number> = new Map(byteLevelAlphabet.map((c, byte) => [c, byte]));
const utf8 = new TextEncoder();

/** `text` spelled byte by byte: a space becomes "Ġ", "é" becomes "Ã©". */
export function toByteLevel(text: string): string {
  let spelled = "";
  for (const byte of utf8.encode(text)) spelled += byteLevelAlphabet[byte];
  return spelled;
}

/** The bytes that `token` spells; a token with a character outside the alphabet stands for its own UTF-8. */
export function fromByteLevel(token: string): Uint8Array {
  const spelled: number[] = [];
  for (const c of token) {
    const byte = bytes.get(c);
    if (byte === undefined) return utf8.encode(token);
    spelled.push(byte);
  }
  return Uint8Array.from(spelled);
}
