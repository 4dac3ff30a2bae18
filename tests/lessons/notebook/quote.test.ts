import assert from "node:assert/strict";
import { test } from "node:test";
import { quote } from "../../../lessons/notebook/quote.ts";

const source = `// Header.
import a from "a";

/** Not this one. */
export const first = 1;

/**
 * Adds.
 */
export function add(x: number, y: number): number {
  return x + y; // }
}

interface Last {
  readonly a: number;
}
`;

test("quote(path, source, name) is the whole declaration with its docstring and its lines", () => {
  const { text, firstLine, lastLine } = quote("a.ts", source, "add");
  assert.match(text, /^\/\*\*\n \* Adds\.[\s\S]*\n\}$/);
  assert.deepEqual([firstLine, lastLine], [7, 12]);
  assert.equal(quote("a.ts", source, "Last").text, "interface Last {\n  readonly a: number;\n}");
  assert.equal(quote("a.ts", source, "first").text, "/** Not this one. */\nexport const first = 1;");
});

test("quote(path, source, name) of an unknown name lists the known ones and proposes the near one", () => {
  assert.throws(() => quote("a.ts", source, "ad"), {
    name: "RangeError",
    message: "quote: a.ts declares no ad; expected one of first, add, Last; did you mean add?",
  });
});
