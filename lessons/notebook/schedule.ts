// The minutes of a lesson, section by section: reading shared out by length, exercises and labs as they say themselves.
import type { Lesson } from "./lesson.ts";

export interface Section {
  readonly title: string;
  /** its heading's anchor; empty for what stands before the first heading */
  readonly slug: string;
  /** minutes to read, in whole ones; those of a lesson sum to what its head says */
  readonly read: number;
  readonly exercises: readonly Task[];
}

/** An exercise or a lab. */
export interface Task {
  readonly id: string;
  readonly title: string;
  /** undefined for a lab without an end */
  readonly minutes?: number;
}

/** The sections of a lesson in order, the first one its beginning. */
export function schedule(lesson: Lesson): Section[] {
  const headings = lesson.headings.filter(({ level }) => level === 2);
  const starts = [{ text: "The question", slug: "", line: 0 }, ...headings];
  const lines = lesson.body.split("\n");
  const notes = new Set(lesson.containers.filter(({ kind }) => kind === "notes").map(({ line }) => line));
  const ranges = starts.map(
    ({ line }, at) => [line, (starts[at + 1]?.line ?? lines.length + 1) - 1] as const,
  );
  const lengths = ranges.map(([from, to]) => words(lines, from, to, notes));
  const minutes = sharedOut(lesson.front.minutes.read, lengths);
  const tasks = [
    ...lesson.cells
      .filter(({ kind }) => kind === "exercise")
      .map(({ id, keys, line }) => ({ id, line, title: keys.title ?? "Exercise", minutes: keys.minutes })),
    ...lesson.containers
      .filter(({ kind }) => kind === "lab")
      .map(({ keys, line }) => ({
        id: keys.id ?? "",
        line,
        title: keys.title ?? "Lab",
        minutes: keys.minutes,
      })),
  ].sort((a, b) => a.line - b.line);
  return starts.map(({ text, slug }, at) => {
    const [from, to] = ranges[at] ?? [0, 0];
    const own = tasks.filter(({ line }) => from <= line && line <= to);
    const exercises = own.map(({ id, title, minutes }) => ({
      id,
      title,
      ...(minutes === undefined ? {} : { minutes }),
    }));
    return { title: text.replace(/[$`*]/g, ""), slug, read: minutes[at] ?? 0, exercises };
  });
}

/** Words of prose and code from one line to another, without what only the presenter sees. */
function words(lines: readonly string[], from: number, to: number, notes: ReadonlySet<number>): number {
  let count = 0;
  let hidden = false;
  for (let line = Math.max(1, from); line <= to; line++) {
    const text = lines[line - 1] ?? "";
    if (notes.has(line)) hidden = true;
    else if (hidden && /^:{3,}\s*$/.test(text)) hidden = false;
    else if (!hidden) count += text.split(/\s+/).filter((word) => /\w/.test(word)).length;
  }
  return count;
}

/** `total` in whole parts that are as the weights, as nearly as whole parts can be. */
export function sharedOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (sum === 0) return weights.map((_, at) => (at === 0 ? total : 0));
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.floor);
  const left = total - parts.reduce((all, part) => all + part, 0);
  const most = exact
    .map((value, at) => ({ at, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest);
  for (const { at } of most.slice(0, left)) parts[at] = (parts[at] ?? 0) + 1;
  return parts;
}
