// What goes wrong in a lesson, as a value: the file, the line, and one sentence with what was found and expected.

/** One thing wrong in one lesson; `line` counts from 1, and `cell` is there when a cell is to blame. */
export interface Problem {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly cell?: string;
}

/** `lessons/l00-tensors/lesson.md:12: cell strides: …`, which editors turn into a link. */
export const problemLine = (problem: Problem): string =>
  `${problem.path}:${problem.line}: ${problem.cell === undefined ? "" : `cell ${problem.cell}: `}${problem.text}`;

/** A lesson that cannot be read: all its problems at once, so that an author mends them in one go. */
export class LessonError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join("\n"));
    this.name = "LessonError";
    this.problems = problems;
  }
}

/** How many single-letter edits turn `a` into `b`. */
export function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** `; did you mean title?`, or nothing when no candidate is near. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of candidates) {
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best === undefined ? "" : `; did you mean ${best}?`;
}

/** Hears what goes on, one sentence at a time. */
export type Report = (message: {
  readonly level: "info" | "warning" | "error";
  readonly text: string;
}) => void;
