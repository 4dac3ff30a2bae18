// Many lessons: type-checked together, run a few at a time, compared with their goldens or written to them.
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join as joinPath } from "node:path";
import { compare, type Golden } from "./golden.ts";
import { join } from "./join.ts";
import type { Lesson } from "./lesson.ts";
import { tryLesson, type Workshop } from "./lesson-run.node.ts";
import { packagesIn } from "./packages.node.ts";
import { LessonError, type Problem, type Report } from "./problem.ts";
import { chosen, fresh, lessonIds, readGolden, readLesson, writeGolden } from "./shelf.node.ts";
import { type Checkable, type Checked, typeCheck } from "./types.node.ts";

export interface LessonRun {
  readonly id: string;
  readonly verdict: "passed" | "failed" | "unchanged";
  readonly cells: number;
  readonly seconds: number;
  readonly problems: readonly Problem[];
  /** whether golden.json was rewritten */
  readonly updated: boolean;
}

export interface RunOptions {
  /** whole ids or their beginnings, l00; all lessons when left out */
  readonly ids?: readonly string[] | undefined;
  /** only lessons whose text or sources differ from their golden's */
  readonly changed?: boolean | undefined;
  /** rewrite the goldens of lessons without problems */
  readonly update?: boolean | undefined;
  readonly report?: Report | undefined;
}

/**
 * Type-checks and runs lessons and compares their outputs with the goldens.
 *
 * @throws {RangeError} for an id that is none
 */
export async function runLessons(root: string, options: RunOptions = {}): Promise<readonly LessonRun[]> {
  const { ids, changed = false, update = false, report = () => {} } = options;
  const scratch = joinPath(root, ".lessons", String(process.pid));
  const workshop = { scratch, packages: packagesIn(joinPath(scratch, "packages")) };
  const opened = chosen(lessonIds(root), ids).map((id) => open(root, id));
  const idle = (one: Opened): boolean => changed && one.lesson !== undefined && fresh(one.lesson, one.golden);
  try {
    const checked = await checkTypes(
      opened.filter((one) => !idle(one)),
      joinPath(scratch, "types"),
      report,
    );
    const runs = new Array<LessonRun>(opened.length);
    const waiting = [...opened.entries()];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [at, one] = next;
        const run = idle(one)
          ? outcome(one, "unchanged", [])
          : await runOne(root, one, checked, workshop, update);
        runs[at] = run;
        report(verdictLine(run));
      }
    };
    await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
    return runs;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function verdictLine({ id, verdict, seconds, updated }: LessonRun): Parameters<Report>[0] {
  const how = verdict === "unchanged" ? "" : ` in ${seconds.toFixed(2)} s`;
  return {
    level: verdict === "failed" ? "error" : "info",
    text: `${id} ${verdict}${how}${updated ? ", golden written" : ""}`,
  };
}

async function checkTypes(opened: readonly Opened[], scratch: string, report: Report): Promise<Checked> {
  const sound = opened.filter(
    (one): one is Opened & Checkable => one.lesson !== undefined && one.problems.length === 0,
  );
  if (sound.length === 0) return { problems: [], refusals: new Map() };
  const started = performance.now();
  const checked = await typeCheck(sound, scratch);
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  report({
    level: "info",
    text: `types of ${sound.length} lesson${sound.length === 1 ? "" : "s"} checked in ${seconds} s`,
  });
  return checked;
}

interface Opened extends Pick<Checkable, "editions"> {
  readonly id: string;
  readonly lesson?: Lesson;
  readonly golden?: Golden | undefined;
  readonly problems: readonly Problem[];
}

function open(root: string, id: string): Opened {
  try {
    const lesson = readLesson(root, id);
    const { editions, problems } = join(lesson);
    return { id, lesson, editions, golden: readGolden(root, id), problems };
  } catch (error) {
    if (!(error instanceof LessonError)) throw error;
    return { id, editions: [], problems: error.problems };
  }
}

const outcome = (one: Opened, verdict: LessonRun["verdict"], problems: readonly Problem[]): LessonRun => ({
  ...{ id: one.id, verdict, problems, updated: false, cells: one.lesson?.cells.length ?? 0, seconds: 0 },
});

async function runOne(
  root: string,
  one: Opened,
  { problems: types, refusals }: Checked,
  workshop: Workshop,
  update: boolean,
): Promise<LessonRun> {
  const { lesson } = one;
  const before = [...one.problems, ...types.filter(({ path }) => path === lesson?.path)];
  if (lesson === undefined || before.length > 0) return outcome(one, "failed", before);
  const tried = await tryLesson(lesson, one.editions, refusals, workshop);
  const sound = tried.problems.length === 0;
  if (sound && update) writeGolden(root, lesson, tried);
  const problems = sound && !update ? compare(lesson, one.golden, tried.outputs, tried.bits) : tried.problems;
  const verdict = problems.length === 0 ? "passed" : "failed";
  return { ...outcome(one, verdict, problems), seconds: tried.seconds, updated: sound && update };
}
