// Whole declarations of a source file by name, with their docstrings: what a lesson quotes instead of copying.
import { suggestion } from "./problem.ts";
import { cut, statements } from "./statements.ts";

/** A declaration's text and the lines it stands on, counted from 1. */
export interface Quote {
  readonly text: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

/**
 * The declaration of `name` in `source`, from its docstring to its end.
 *
 * @throws {RangeError} when nothing of that name is declared at the top level of `path`
 */
export function quote(path: string, source: string, name: string): Quote {
  const declared = statements(source).filter((one) => one.name !== undefined);
  const same = declared.filter((one) => one.name === name);
  const [first, last] = [same[0], same.at(-1)];
  if (first === undefined || last === undefined) {
    const names = declared.flatMap((one) => one.name ?? []);
    throw new RangeError(
      `quote: ${path} declares no ${name}; expected one of ${names.join(", ")}${suggestion(name, names)}`,
    );
  }
  const start = docstring(source, first.start);
  const text = source.slice(start, last.end);
  return { text, firstLine: source.slice(0, start).split("\n").length, lastLine: last.lastLine + 1 };
}

/** Where the block comment that ends just before `start` begins; `start` itself without one. */
function docstring(source: string, start: number): number {
  const before = cut(source.slice(0, start))
    .filter(({ kind }) => kind !== "space")
    .at(-1);
  if (before?.kind !== "comment" || !source.startsWith("/**", before.start)) return start;
  return /^\n[ \t]*$/.test(source.slice(before.end, start)) ? before.start : start;
}
