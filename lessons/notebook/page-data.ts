// What a lesson's page is built with besides its HTML: the cells, compiled, in their order, and what they import.
import { compileCell } from "./compile.ts";
import type { CellKind, Keys } from "./keys.ts";
import type { Lesson } from "./lesson.ts";
import { LessonError } from "./problem.ts";
import type { Import } from "./program.ts";

export interface PageCell {
  readonly id: string;
  readonly kind: CellKind;
  readonly keys: Keys;
  readonly text: string;
  /** the cell's JavaScript, line for line; absent for what never runs */
  readonly code?: string;
  readonly imports?: readonly Import[];
}

export interface PageData {
  readonly format: 1;
  readonly id: string;
  readonly title: string;
  readonly seed: number;
  readonly cells: readonly PageCell[];
}

const blank = "// A cell of your own: every name of the cells above is here.\n";

/** The page's data. @throws {LessonError} for a cell that cannot be compiled */
export function pageData(lesson: Lesson): PageData {
  const { id, title, seed } = lesson.front;
  const labs = lesson.containers
    .filter(({ kind }) => kind === "lab")
    .map(({ keys, line }) => {
      const lab = { id: `${keys.id}-cell`, kind: "cell", keys: { timeout: 30 }, text: blank } as const;
      return { ...lab, line };
    });
  const cells = [...lesson.cells.filter(({ kind }) => kind !== "quote" && kind !== "static"), ...labs]
    .sort((a, b) => a.line - b.line)
    .map((cell) => pageCell(lesson, { ...cell, text: cell.text.trimEnd() }));
  return { format: 1, id, title, seed, cells };
}

type Source = Omit<PageCell, "code" | "imports"> & { readonly line: number };

function pageCell(lesson: Lesson, { id, kind, keys, text, line }: Source): PageCell {
  const cell = { id, kind, keys, text };
  if (keys["type-error"] !== undefined) return cell;
  const { code, imports, faults } = compileCell(cell);
  if (faults.length > 0)
    throw new LessonError(
      faults.map((fault) => ({ path: lesson.path, line: line + fault.line, cell: id, text: fault.text })),
    );
  return { ...cell, code, imports };
}

/** The files of data that the cells import, as paths below fixtures/ and the like. */
export const dataOf = ({ cells }: PageData): string[] => [
  ...new Set(
    cells
      .flatMap(({ imports = [] }) => imports.map(({ from }) => from.replace(/^relukit\//, "")))
      .filter((path) => /\.(?:json|txt|bin|safetensors)$/.test(path)),
  ),
];
