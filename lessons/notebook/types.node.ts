// Type-checks every edition of many lessons with one run of the compiler; errors point at lines of lesson.md.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Edition } from "./join.ts";
import type { Lesson } from "./lesson.ts";
import type { Problem } from "./problem.ts";
import { sources } from "./sources.node.ts";

/** One lesson's editions. */
export interface Checkable {
  readonly lesson: Lesson;
  readonly editions: readonly Edition[];
}

export interface Checked {
  readonly problems: readonly Problem[];
  /** what the compiler says of each `type-error=` cell, by lesson path and cell id */
  readonly refusals: ReadonlyMap<string, string>;
}

/** Names of one lesson, and locals that later cells may use, are no errors in a lesson. */
const compilerOptions = {
  ...{ noUnusedLocals: false, noUnusedParameters: false, erasableSyntaxOnly: true, noEmit: true },
  ...{
    types: ["node"],
    typeRoots: [join(sources, "node_modules/@types")],
    paths: { "relukit/*": [join(sources, "*")] },
  },
  ...{ resolveJsonModule: true, allowUnreachableCode: true },
};
const ambient = `declare module "*.bin" { const bytes: Uint8Array<ArrayBuffer>; export default bytes }
declare module "*.safetensors" { const bytes: Uint8Array<ArrayBuffer>; export default bytes }
declare module "*.txt" { const text: string; export default text }
`;

interface Fault {
  readonly line: number;
  readonly code: number;
  readonly text: string;
}

/** Checks all `lessons` at once; `scratch` is a folder for the texts. */
export async function typeCheck(lessons: readonly Checkable[], scratch: string): Promise<Checked> {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const tsconfig = { extends: join(sources, "tsconfig.json"), compilerOptions, include: ["*.mts", "*.d.ts"] };
  writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify(tsconfig));
  writeFileSync(join(scratch, "ambient.d.ts"), ambient);
  const fileOf = (lesson: Lesson, edition: Edition): string => `${lesson.front.id}.${edition.name}.mts`;
  for (const { lesson, editions } of lessons)
    for (const edition of editions) writeFileSync(join(scratch, fileOf(lesson, edition)), edition.text);
  const faults = await faultsOf(scratch);
  const problems: Problem[] = [];
  const refusals = new Map<string, string>();
  for (const { lesson, editions } of lessons) {
    for (const edition of editions) {
      const found = faults.get(fileOf(lesson, edition)) ?? [];
      if (edition.kind === "type-error") problems.push(...refused(lesson, edition, found, refusals));
      else problems.push(...accepted(lesson, edition, found));
    }
  }
  const seen = new Set<string>();
  const unique = problems.filter(({ path, line, text }) => {
    const key = `${path}:${line}: ${text}`;
    return !seen.has(key) && seen.add(key);
  });
  return { problems: unique, refusals };
}

function accepted(lesson: Lesson, edition: Edition, faults: readonly Fault[]): Problem[] {
  return faults.map(({ line, code, text }) => {
    const cell = edition.cells.find((one) => one.line <= line && line <= one.end);
    return {
      path: lesson.path,
      line,
      text: `TS${code}: ${text}`,
      ...(cell === undefined ? {} : { cell: cell.id }),
    };
  });
}

/** A cell that must not compile: just its own code, on its own lines. */
function refused(
  lesson: Lesson,
  edition: Edition,
  faults: readonly Fault[],
  refusals: Map<string, string>,
): Problem[] {
  const cell = edition.cells.at(-1);
  const wanted = cell?.keys["type-error"];
  if (cell === undefined || wanted === undefined) return [];
  const own = faults.filter(({ line }) => cell.line < line && line < cell.end);
  const others = own.filter(({ code }) => code !== wanted);
  const where = { path: lesson.path, cell: cell.id };
  if (own.length === 0)
    return [{ ...where, line: cell.line, text: `compiles; expected the type error ${wanted}` }];
  refusals.set(`${lesson.path}#${cell.id}`, own.map(({ text }) => text).join("\n"));
  return others.map(({ line, code, text }) => ({
    ...where,
    line,
    text: `the type error is TS${code} (${text}); expected ${wanted} alone`,
  }));
}

/** The faults of each file. A text that does not parse hides the types of all others, so it is put aside and named. */
async function faultsOf(scratch: string): Promise<Map<string, Fault[]>> {
  const found = faultsByFile(await compile(scratch));
  const unread = [...found].filter(([, faults]) => faults.some(({ code }) => code < 2000));
  if (unread.length === 0) return found;
  for (const [file] of unread) rmSync(join(scratch, file), { force: true });
  return new Map([...(await faultsOf(scratch)), ...unread]);
}

/** What the compiler prints; it exits with 1 or 2 when it found errors. */
function compile(folder: string): Promise<string> {
  const pkg = JSON.parse(readFileSync(join(sources, "node_modules/typescript/package.json"), "utf8")) as {
    readonly bin: { readonly tsc: string };
  };
  const tsc = join(sources, "node_modules/typescript", pkg.bin.tsc);
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [tsc, "-p", folder, "--pretty", "false"], options, (error, stdout, stderr) => {
      const failed = error !== null && (typeof error.code !== "number" || error.code > 2 || stdout === "");
      if (failed) reject(new Error(`typeCheck: the compiler did not run: ${stderr || error.message}`));
      else resolve(stdout);
    });
  });
}

function faultsByFile(output: string): Map<string, Fault[]> {
  const found = new Map<string, Fault[]>();
  for (const line of output.split("\n")) {
    const [, path, at, code, text] = /^(\S[^(]*)\((\d+),\d+\): error TS(\d+): (.*)$/.exec(line) ?? [];
    if (path === undefined || text === undefined) continue;
    const file = basename(path);
    found.set(file, [...(found.get(file) ?? []), { line: Number(at), code: Number(code), text }]);
  }
  return found;
}
