// Which cells run, and with which text, when the reader asks for one of them: from the top, in order, nothing hidden.
import type { PageCell } from "../page-data.ts";

/** What the reader asks for. */
export type Wish =
  | { readonly kind: "cell"; readonly id: string }
  | { readonly kind: "check"; readonly exercise: string }
  | { readonly kind: "all" };

/** The reader's texts by cell, and the exercises that stand for themselves below, instead of the reference answer. */
export interface Desk {
  readonly texts: ReadonlyMap<string, string>;
  readonly own: ReadonlySet<string>;
}

/** A cell with the text that is to run. */
export interface Planned {
  readonly cell: PageCell;
  readonly text: string;
}

const runs = ({ kind, keys }: PageCell): boolean =>
  /^(?:cell|exercise|solution)$/.test(kind) && keys["type-error"] === undefined;

/** The cells to run, in order: all up to the one asked for; before a check, the exercise's own text. */
export function plan(cells: readonly PageCell[], wish: Wish, { texts, own }: Desk): Planned[] {
  const exercise = wish.kind === "check" ? wish.exercise : undefined;
  const target = wish.kind === "cell" ? cells.find(({ id }) => id === wish.id) : undefined;
  const checks = ({ kind, keys }: PageCell): boolean =>
    exercise !== undefined && keys.for === exercise && (kind === "check" || kind === "spec");
  const last =
    wish.kind === "all" ? cells.length - 1 : cells.findLastIndex((cell) => cell === target || checks(cell));
  const mine = (id: string): boolean => {
    if (id === exercise || target?.id === id) return true;
    return target?.keys.for !== id && own.has(id);
  };
  const stands = (cell: PageCell): boolean => {
    if (checks(cell)) return true;
    if (!runs(cell)) return false;
    if (cell.kind === "exercise") return mine(cell.id);
    return cell.kind !== "solution" || !mine(cell.keys.for ?? "");
  };
  return cells
    .slice(0, last + 1)
    .filter(stands)
    .map((cell) => ({ cell, text: texts.get(cell.id) ?? cell.text }));
}
