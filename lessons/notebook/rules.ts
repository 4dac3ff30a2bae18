// What must hold across a lesson: ids of its own, whole exercises in order, closed math, quizzes with one right answer.
import type { Token } from "markdown-it";
import type { CellKind } from "./keys.ts";
import type { Cell, Container } from "./lesson.ts";
import { suggestion } from "./problem.ts";

/** Hears one fault, with its line. */
export type Wrong = (line: number, sentence: string, cell?: string) => void;

export function checkIds(cells: readonly Cell[], containers: readonly Container[], wrong: Wrong): void {
  const first = new Map<string, number>();
  for (const { id, line } of [...cells, ...containers.map(({ keys, line }) => ({ id: keys.id, line }))]) {
    if (id === undefined) continue;
    const before = first.get(id);
    if (before !== undefined) wrong(line, `id ${id} is taken by line ${before}; expected an id of its own`);
    else first.set(id, line);
  }
}

export function checkExercises(cells: readonly Cell[], containers: readonly Container[], wrong: Wrong): void {
  const exercises = cells.filter((cell) => cell.kind === "exercise");
  const names = exercises.map((cell) => cell.id);
  for (const { kind, keys, line } of [...cells, ...containers]) {
    if (keys.for === undefined || names.includes(keys.for)) continue;
    const expected = names.length === 0 ? "an exercise, and the lesson has none" : names.join(", ");
    wrong(line, `${kind} is for ${keys.for}; expected ${expected}${suggestion(keys.for, names)}`);
  }
  for (const exercise of exercises) {
    const part = (kind: CellKind): Cell | undefined =>
      cells.find((cell) => cell.kind === kind && cell.keys.for === exercise.id);
    const [solution, check, spec] = [part("solution"), part("check"), part("spec")];
    if (solution === undefined)
      wrong(exercise.line, `exercise has no solution; expected \`ts solution for=${exercise.id}\``);
    if (check === undefined)
      wrong(exercise.line, `exercise has no check; expected \`ts check for=${exercise.id}\``);
    const order = [
      exercise,
      solution,
      ...(spec && check && spec.line < check.line ? [spec, check] : [check, spec]),
    ];
    const present = order.filter((cell) => cell !== undefined);
    present.forEach((cell, at) => {
      const before = present[at - 1];
      if (before !== undefined && before.line > cell.line)
        wrong(
          cell.line,
          `${cell.kind} stands before its ${before.kind}; expected exercise, solution, then check and spec`,
        );
    });
  }
}

export function checkMath(tokens: readonly Token[], wrong: Wrong): void {
  for (const token of tokens)
    if (token.type === "math_block" && token.meta?.["closed"] !== true)
      wrong((token.map?.[0] ?? 0) + 1, "math `$$` is never closed; expected a line that ends in $$");
}

/** The mark of a quiz's option and the rest of its first line. */
export const option = (text: string): { readonly right: boolean; readonly text: string } | undefined => {
  const [, mark, rest] = /^\[([ x])\]\s+(.*)$/s.exec(text) ?? [];
  return mark === undefined || rest === undefined ? undefined : { right: mark === "x", text: rest };
};

export function checkQuizzes(tokens: readonly Token[], wrong: Wrong): void {
  tokens.forEach((token, at) => {
    if (token.type !== "container_open" || !token.info.startsWith("quiz")) return;
    const close = tokens.findIndex(
      (one, i) => i > at && one.type === "container_close" && one.level === token.level,
    );
    const inside = tokens.slice(at, close < 0 ? undefined : close);
    const options = inside.flatMap((one, i) =>
      one.type === "list_item_open" ? [inside[i + 2]?.content ?? ""] : [],
    );
    const right = options.filter((text) => option(text)?.right === true).length;
    const line = (token.map?.[0] ?? 0) + 1;
    if (options.length < 2 || options.some((text) => option(text) === undefined))
      wrong(line, "quiz is not a question and a list; expected options `- [ ] wrong` and one `- [x] right`");
    else if (right !== 1) wrong(line, `quiz has ${right} right answers; expected one \`- [x]\``);
  });
}
