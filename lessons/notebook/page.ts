// A lesson's page and a source file's. Plain strings; every page stands without a script.
import type { Reader } from "./drawing.ts";
import { duration, escaped } from "./html.ts";
import type { Lesson } from "./lesson.ts";
import type { PageData } from "./page-data.ts";
import { numberOf, shell } from "./shell.ts";

export interface Neighbours {
  readonly before?: Lesson | undefined;
  readonly after?: Lesson | undefined;
}

/** A lesson's page around its article. `stale` says so when the outputs are older than the sources. */
export function lessonPage(
  lesson: Lesson,
  article: string,
  data: PageData,
  { before, after }: Neighbours,
  stale: boolean,
  titles: ReadonlyMap<string, string>,
  sourceUrl: (path: string) => string,
  reader: Reader = "learner",
): string {
  const { id, title, summary, minutes, level, needs, objectives, reads, paper } = lesson.front;
  const facts = [
    needs.length === 0
      ? ""
      : `<div><dt>Needs</dt><dd>${needs.map((need) => `<a href="${need}.html">${escaped(titles.get(need) ?? need)}</a>`).join(", ")}</dd></div>`,
    reads === undefined
      ? ""
      : `<div><dt>Reads</dt><dd><a href="${sourceUrl(reads)}"><code>${escaped(reads)}</code></a></dd></div>`,
    paper === undefined ? "" : `<div><dt>Paper</dt><dd>${escaped(paper)}</dd></div>`,
  ].join("");
  const goals = objectives.map((goal) => `<li>${escaped(goal)}</li>`).join("");
  const main = `<article>
<header class="opening">
<p class="kicker">Lesson ${numberOf(id)} · ${level} · ${duration(minutes.read)} to read, ${duration(minutes.do)} to do</p>
<h1>${escaped(title)}</h1>
<p class="summary">${escaped(summary)}</p>
${goals === "" ? "" : `<div class="goals"><p class="title">Afterwards you can</p><ul>${goals}</ul></div>`}
${facts === "" ? "" : `<dl class="facts">${facts}</dl>`}
${formsHtml(id, reader)}
${stale ? '<p class="stale" role="note">The outputs below were computed from an earlier version of this lesson or its sources.</p>' : ""}
</header>
${article}
</article>
${pager(before, after)}`;
  return shell({
    title: `${reader === "learner" ? "" : reader === "solver" ? "Solutions: " : "For instructors: "}${title} · relukit`,
    description: summary,
    base: "",
    main,
    math: true,
    aside: contents(lesson),
    kind: `lesson ${reader}`,
    data,
    styles: ["live"],
    scripts: ["live"],
  });
}

/** The names of a lesson's pages: of each reader's edition, and of its slides. */
export const pageName = (id: string, form: Reader | "slides"): string =>
  form === "learner" ? `${id}.html` : `${id}.${form === "solver" ? "solutions" : form}.html`;

const forms: readonly (readonly [Reader | "slides", string])[] = [
  ["learner", "Lesson"],
  ["slides", "Slides"],
  ["solver", "With solutions"],
  ["instructor", "For instructors"],
];

/** Links to the other forms of the lesson. */
function formsHtml(id: string, reader: Reader): string {
  const links = forms.map(([form, name]) =>
    form === reader
      ? `<li aria-current="page">${name}</li>`
      : `<li><a href="${pageName(id, form)}">${name}</a></li>`,
  );
  return `<nav class="forms" aria-label="Forms of this lesson"><ul>${links.join("")}</ul></nav>`;
}

function contents({ headings, cells }: Lesson): string {
  const exercises = cells.filter(({ kind }) => kind === "exercise");
  const entries = [
    ...headings
      .filter(({ level }) => level === 2)
      .map(({ text, slug, line }) => ({ text, id: slug, line, kind: "" })),
    ...exercises.map(({ keys, id, line }) => ({
      text: keys.title ?? "Exercise",
      id,
      line,
      kind: ' class="sub"',
    })),
  ].sort((a, b) => a.line - b.line);
  if (entries.length === 0) return "";
  const items = entries.map(
    ({ text, id, kind }) => `<li${kind}><a href="#${id}">${escaped(text.replace(/[$`*]/g, ""))}</a></li>`,
  );
  const list = `<ul>${items.join("")}</ul>`;
  return `<nav class="contents" aria-label="On this page"><details class="narrow"><summary>On this page</summary>${list}</details><div class="wide"><p class="title">On this page</p>${list}</div></nav>\n`;
}

function pager(before: Lesson | undefined, after: Lesson | undefined): string {
  const link = (lesson: Lesson | undefined, word: string, kind: string): string =>
    lesson === undefined
      ? ""
      : `<a class="${kind}" href="${lesson.front.id}.html" rel="${kind}"><span class="kicker">${word}</span><span>${escaped(lesson.front.title)}</span></a>`;
  const links = link(before, "Before", "prev") + link(after, "Next", "next");
  return links === "" ? "" : `<nav class="pager" aria-label="Lessons">${links}</nav>`;
}

/** A source file with a line number and an anchor a line. */
export function sourcePage(path: string, lines: readonly string[]): string {
  const base = "../".repeat(path.split("/").length);
  const rows = lines.map(
    (line, at) =>
      `<span class="row" id="L${at + 1}"><a class="no" href="#L${at + 1}" aria-label="line ${at + 1}">${at + 1}</a>${line}</span>`,
  );
  const main = `<h1 class="path">${escaped(path)}</h1>\n<pre class="code source" tabindex="0" role="group" aria-label="source of ${escaped(path)}"><code>${rows.join("\n")}</code></pre>`;
  return shell({ title: `${path} · relukit`, description: `Source of ${path}`, base, main, kind: "file" });
}
