// The teaching kit's commands as functions: list, run, build, serve, export. Each returns plain records; messages go to `report`.
import type { Lesson } from "./lesson.ts";
import { fresh, lessonIds, readGolden, readLesson } from "./shelf.node.ts";

export { type Exported, type ExportKind, type ExportOptions, exportKinds, exportKit } from "./export.node.ts";
export { LessonError, type Problem, problemLine, type Report } from "./problem.ts";
export { type LessonRun, type RunOptions, runLessons } from "./run-lessons.node.ts";
export { type Served, serveSite } from "./serve.node.ts";
export { type Built, buildSite } from "./site.node.ts";

export interface LessonSummary
  extends Pick<Lesson["front"], "id" | "title" | "summary" | "minutes" | "level" | "needs"> {
  readonly exercises: number;
  /** whether the committed outputs belong to the lesson and the sources on disk */
  readonly golden: "fresh" | "stale" | "missing";
}

/**
 * The ladder of lessons below `root/lessons`.
 *
 * @throws {LessonError} when a lesson cannot be read
 */
export function listLessons(root: string): LessonSummary[] {
  return lessonIds(root).map((name) => {
    const lesson = readLesson(root, name);
    const { id, title, summary, minutes, level, needs } = lesson.front;
    const exercises = lesson.cells.filter(({ kind }) => kind === "exercise").length;
    const golden = readGolden(root, name);
    const state = golden === undefined ? "missing" : fresh(lesson, golden) ? "fresh" : "stale";
    return { id, title, summary, minutes, level, needs, exercises, golden: state };
  });
}
