// What drawing a lesson needs from outside, and its tokens made ready: heading ids, math as HTML, links as pages.
import type { MarkdownIt as Markdown, Token } from "markdown-it";
import type { Output } from "./cell.ts";
import type { Highlight } from "./highlight.ts";
import type { Cell, Lesson } from "./lesson.ts";
import { LessonError, suggestion } from "./problem.ts";
import type { Quote } from "./quote.ts";

export interface Tools {
  readonly highlight: Highlight;
  /** TeX as HTML; throws on a formula that it cannot read */
  readonly tex: (source: string, display: boolean) => string;
  /** a declaration of a file; throws on an unknown name */
  readonly quote: (path: string, name: string) => Quote;
  /** the lessons that a link may go to */
  readonly lessons: readonly string[];
  /** where the page of a source file is */
  readonly sourceUrl: (path: string, line?: number) => string;
}

/** For whom a page is: solutions folded away, solutions open, or solutions open and the presenter's notes shown. */
export type Reader = "learner" | "solver" | "instructor";

/** One lesson on its way to a page. */
export interface Drawing {
  readonly lesson: Lesson;
  readonly reader: Reader;
  readonly outputs: Readonly<Record<string, readonly Output[]>>;
  readonly tools: Tools;
  readonly md: Markdown;
}

/** Stops the drawing with a line of lesson.md. @throws {LessonError} always */
export const failed = ({ lesson }: Drawing, line: number, error: unknown): never => {
  const text = error instanceof Error ? error.message : String(error);
  throw new LessonError([{ path: lesson.path, line, text }]);
};

/** The cell whose fence a token is. */
export const cellAt = ({ lesson }: Drawing, token: Token): Cell | undefined =>
  token.type === "fence" ? lesson.cells.find(({ line }) => line === (token.map?.[0] ?? -2) + 1) : undefined;

/** Heading ids, math as HTML and links to other lessons, so that drawing needs no lines. */
export function prepare(draw: Drawing, tokens: readonly Token[]): void {
  let heading = 0;
  for (const token of tokens) {
    const line = (token.map?.[0] ?? 0) + 1;
    if (token.type === "heading_open") token.attrSet("id", draw.lesson.headings[heading++]?.slug ?? "");
    if (token.type === "math_block") token.meta = { html: math(draw, token.content, true, line) };
    for (const child of token.children ?? []) {
      const at =
        line +
        Math.max(0, token.content.slice(0, token.content.indexOf(child.content)).split("\n").length - 1);
      if (child.type === "math_inline") child.meta = { html: math(draw, child.content, false, at) };
      if (child.type === "image") failed(draw, line, "an image is used; expected a figure that a cell draws");
      if (child.type === "link_open")
        child.attrSet("href", link(draw, String(child.attrGet("href") ?? ""), line));
    }
  }
}

function math(draw: Drawing, source: string, display: boolean, line: number): string {
  try {
    return draw.tools.tex(source, display);
  } catch (error) {
    const text = error instanceof Error ? error.message.replace(/^KaTeX parse error: /, "") : String(error);
    return failed(draw, line, `math \`${source.slice(0, 60)}\` cannot be read: ${text}`);
  }
}

/** Links to lessons and sources as pages of the site; web addresses stay, anything else is an error. */
function link(draw: Drawing, href: string, line: number): string {
  const [, lesson, anchor] = /^\.\.\/(l\d\d-[\w-]+)(?:\/lesson\.md|\/)?(#.*)?$/.exec(href) ?? [];
  const { lessons } = draw.tools;
  if (lesson !== undefined && lessons.includes(lesson)) return `${lesson}.html${anchor ?? ""}`;
  if (lesson !== undefined)
    return failed(
      draw,
      line,
      `link goes to ${lesson}; expected ${lessons.join(", ")}${suggestion(lesson, lessons)}`,
    );
  const [, source] = /^(?:\.\.\/)*((?:reference|kernels)\/.*\.ts)$/.exec(href) ?? [];
  if (source !== undefined) return draw.tools.sourceUrl(source);
  if (/^(https:\/\/|#)/.test(href)) return href;
  return failed(
    draw,
    line,
    `link goes to ${href}; expected https://…, #anchor, ../lNN-name/lesson.md or reference/….ts`,
  );
}
