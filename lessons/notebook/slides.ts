// A lesson as slides: its title, each section with its equations, every cell and question that is marked; notes go along.
import type { Token } from "markdown-it";
import type { Output } from "./cell.ts";
import { cellAt, type Drawing, type Tools } from "./drawing.ts";
import { duration, escaped } from "./html.ts";
import type { Cell, Lesson } from "./lesson.ts";
import { blocks } from "./markdown.ts";
import type { PageData } from "./page-data.ts";
import { begun, containerAt, groups } from "./render.ts";
import { numberOf, shell } from "./shell.ts";

/** One slide, and what the presenter sees beside it. */
export interface Slide {
  readonly kind: "title" | "section" | "cell" | "quiz";
  readonly title: string;
  readonly html: string;
  /** the presenter's notes, as HTML */
  readonly notes: string;
  /** the prose of the lesson that belongs here, as HTML */
  readonly prose: string;
}

type Draft = { -readonly [K in keyof Slide]: Slide[K] };

/** The slides of a lesson, in order. @throws {LessonError} for what cannot be drawn */
export function slidesOf(
  lesson: Lesson,
  outputs: Readonly<Record<string, readonly Output[]>>,
  tools: Tools,
): Slide[] {
  const { draw, tokens } = begun(lesson, outputs, tools, "learner");
  const { title, summary, minutes, level, id } = lesson.front;
  const opening = `<p class="kicker">Lesson ${numberOf(id)} · ${level} · ${duration(minutes.read)} to read, ${duration(minutes.do)} to do</p>
<h1>${escaped(title)}</h1><p class="summary">${escaped(summary)}</p>`;
  const slides: Draft[] = [{ kind: "title", title, html: opening, notes: "", prose: "" }];
  let section = title;
  const add = (kind: Slide["kind"], html: string): void =>
    void slides.push({ kind, title: section, html, notes: "", prose: "" });
  for (const block of blocks(tokens)) {
    const [first] = block;
    const now = slides.at(-1);
    if (first === undefined || now === undefined) continue;
    const [cell, container] = [cellAt(draw, first), containerAt(draw, first)];
    if (first.type === "heading_open" && first.tag === "h2") {
      section = (block[1]?.content ?? "").replace(/[$`*]/g, "");
      add("section", `<h2>${rendered(draw, block.slice(1, -1))}</h2>`);
    } else if (cell !== undefined) {
      if (cell.keys.slide)
        add("cell", `<h3>${escaped(nameOf(cell, section))}</h3>${cellHtml(draw, cell, block, tokens)}`);
    } else if (container?.kind === "quiz") add("quiz", groups(draw, [block]).join(""));
    else if (container?.kind === "notes") now.notes += rendered(draw, block.slice(1, -1));
    else if (container?.kind === "hint" || container?.kind === "lab") continue;
    else if (first.type === "math_block") now.html += rendered(draw, block);
    else {
      const html = rendered(draw, container === undefined ? block : block.slice(1, -1));
      if (/^<p><em>[^<]*<\/em><\/p>\s*$/.test(html) && now.kind === "title")
        now.html += `<div class="question">${html}</div>`;
      else if (now.kind === "section" && !now.html.includes("<p") && short(block)) now.html += html;
      now.prose += html;
    }
  }
  return slides.filter((slide, at) => !yields(slide, slides[at + 1]));
}

/** Whether a slide that says next to nothing gives way to the one after it, which gets its notes. */
function yields(slide: Draft, next: Draft | undefined): boolean {
  if (slide.kind !== "section" || next === undefined || next.kind === "section") return false;
  if (slide.html.includes('class="math"') || /<p>[\s\S]*[^:]<\/p>\s*$/.test(slide.html)) return false;
  next.notes = slide.notes + next.notes;
  next.prose = slide.prose + next.prose;
  return true;
}

const rendered = (draw: Drawing, tokens: readonly Token[]): string =>
  draw.md.renderer.render([...tokens], draw.md.options, {});

/** Whether a paragraph is short enough to stand on a slide. */
const short = (block: readonly Token[]): boolean =>
  block[0]?.type === "paragraph_open" && (block[1]?.content.length ?? 0) <= 260;

const nameOf = ({ kind, keys }: Cell, section: string): string =>
  kind === "exercise" ? (keys.title ?? "Exercise") : kind === "quote" ? (keys.name ?? section) : section;

/** A marked cell; an exercise comes with its solution, folded. */
function cellHtml(draw: Drawing, cell: Cell, block: Token[], all: readonly Token[]): string {
  const html = groups(draw, [block]).join("");
  if (cell.kind !== "exercise") return html;
  const others = blocks(all).filter(([first]) => {
    const other = first === undefined ? undefined : cellAt(draw, first);
    return other?.kind === "solution" && other.keys.for === cell.id;
  });
  return html
    .replace(/<h3 id="[^"]*-name">[^<]*<\/h3>\n/, "")
    .replace(/ aria-labelledby="[^"]*"/, "")
    .replace("</section>", () => `${others.map((other) => rendered(draw, other)).join("")}</section>`);
}

/** Groups in the place of sections, which reveal.js would take for slides. */
const withoutSections = (html: string): string =>
  html.replaceAll("<section ", '<div role="group" ').replaceAll("</section>", "</div>");

/** The page of a lesson's slides. */
export function slidesPage(lesson: Lesson, slides: readonly Slide[], data: PageData): string {
  const { id, title, summary } = lesson.front;
  const sections = slides.map(
    ({ kind, title: name, html, notes, prose }, at) =>
      `<section class="slide slide-${kind}" data-title="${escaped(name)}" aria-label="slide ${at + 1} of ${slides.length}"><div class="inside">${withoutSections(html)}</div><aside class="notes" hidden><div class="said">${notes}</div><div class="prose">${prose}</div></aside></section>`,
  );
  const main = `<main id="main" tabindex="-1" class="reveal"><div class="slides">
${sections.join("\n")}
</div></main>
<nav class="slide-nav" aria-label="Slides"><a href="${id}.html">Lesson</a><button type="button" data-present>Presenter's window</button><span class="where-now" role="status"></span></nav>`;
  return shell({
    ...{ title: `Slides: ${title} · relukit`, description: summary, base: "", main, kind: "slides-page" },
    ...{ bare: true, math: true, data, styles: ["live", "slides"], scripts: ["slides"] },
  });
}
