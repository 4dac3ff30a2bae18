// Small lessons for the tests: a good head around a given body, and folders of them that vanish when the process ends.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { escaped } from "../../../lessons/notebook/html.ts";
import type { Lesson } from "../../../lessons/notebook/lesson.ts";
import { tex } from "../../../lessons/notebook/math.ts";
import { parseLesson } from "../../../lessons/notebook/parse.ts";
import { LessonError } from "../../../lessons/notebook/problem.ts";
import { quote } from "../../../lessons/notebook/quote.ts";

export const head = (id = "l00-sample"): string => `---
title: Sample
id: ${id}
summary: A sample.
minutes: { read: 1, do: 2 }
level: beginner
seed: 7
---
`;
/** The line of a body's first line, below `head`. */
export const bodyLine = 9;
const fence = "```";

/** A fence with its text. */
export const cell = (info: string, ...lines: readonly string[]): string =>
  [`${fence}${info}`, ...lines, fence, ""].join("\n");

export const lessonOf = (body: string): Lesson => parseLesson("lesson.md", head() + body);

/** Every problem that reading `body` finds, as `line: text`. */
export function problemsOf(body: string, front = head()): string[] {
  try {
    parseLesson("lesson.md", front + body);
    return [];
  } catch (error) {
    if (!(error instanceof LessonError)) throw error;
    return error.problems.map(({ line, text }) => `${line}: ${text}`);
  }
}

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that the end of the process removes. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "relukit-"));
  folders.push(folder);
  return folder;
}

/** A folder with a lesson for each body. */
export function rootOf(bodies: Readonly<Record<string, string>>): string {
  const root = scratch();
  for (const [id, body] of Object.entries(bodies)) {
    mkdirSync(join(root, "lessons", id), { recursive: true });
    writeFileSync(join(root, "lessons", id, "lesson.md"), head(id) + body);
  }
  return root;
}

/** What drawing needs from outside, without colours. */
export const tools = {
  lessons: ["l00-tensors", "l01-activations"],
  ...{ highlight: escaped, tex, sourceUrl: (path: string) => `source/${path}.html` },
  quote: (path: string, name: string) => quote(path, "/** Twice. */\nexport const twice = 2;", name),
};
