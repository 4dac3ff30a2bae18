// The cells of a lesson as one TypeScript module: lesson.md with its prose blanked, so every line keeps its number.
// Cells are marked with begin and end calls; the last expression is shown; `// → value` becomes a comparison.
import { forbidden } from "./forbidden.ts";
import type { Cell, Lesson } from "./lesson.ts";
import type { Problem } from "./problem.ts";
import { cut, type Statement, statements } from "./statements.ts";

/** One text to check or run: the lesson itself, an exercise's stub before its check, or a type error alone. */
export interface Edition {
  readonly name: string;
  readonly kind: "lesson" | "stub" | "type-error";
  /** the exercise or the cell that the edition is for */
  readonly subject?: string;
  readonly text: string;
  /** the cells that the text holds, in order */
  readonly cells: readonly Cell[];
}

export interface Joined {
  readonly editions: readonly Edition[];
  readonly problems: readonly Problem[];
}

const runtime = "relukit/lessons/notebook/cell.ts";
const inLesson = (cell: Cell): boolean =>
  (cell.kind === "cell" && cell.keys["type-error"] === undefined) ||
  /^(solution|check|spec)$/.test(cell.kind);

/** Every edition of a lesson: itself, one for each exercise's stub, one for each type-error cell. */
export function join(lesson: Lesson): Joined {
  const problems: Problem[] = [];
  const code = lesson.cells.filter((cell) => cell.kind !== "static" && cell.kind !== "quote");
  for (const cell of code) problems.push(...forbidden(lesson.path, cell));
  const main = code.filter(inLesson);
  const wrong = (line: number, text: string, cell: string): void =>
    void problems.push({ path: lesson.path, line, text, cell });
  const edition = (
    name: string,
    kind: Edition["kind"],
    cells: readonly Cell[],
    subject?: string,
  ): Edition => {
    const text = joinText(lesson, cells, kind === "lesson" ? wrong : () => {});
    return { name, kind, text, cells, ...(subject === undefined ? {} : { subject }) };
  };
  const stubs = code.filter((cell) => cell.kind === "exercise");
  const typeErrors = code.filter((cell) => cell.keys["type-error"] !== undefined);
  const editions = [
    edition("lesson", "lesson", main),
    ...stubs.map((stub) => edition(`stub-${stub.id}`, "stub", stubCells(main, stub), stub.id)),
    ...typeErrors.map((cell) => {
      const before = main.filter((one) => one.line < cell.line);
      return edition(`type-error-${cell.id}`, "type-error", [...before, cell], cell.id);
    }),
  ];
  return { editions, problems };
}

/** What stands before the check of `stub`'s exercise, with the stub in the solution's stead. */
function stubCells(main: readonly Cell[], stub: Cell): Cell[] {
  const check = main.find((cell) => cell.kind === "check" && cell.keys.for === stub.id);
  const others = main.filter(
    (cell) =>
      cell.line < (check?.line ?? stub.line) &&
      cell.keys.for !== stub.id &&
      cell.kind !== "check" &&
      cell.kind !== "spec",
  );
  return [...others, stub, ...(check === undefined ? [] : [check])].sort((a, b) => a.line - b.line);
}

function joinText(
  lesson: Lesson,
  cells: readonly Cell[],
  wrong: (line: number, text: string, cell: string) => void,
): string {
  const lines: string[] = lesson.text.split("\n").map(() => "");
  const { seed } = lesson.front;
  lines[0] = `import * as $$ from "${runtime}"; import { check, controls, redraw, show, spec, stream } from "${runtime}";`;
  lines[1] = `$$.begin("", "cell", ${seed}, 1);`;
  for (const cell of cells) {
    const mode =
      cell.kind === "check" || cell.kind === "spec" ? cell.kind : cell.keys.volatile ? "volatile" : "cell";
    const throws = cell.keys.throws !== undefined;
    lines[cell.line - 1] = `$$.begin("${cell.id}", "${mode}", ${seed}, ${cell.line});`;
    const text = instrumented(cell, (line, sentence) => wrong(line, sentence, cell.id));
    (throws ? tried(text) : text).split("\n").forEach((line, at) => {
      if (cell.line + at < cell.end - 1) lines[cell.line + at] = line;
    });
    lines[cell.end - 1] = throws ? `; } catch (error) { $$.threw(error); } $$.end();` : ";$$.end();";
  }
  return lines.join("\n");
}

/** The text with a `try {` before its first statement that is no import; the cell's closing line has the rest. */
export function tried(text: string): string {
  const first = statements(text).find(({ kind }) => kind !== "import")?.start ?? 0;
  return `${text.slice(0, first)}try { ${text.slice(first)}`;
}

const arrow = /^\/\/ → (.*)$/;

/** The cell's text with `$$.result(…)` around a last expression and `$$.expect(…)` around what a `// → value` follows. */
export function instrumented(cell: Cell, wrong: (line: number, text: string) => void): string {
  const found = statements(cell.text);
  const expectations = new Map<Statement, { readonly line: number; readonly wanted: string }>();
  for (const piece of cut(cell.text)) {
    if (piece.kind !== "comment") continue;
    const comment = cell.text.slice(piece.start, piece.end).trim();
    const wanted = arrow.exec(comment)?.[1]?.trim();
    const line = cell.text.slice(0, piece.start).split("\n").length;
    if (wanted === undefined) {
      if (/^\/\/\s*(->|=>|→)/.test(comment))
        wrong(cell.line + line, `comment is \`${comment}\`; expected \`// → value\``);
      continue;
    }
    const owner = found.findLast((one) => one.lastLine === line - 1);
    if (owner === undefined || (owner.kind !== "expression" && owner.name === undefined))
      wrong(
        cell.line + line,
        "`// →` follows no value; expected it after a top-level expression or `const name = …`",
      );
    else expectations.set(owner, { line: cell.line + line, wanted });
  }
  let text = "";
  let at = 0;
  for (const one of found) {
    const expectation = expectations.get(one);
    const last = one === found.at(-1) && one.kind === "expression" && cell.keys.out !== "none";
    const body = one.text.replace(/;$/, "");
    const semicolon = one.text.slice(body.length);
    text += cell.text.slice(at, one.start);
    at = one.end;
    const wanted =
      expectation === undefined ? "" : `, ${expectation.line}, ${JSON.stringify(expectation.wanted)})`;
    if (expectation !== undefined && one.kind === "expression")
      text += `$$.expect((${body})${wanted}${semicolon}`;
    else if (expectation !== undefined)
      text += `${one.text}${semicolon ? "" : ";"} $$.expect(${one.name}${wanted};`;
    else text += last ? `$$.result((${body}))${semicolon}` : one.text;
  }
  return text + cell.text.slice(at);
}
