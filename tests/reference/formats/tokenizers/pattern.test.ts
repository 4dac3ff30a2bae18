import assert from "node:assert/strict";
import { test } from "node:test";
import { patternOf } from "../../../../reference/formats/tokenizers/pattern.ts";
import { json, refuses } from "../files.ts";

const pattern = (value: object) => patternOf(json({ p: value }).get("p"));
const words = (regex: string, text: string): readonly string[] => text.match(pattern({ Regex: regex })) ?? [];

test('patternOf({"String": s}) matches s and nothing else', () => {
  assert.deepEqual("a.b+c.".match(pattern({ String: "." })), [".", "."]);
  assert.deepEqual("(a|b)".match(pattern({ String: "(a|b)" })), ["(a|b)"]);
});

test("patternOf(regex) knows white space as Oniguruma does: U+0085 is, U+FEFF is not", () => {
  assert.deepEqual(words("\\s+", "a \u0085\u3000b\ufeffc"), [" \u0085\u3000"]);
  assert.deepEqual(words("[^\\s]+", "a\u0085b\ufeffc"), ["a", "b\ufeffc"]);
  assert.deepEqual(words("\\S\\D\\d", "ab1"), ["ab1"]);
});

test("patternOf(regex) ignores case inside (?i:…) only, with the letters that fold together", () => {
  assert.deepEqual(words("(?i:'s|'k)x|'t", "'Sx 'sX 'ſx 'Kx 'T 't"), ["'Sx", "'ſx", "'Kx", "'t"]);
});

test("patternOf(regex) takes properties, classes, counts, looking ahead, optional groups, escapes", () => {
  assert.deepEqual(words("\\p{N}{1,3}", "12345"), ["123", "45"]);
  assert.deepEqual(words("[^\\r\\n\\p{L}]?\\p{L}+(?!\\.)", "ab.cd -ef"), ["a", ".cd", "-ef"]);
  assert.deepEqual(words("(?:ab)?c", "abc c"), ["abc", "c"]);
  assert.deepEqual(words("\\-\\.[a\\-z]\\/", "-.-/"), ["-.-/"]);
});

test("patternOf(regex) refuses what it does not translate, and what may take exponential time", () => {
  const sentence = (regex: string, expected: string) =>
    refuses(
      () => pattern({ Regex: regex }),
      `file.json: p.Regex is ${JSON.stringify(regex)}; expected ${expected}`,
    );
  sentence("(a+)+b", "no repeated group, which can take exponential time");
  sentence("(?:a|a){9}", "no repeated group, which can take exponential time");
  sentence("a++", "no possessive quantifier");
  sentence("(?<=a)b", "groups of the kinds (?: (?= (?! (?i: only");
  sentence("\\bword", "no escape \\b");
  sentence("\\pL", "a property as \\p{L}");
  sentence("[a[b]]", "no class inside a class");
  sentence("[a&&b]", "no class inside a class");
  sentence("(?i:[a-z])", "no class where case is ignored");
  sentence("^a", "no anchor");
  sentence("(a", "a regular expression that is translated here");
  sentence("\\p{Unknown}", "a regular expression that is translated here");
  refuses(
    () => pattern({ Regex: "a".repeat(2001) }),
    `file.json: p.Regex is "${"a".repeat(56)}...; expected at most 2000 characters`,
  );
  refuses(() => pattern({}), "file.json: p.Regex is missing; expected a string");
  refuses(() => pattern({ String: "" }), 'file.json: p.String is ""; expected at least one character');
});
