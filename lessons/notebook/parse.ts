// One lesson.md to a typed Lesson, or every problem found.
import type { Token } from "markdown-it";
import { frontMatter } from "./front-matter.ts";
import { cellKinds, containerKinds, parseKeys } from "./keys.ts";
import type { Cell, Container, Heading, Lesson } from "./lesson.ts";
import { markdown } from "./markdown.ts";
import { LessonError, type Problem, suggestion } from "./problem.ts";
import { checkExercises, checkIds, checkMath, checkQuizzes, type Wrong } from "./rules.ts";

/**
 * The lesson in `text`; `path` is for messages.
 *
 * @throws {LessonError} with every problem of the file
 */
export function parseLesson(path: string, text: string): Lesson {
  const clean = text.replaceAll("\r\n", "\n");
  const { front, problems: head, bodyLine } = frontMatter(path, clean);
  const problems: Problem[] = [...head];
  const wrong: Wrong = (line, sentence, cell) =>
    void problems.push({ path, line, text: sentence, ...(cell === undefined ? {} : { cell }) });
  const lines = clean.split("\n");
  const body = lines.map((line, at) => (at < bodyLine - 1 ? "" : line)).join("\n");
  const tokens = markdown().parse(body, {});
  const cells = tokens.flatMap((token) =>
    token.type === "fence" ? (cellOf(token, lines, wrong) ?? []) : [],
  );
  const containers = tokens.flatMap((token) => containerOf(token, wrong) ?? []);
  const headings = headingsOf(tokens, wrong);
  checkIds(cells, containers, wrong);
  checkExercises(cells, containers, wrong);
  checkMath(tokens, wrong);
  checkQuizzes(tokens, wrong);
  if (problems.length > 0) throw new LessonError(problems.sort((a, b) => a.line - b.line));
  return { path, front, text: clean, body, cells, containers, headings };
}

/** The kind and the rest of `ts cell id=…`; undefined when the fence is not TypeScript. */
export function cellInfo(info: string): { readonly kind: string; readonly rest: string } | undefined {
  const [, language, kind = "", rest = ""] = /^(\S*)\s*([^\s=]*)\s*(.*)$/s.exec(info.trim()) ?? [];
  return language === "ts" ? { kind, rest } : undefined;
}

function cellOf(token: Token, lines: readonly string[], wrong: Wrong): Cell | undefined {
  const [from, to] = token.map ?? [0, 0];
  const line = from + 1;
  const first = token.info.trim().split(/\s/)[0] ?? "";
  if (!(lines[to - 1] ?? "").trim().startsWith(token.markup) || to - 1 === from)
    wrong(line, `fence \`${token.markup}${token.info}\` is never closed; expected a line ${token.markup}`);
  const info = cellInfo(token.info);
  if (info === undefined) {
    if (/^(ts,|ts\{|typescript|javascript|js|tsx)/.test(first))
      wrong(
        line,
        `fence is \`${token.info.trim()}\`; expected \`ts\`, a space, and a kind: ${cellKinds.join(", ")}`,
      );
    return undefined;
  }
  const kind = cellKinds.find((one) => one === info.kind);
  if (kind === undefined) {
    const expected = `ts ${cellKinds.join(", ts ")}`;
    wrong(line, `fence is \`ts ${info.kind}\`; expected ${expected}${suggestion(info.kind, cellKinds)}`);
    return undefined;
  }
  const keys = parseKeys(kind, info.rest, (sentence) => wrong(line, sentence));
  const id = keys.id ?? (keys.for === undefined ? `${kind}-${line}` : `${kind}-${keys.for}`);
  if (keys.out === "svg" && keys.alt === undefined)
    wrong(line, 'out=svg has no alt; expected alt="what the figure shows"', id);
  if (keys.alt !== undefined && keys.out !== "svg")
    wrong(line, "alt is given without out=svg; expected both", id);
  if (keys.throws !== undefined && keys["type-error"] !== undefined)
    wrong(line, "throws and type-error are both given; expected one", id);
  if (kind === "quote" && token.content.trim() !== "")
    wrong(line, "quote has text of its own; expected an empty fence, which the engine fills", id);
  return { kind, id, line, end: to, text: token.content, keys };
}

function containerOf(token: Token, wrong: Wrong): Container | undefined {
  if (token.type !== "container_open") return undefined;
  const line = (token.map?.[0] ?? 0) + 1;
  const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/.exec(token.info) ?? [];
  const kind = containerKinds.find((one) => one === word);
  if (word === "") {
    wrong(
      line,
      "`:::` closes nothing here, quoted or indented; expected it at the start of a line of its own",
    );
    return undefined;
  }
  if (token.meta?.["closed"] !== true)
    wrong(line, `container \`::: ${token.info}\` is never closed; expected a line :::`);
  if (kind === undefined) {
    const near = suggestion(word, containerKinds);
    wrong(line, `container is \`::: ${word}\`; expected ::: ${containerKinds.join(", ::: ")}${near}`);
    return undefined;
  }
  return { kind, line, keys: parseKeys(kind, rest, (sentence) => wrong(line, sentence)) };
}

/** `What is a stride?` to `what-is-a-stride`. */
export const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\$[^$]*\$/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

function headingsOf(tokens: readonly Token[], wrong: Wrong): Heading[] {
  const seen = new Map<string, number>();
  return tokens.flatMap((token, at) => {
    if (token.type !== "heading_open") return [];
    const line = (token.map?.[0] ?? 0) + 1;
    const level = Number(token.tag.slice(1));
    const text = tokens[at + 1]?.content ?? "";
    if (level === 1)
      wrong(line, `heading is \`# ${text}\`; expected ## or deeper, for the title is the page's #`);
    const slug = `s-${slugOf(text)}`;
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return [{ level, text, slug: times === 0 ? slug : `${slug}-${times + 1}`, line }];
  });
}
