// A cell as JavaScript that a page's worker runs, on the same lines, and cells joined to one program. The compiler only takes
// types away: there is no type check in a page.
import { transform } from "sucrase";
import { forbidden } from "./forbidden.ts";
import { instrumented, tried } from "./join.ts";
import type { CellKind, Keys } from "./keys.ts";
import type { Import } from "./program.ts";
import { statements } from "./statements.ts";

/** What a compiler needs of a cell. */
export interface Source {
  readonly id: string;
  readonly kind: CellKind;
  readonly text: string;
  readonly keys: Keys;
}

/** A fault of a cell's text. `line` counts from 1 in the cell. */
export interface Fault {
  readonly line: number;
  readonly text: string;
}

export interface Compiled {
  /** line n of this is line n of the cell */
  readonly code: string;
  readonly imports: readonly Import[];
  /** what is refused in a cell; empty for one that may run */
  readonly faults: readonly Fault[];
}

/** The cell's JavaScript and what it imports, or its faults. */
export function compileCell(source: Source): Compiled {
  const cell = { ...source, line: 0, end: source.text.split("\n").length + 1 };
  const faults: Fault[] = forbidden("", cell).map(({ line, text }) => ({ line, text }));
  const marked = instrumented(cell, (line, text) => void faults.push({ line, text }));
  const { text, imports } = withoutImports(source.keys.throws === undefined ? marked : tried(marked));
  const code = javaScript(text, source.keys.throws !== undefined, faults);
  return { code: faults.length > 0 ? "" : code, imports, faults };
}

function javaScript(text: string, throws: boolean, faults: Fault[]): string {
  // The compiler sees the cell in a function, so that `await` may stand in it, and with the end of an open `try`.
  const [before, after] = ["async () => {", throws ? "\n} catch {} }" : "\n}"];
  try {
    const { code } = transform(before + text + after, {
      transforms: ["typescript"],
      disableESTransforms: true,
      keepUnusedImports: true,
    });
    return code.slice(before.length, -after.length);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, line = "1"] = /\((\d+):\d+\)/.exec(message) ?? [];
    faults.push({ line: Math.min(Number(line), text.split("\n").length), text: sentence(message) });
    return "";
  }
}

const sentence = (message: string): string =>
  `this is not TypeScript: ${message
    .replace(/^Error transforming [^:]*: /, "")
    .replace(/ \(\d+:\d+\)$/, "")
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase())}`;

const named = /^import\s+\{([^}]*)\}\s*from\s*["']([^"']+)["']/;
const whole = /^import\s+(?:\*\s*as\s+)?([\w$]+)\s+from\s*["']([^"']+)["']/;

/** The text with its imports blanked, lines kept, and what they ask for; types are nothing that runs. */
function withoutImports(text: string): { readonly text: string; readonly imports: readonly Import[] } {
  const imports: Import[] = [];
  let rest = text;
  for (const one of statements(text)) {
    if (one.kind !== "import") continue;
    rest = rest.slice(0, one.start) + one.text.replace(/[^\n]/g, " ") + rest.slice(one.end);
    if (/^import\s+type\b/.test(one.text)) continue;
    const [, list, from] = named.exec(one.text) ?? [];
    const [, name, source] = whole.exec(one.text) ?? [];
    if (list !== undefined && from !== undefined) {
      const names = list.split(",").map((part) => part.trim());
      for (const part of names.filter((part) => part !== "" && !part.startsWith("type "))) {
        const [there = "", here = there] = part.split(/\s+as\s+/);
        imports.push({ there, here, from });
      }
    } else if (name !== undefined && source !== undefined)
      imports.push({ there: /^import\s+\*/.test(one.text) ? "*" : "default", here: name, from: source });
  }
  return { text: rest, imports };
}
