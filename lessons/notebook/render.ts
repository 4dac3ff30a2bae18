// A lesson and its golden outputs as the HTML of an article: prose, math, cells with outputs, exercises, quizzes.
// Runs no cell; knows no file: sources for quotes, math and colours come in as functions.
import type { Token } from "markdown-it";
import type { Output } from "./cell.ts";
import { exerciseOpen, fenceHtml } from "./cell-html.ts";
import { cellAt, type Drawing, prepare, type Reader, type Tools } from "./drawing.ts";
import { escaped } from "./html.ts";
import type { Container, Lesson } from "./lesson.ts";
import { blocks, markdown } from "./markdown.ts";
import { option } from "./rules.ts";

/** The article of a lesson. @throws {LessonError} for math, quotes, links and figures that cannot be drawn */
export function renderLesson(
  lesson: Lesson,
  outputs: Readonly<Record<string, readonly Output[]>>,
  tools: Tools,
  reader: Reader = "learner",
): string {
  const { draw, tokens } = begun(lesson, outputs, tools, reader);
  return groups(draw, blocks(tokens)).join("");
}

/** A lesson read and made ready to draw. */
export function begun(
  lesson: Lesson,
  outputs: Readonly<Record<string, readonly Output[]>>,
  tools: Tools,
  reader: Reader,
): { readonly draw: Drawing; readonly tokens: readonly Token[] } {
  const md = markdown();
  const tokens = md.parse(lesson.body, {});
  const draw: Drawing = { lesson, reader, outputs, tools, md };
  prepare(draw, tokens);
  md.renderer.rules["fence"] = (all, at) => fenceHtml(draw, all[at] as Token);
  md.renderer.rules["math_inline"] = (all, at) => String(all[at]?.meta?.["html"]);
  md.renderer.rules["math_block"] = (all, at) =>
    `<div class="math" tabindex="0" role="group" aria-label="equation">${String(all[at]?.meta?.["html"])}</div>\n`;
  md.renderer.rules["table_open"] = () =>
    '<div class="scroll" tabindex="0" role="group" aria-label="table"><table>\n';
  md.renderer.rules["table_close"] = () => "</table></div>\n";
  return { draw, tokens };
}

/** Blocks as HTML; what belongs to an exercise is gathered in one section with it. */
export function groups(draw: Drawing, all: readonly Token[][]): string[] {
  const found: string[] = [];
  let open: string | undefined;
  for (const block of all) {
    const first = block[0] as Token;
    const cell = cellAt(draw, first);
    const container = containerAt(draw, first);
    const owner = cell?.keys.for ?? container?.keys.for;
    if (open !== undefined && owner !== open) {
      found.push("</section>\n");
      open = undefined;
    }
    if (cell?.kind === "exercise") {
      open = cell.id;
      found.push(exerciseOpen(cell));
    }
    found.push(
      container === undefined
        ? draw.md.renderer.render(block, draw.md.options, {})
        : containerHtml(draw, container, block),
    );
  }
  return open === undefined ? found : [...found, "</section>\n"];
}

/** The container that a token opens. */
export const containerAt = ({ lesson }: Drawing, token: Token): Container | undefined =>
  token.type === "container_open"
    ? lesson.containers.find(({ line }) => line === (token.map?.[0] ?? -2) + 1)
    : undefined;

function containerHtml(draw: Drawing, container: Container, block: readonly Token[]): string {
  const { kind, keys } = container;
  const inner = block.slice(1, -1);
  if (kind === "quiz") return quizHtml(draw, keys.id ?? "", inner);
  const html = groups(draw, blocks(inner)).join("");
  if (kind === "hint")
    return `<details class="hint"><summary>Hint ${keys.level}</summary><div>${html}</div></details>\n`;
  if (kind === "notes")
    return draw.reader === "instructor"
      ? `<aside class="notes" aria-label="For the presenter"><p class="kicker">For the presenter</p>${html}</aside>\n`
      : `<aside class="notes" hidden>${html}</aside>\n`;
  const title = keys.title === undefined ? "" : `<p class="title">${escaped(keys.title)}</p>`;
  if (kind === "aside")
    return `<aside class="aside" aria-label="${escaped(keys.title ?? "Aside")}">${title}${html}</aside>\n`;
  const minutes = keys.minutes === undefined ? "" : ` · ${keys.minutes} min`;
  return `<section class="lab" id="${keys.id}" aria-label="${escaped(keys.title ?? "Lab")}"><p class="kicker">Lab${minutes}</p>${title}${html}</section>\n`;
}

/** Each option opens to say whether it is right, and why: no script needed. */
function quizHtml(draw: Drawing, id: string, inner: readonly Token[]): string {
  const render = (tokens: readonly Token[]): string =>
    draw.md.renderer.render([...tokens], draw.md.options, {});
  const list = inner.findIndex(({ type }) => type === "bullet_list_open");
  const question = render(inner.slice(0, list));
  const items = blocks(
    inner.slice(
      list + 1,
      inner.findLastIndex(({ type }) => type === "bullet_list_close"),
    ),
  );
  const options = items.map((item) => {
    const content = item[2] as Token;
    const right = option(content.content)?.right === true;
    const first = content.children?.[0];
    if (first !== undefined) first.content = first.content.replace(/^\[[ x]\]\s*/, "");
    const answer = render([content]);
    const why = render(item.slice(4, -1)).replace(/<\/?blockquote>/g, "");
    const verdict = right ? "Right." : "Not this one.";
    return `<li><details data-right="${right}"><summary>${answer}</summary><div class="why ${right ? "right" : "wrong"}"><p class="verdict">${verdict}</p>${why}</div></details></li>`;
  });
  return `<section class="quiz" id="${id}" data-quiz="${id}" aria-label="Question"><p class="kicker">Question</p>${question}<ul>${options.join("")}</ul></section>\n`;
}
