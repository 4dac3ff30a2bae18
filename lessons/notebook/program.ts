// Compiled cells as one program for a page's worker, and the way back from a line of it to a line of a cell.

/** `import { there as here } from "from"`; `there` is * for all of it, default for a file of data. */
export interface Import {
  readonly there: string;
  readonly here: string;
  readonly from: string;
}

/** A cell on its way into a program. */
export interface Part {
  readonly id: string;
  readonly mode: "cell" | "volatile" | "check" | "spec";
  readonly code: string;
  readonly imports: readonly Import[];
  /** it must throw, and what it declares stays inside */
  readonly throws: boolean;
  /** seconds that it may run */
  readonly seconds: number;
}

export interface Program {
  readonly text: string;
  readonly seed: number;
  readonly parts: readonly Part[];
  /** the line of the program on which each part's first line stands, counted from 1 */
  readonly lines: readonly number[];
  /** the modules and files that it imports, such as `relukit/reference/tensor.ts` */
  readonly needs: readonly string[];
}

/** What the text calls and is given: the engine's marks, and the imports. */
export const parameters = ["$$", "$import", "check", "controls", "redraw", "show", "spec", "stream"] as const;

/** The name of a program in the stack of an error. */
export const programName = "lesson.md";

/** The parts in order as one function's text; imports are gathered on its first line, each name once. */
export function program(parts: readonly Part[], seed: number): Program {
  const imports = new Map(parts.flatMap((part) => part.imports.map((one) => [one.here, one] as const)));
  const given = [...imports.values()].map(({ here, there, from }) => {
    const module = `$import(${JSON.stringify(from)})`;
    return `const ${here} = ${there === "*" ? module : `${module}[${JSON.stringify(there)}]`};`;
  });
  const head = `(async (${parameters.join(", ")}) => { "use strict"; ${given.join(" ")} $$.begin("", "cell", ${seed}, 1);`;
  const lines: number[] = [];
  const text = [head];
  for (const { id, mode, code, throws } of parts) {
    text.push(`$$.begin("${id}", "${mode}", ${seed}, ${text.length + 1});`);
    lines.push(text.length + 1);
    text.push(...code.split("\n"));
    text.push(throws ? "; } catch (error) { $$.threw(error); } $$.end();" : ";$$.end();");
  }
  text.push("})", `//# sourceURL=${programName}`);
  const needs = [...new Set([...imports.values()].map(({ from }) => from))];
  return { text: text.join("\n"), seed, parts, lines, needs };
}

export interface Place {
  readonly cell: string;
  /** counted from 1 in the cell */
  readonly line: number;
}

/** The cell in which a line of the program stands. */
export function placeOf({ parts, lines }: Program, line: number): Place | undefined {
  const at = lines.findLastIndex((first) => first <= line);
  const [part, first] = [parts[at], lines[at]];
  if (part === undefined || first === undefined) return undefined;
  const inside = Math.min(line - first + 1, part.code.split("\n").length);
  return { cell: part.id, line: inside };
}

/** The first line of the program in an error's stack, as V8, SpiderMonkey and JavaScriptCore write it. */
export function lineInStack(stack: string): number | undefined {
  const [, line] = /(?:lesson\.md|> eval):(\d+):\d+/.exec(stack) ?? [];
  return line === undefined ? undefined : Number(line);
}
