// The lessons on disk: their folders, their text, their goldens, and whether a golden is older than what it depends on.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exact, type Golden, svgType } from "./golden.ts";
import type { Lesson } from "./lesson.ts";
import type { Tried } from "./lesson-run.node.ts";
import { parseLesson } from "./parse.ts";
import { LessonError, type Problem, suggestion } from "./problem.ts";
import { sources } from "./sources.node.ts";

/** The folders below `root/lessons` that hold a lesson, in order. */
export function lessonIds(root: string): string[] {
  const folder = join(root, "lessons");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "lesson.md")))
    .sort();
}

/**
 * The ids among `all` that `wanted` names, whole or as l00; all of them when nothing is wanted.
 *
 * @throws {RangeError} for a name that is none
 */
export function chosen(all: readonly string[], wanted: readonly string[] = []): string[] {
  const pick = wanted.map((word) => {
    const found = all.find((id) => id === word || id.startsWith(`${word}-`));
    if (found === undefined)
      throw new RangeError(
        `lessons: ${word} is no lesson; expected ${all.join(", ")}${suggestion(word, all)}`,
      );
    return found;
  });
  return pick.length === 0 ? [...all] : [...new Set(pick)].sort();
}

/**
 * The lesson in the folder `id`.
 *
 * @throws {LessonError} with every problem of its text, and of what it names outside
 */
export function readLesson(root: string, id: string): Lesson {
  const path = `lessons/${id}/lesson.md`;
  const lesson = parseLesson(path, readFileSync(join(root, path), "utf8"));
  const problems: Problem[] = [];
  const at = (key: string): number =>
    Math.max(1, lesson.text.split("\n").findIndex((line) => line.startsWith(`${key}:`)) + 1);
  const ids = lessonIds(root);
  const { front } = lesson;
  if (front.id !== id)
    problems.push({ path, line: at("id"), text: `id is ${front.id}; expected ${id}, the folder's name` });
  for (const need of front.needs) {
    if (need >= id || !ids.includes(need))
      problems.push({
        path,
        line: at("needs"),
        text: `needs ${need}; expected an earlier lesson${suggestion(need, ids)}`,
      });
  }
  if (front.reads !== undefined && !existsSync(join(sources, front.reads)))
    problems.push({
      path,
      line: at("reads"),
      text: `reads is ${front.reads}; expected a file of the repository`,
    });
  if (problems.length > 0) throw new LessonError(problems);
  return lesson;
}

/** The golden beside a lesson, its figures read in; undefined when there is none. */
export function readGolden(root: string, id: string): Golden | undefined {
  const folder = join(root, "lessons", id);
  const file = join(folder, "golden.json");
  if (!existsSync(file)) return undefined;
  const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
  return mapFigures(golden, (name) => {
    const path = join(folder, "golden", `${String(name).replace(/[^\w.-]/g, "")}`);
    return existsSync(path) ? readFileSync(path, "utf8").trimEnd() : "";
  });
}

/** Writes golden.json and golden/*.svg beside a lesson, and removes figures that no cell shows any more. */
export function writeGolden(
  root: string,
  lesson: Lesson,
  { inputs, outputs, bits }: Pick<Tried, "inputs" | "outputs" | "bits">,
): void {
  const folder = join(root, "lessons", lesson.front.id);
  const cells = Object.fromEntries([...outputs].filter(([, shown]) => shown.length > 0));
  const digests = lesson.cells.flatMap((cell) => {
    const digest = bits.get(cell.id);
    return digest === undefined || !exact(cell) ? [] : [[cell.id, digest] as const];
  });
  const hash = hashOf(lesson, inputs);
  const golden: Golden = { format: 1, hash, inputs, cells, bits: Object.fromEntries(digests) };
  rmSync(join(folder, "golden"), { recursive: true, force: true });
  const written = mapFigures(golden, (svg, cell, at) => {
    const name = `${cell}${at === 0 ? "" : `-${at + 1}`}.svg`;
    mkdirSync(join(folder, "golden"), { recursive: true });
    writeFileSync(join(folder, "golden", name), `${String(svg)}\n`);
    return name;
  });
  writeFileSync(join(folder, "golden.json"), `${JSON.stringify(written, null, 1)}\n`);
}

function mapFigures(golden: Golden, change: (data: unknown, cell: string, at: number) => string): Golden {
  const cells = Object.entries(golden.cells).map(([cell, outputs]) => {
    const mapped = outputs.map((output, at) =>
      "data" in output && svgType in output.data
        ? { ...output, data: { ...output.data, [svgType]: change(output.data[svgType], cell, at) } }
        : output,
    );
    return [cell, mapped] as const;
  });
  return { ...golden, cells: Object.fromEntries(cells) };
}

/** sha256 over a lesson's text and the files it reads. Packages are not part of it: the lock file pins them. */
export function hashOf(lesson: Lesson, inputs: readonly string[]): string {
  const hash = createHash("sha256").update(lesson.text);
  for (const path of inputs) {
    const file = join(sources, path);
    hash.update(`\0${path}\0`).update(existsSync(file) ? readFileSync(file) : "missing");
  }
  return hash.digest("hex");
}

/** Whether a golden was written from just what is on disk now. */
export const fresh = (lesson: Lesson, golden: Golden | undefined): boolean =>
  golden !== undefined && golden.hash === hashOf(lesson, golden.inputs);
