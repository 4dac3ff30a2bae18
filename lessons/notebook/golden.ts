// What a lesson printed when it was last run with --update: outputs by cell, compared with a new run's.
import type { Output } from "./cell.ts";
import type { Cell, Lesson } from "./lesson.ts";
import type { Problem } from "./problem.ts";

/** The committed outputs of a lesson, and a hash of everything they depend on. */
export interface Golden {
  readonly format: 1;
  /** sha256 over lesson.md and `inputs`, names and contents */
  readonly hash: string;
  /** the files of relukit that the lesson reads, through any number of imports */
  readonly inputs: readonly string[];
  readonly cells: Readonly<Record<string, readonly Output[]>>;
  /** a digest of every number that a cell showed, to the last bit, by cell; none for what may differ */
  readonly bits: Readonly<Record<string, string>>;
}

export type Outputs = ReadonlyMap<string, readonly Output[]>;
export const svgType = "image/svg+xml";

/** Where `outputs` differ from the golden: one problem a cell, with both texts. */
export function compare(
  lesson: Lesson,
  golden: Golden | undefined,
  outputs: Outputs,
  bits: ReadonlyMap<string, string> = new Map(),
): Problem[] {
  if (golden === undefined)
    return [{ path: lesson.path, line: 1, text: "golden.json is missing; expected it beside lesson.md, run with --update" }];
  const problems: Problem[] = [];
  for (const cell of lesson.cells) {
    const wanted = golden.cells[cell.id] ?? [];
    const got = outputs.get(cell.id) ?? [];
    if (cell.keys.volatile) continue;
    const text = difference(cell, got, wanted) ?? otherBits(bits.get(cell.id), golden.bits[cell.id]);
    if (text !== undefined) problems.push({ path: lesson.path, line: cell.line, cell: cell.id, text });
  }
  for (const id of Object.keys(golden.cells)) {
    if (!lesson.cells.some((cell) => cell.id === id))
      problems.push({ path: lesson.path, line: 1, text: `golden.json has the cell ${id}, which the lesson has not` });
  }
  return problems;
}

/** Whether a cell's numbers are compared to the last bit. */
export const exact = ({ keys }: Cell): boolean => keys.volatile !== true && keys.tol === undefined;

const otherBits = (got: string | undefined, wanted: string | undefined): string | undefined =>
  got === undefined || wanted === undefined || got === wanted
    ? undefined
    : "shows the same text, but the numbers differ in a bit that is not printed";

function difference(cell: Cell, got: readonly Output[], wanted: readonly Output[]): string | undefined {
  if (got.length !== wanted.length) return `shows ${got.length} outputs; the golden has ${wanted.length}`;
  for (const [at, output] of got.entries()) {
    const [mine, theirs] = [texts(output), texts(wanted[at] ?? output)];
    for (const type of new Set([...mine.keys(), ...theirs.keys()])) {
      if (cell.keys.golden === "svg" && type !== svgType) continue;
      if (cell.keys.golden === "text" && type !== "text/plain") continue;
      const [a, b] = [mine.get(type) ?? "nothing", theirs.get(type) ?? "nothing"];
      if (!same(a, b, cell.keys.tol)) return `shows ${firstDifference(a, b)} (${type})`;
    }
  }
  return undefined;
}

function texts(output: Output): Map<string, string> {
  if (output.output_type === "stream") return new Map([["text/plain", output.text]]);
  if (output.output_type === "error") return new Map([["text/plain", `${output.ename}: ${output.evalue}`]]);
  return new Map(Object.entries(output.data).map(([type, data]) => [type, asText(data)]));
}
const asText = (data: unknown): string => (typeof data === "string" ? data : JSON.stringify(data));

const numbers = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

/** Equal texts, or with `tol` equal words and numbers within tol · max(1, |wanted|). */
export function same(got: string, wanted: string, tol?: number): boolean {
  if (got === wanted) return true;
  if (tol === undefined || got.replace(numbers, "#") !== wanted.replace(numbers, "#")) return false;
  const theirs = wanted.match(numbers) ?? [];
  return (got.match(numbers) ?? []).every((text, at) => {
    const want = Number(theirs[at]);
    return Math.abs(Number(text) - want) <= tol * Math.max(1, Math.abs(want));
  });
}

function firstDifference(got: string, wanted: string): string {
  const [a, b] = [got.split("\n"), wanted.split("\n")];
  const at = Math.max(0, a.findIndex((line, i) => line !== b[i]));
  const cut = (text: string | undefined): string => (text === undefined ? "nothing" : `\`${text.slice(0, 120)}\``);
  return `${cut(a[at])}${a.length > 1 ? ` on line ${at + 1}` : ""}; the golden has ${cut(b[at])}`;
}
