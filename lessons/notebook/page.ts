// Whole pages: the index with its ladder, a lesson, a source file. Plain strings; every page stands without a script.
import { duration, embedded, escaped } from "./html.ts";
import type { Lesson } from "./lesson.ts";

/** What the shell of every page needs. `base` is the way from the page back to the site's top: "", "../". */
interface Shell {
  readonly title: string;
  readonly description: string;
  readonly base: string;
  readonly main: string;
  readonly math?: boolean;
  readonly aside?: string;
  readonly kind: string;
  readonly data?: unknown;
}

function shell({ title, description, base, main, math = false, aside = "", kind, data }: Shell): string {
  const style = (name: string): string => `<link rel="stylesheet" href="${base}assets/${name}.css">`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escaped(description)}">
<title>${escaped(title)}</title>
<link rel="icon" href="${base}assets/icon.svg" type="image/svg+xml">
${math ? `${style("katex")}\n` : ""}${style("lesson")}
</head>
<body class="${kind}">
<a class="skip" href="#main">Skip to the text</a>
<header class="top"><a class="brand" href="${base}index.html">${mark}<span>relukit</span></a><span class="where">lessons on activation sparsity</span></header>
<div class="frame">
${aside}<main id="main" tabindex="-1">
${main}
</main>
</div>
<footer class="foot"><p>relukit, a readable implementation of <cite>ReLU Strikes Back</cite> (Mirzadeh et al. 2023, arXiv:2310.04564). Everything on these pages was computed by the code that they show.</p></footer>
${data === undefined ? "" : `<script type="application/json" id="lesson-data">${embedded(data)}</script>\n`}</body>
</html>
`;
}

const kink =
  '<path d="M4 22H16L28 6" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/>';
const mark = `<svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">${kink}</svg>`;
/** The site's icon: the kink of the rectifier. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#123f47"/><g color="#ffb27a">${kink}</g></svg>\n`;

const numberOf = (id: string): string => /^l(\d+)/.exec(id)?.[1] ?? "";

export interface Neighbours {
  readonly before?: Lesson | undefined;
  readonly after?: Lesson | undefined;
}

/** A lesson's page around its article. `stale` says so when the outputs are older than the sources. */
export function lessonPage(
  lesson: Lesson,
  article: string,
  { before, after }: Neighbours,
  stale: boolean,
  titles: ReadonlyMap<string, string>,
  sourceUrl: (path: string) => string,
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
${stale ? '<p class="stale" role="note">The outputs below were computed from an earlier version of this lesson or its sources.</p>' : ""}
</header>
${article}
</article>
${pager(before, after)}`;
  const cells = lesson.cells.map(({ id: cell, kind, line, end, text, keys }) => ({
    id: cell,
    kind,
    line,
    end,
    text,
    keys,
  }));
  const data = { format: 1, id, seed: lesson.front.seed, runtime: lesson.front.runtime, cells };
  return shell({
    title: `${title} · relukit`,
    description: summary,
    base: "",
    main,
    math: true,
    aside: contents(lesson),
    kind: "lesson",
    data,
  });
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

/** The first page: what this is, and the ladder. */
export function indexPage(lessons: readonly Lesson[]): string {
  const total = lessons.reduce((sum, { front }) => sum + front.minutes.read + front.minutes.do, 0);
  const rungs = lessons.map(({ front, cells }) => {
    const exercises = cells.filter(({ kind }) => kind === "exercise").length;
    const facts = [
      front.level,
      duration(front.minutes.read + front.minutes.do),
      `${exercises} exercise${exercises === 1 ? "" : "s"}`,
    ];
    const paper = front.paper === undefined ? "" : `<span>paper ${escaped(front.paper)}</span>`;
    return `<li><a href="${front.id}.html"><span class="number" aria-hidden="true">${numberOf(front.id)}</span><span class="rung"><span class="name">${escaped(front.title)}</span><span class="says">${escaped(front.summary)}</span><span class="meta">${facts.map((fact) => `<span>${fact}</span>`).join("")}${paper}</span></span></a></li>`;
  });
  const main = `<header class="hero">
${strip()}
<h1>Most of it is zero</h1>
<p class="summary">A language model that uses ReLU switches most of its neurons off, token by token. These lessons build such a model in readable TypeScript, find the zeros, and show what they are worth.</p>
<p class="meta">${lessons.length} lesson${lessons.length === 1 ? "" : "s"} · ${duration(total)} in all, exercises included · nothing to install</p>
</header>
<h2 id="ladder">The ladder</h2>
<ol class="ladder">${rungs.join("\n")}</ol>`;
  return shell({
    title: "relukit: lessons on activation sparsity",
    description: "Lessons on activation sparsity in language models, in TypeScript.",
    base: "",
    main,
    kind: "index",
  });
}

/** A row of neurons after a ReLU, most of them at rest. */
function strip(): string {
  const heights = Array.from({ length: 56 }, (_, i) =>
    Math.max(0, ((i * 37 + 11) % 53) - 30 - ((i * i) % 7)),
  );
  const bars = heights.map((h, i) =>
    h === 0
      ? `<rect class="rest" x="${i * 12 + 2}" y="33" width="7" height="3" rx="1.5"/>`
      : `<rect class="fire" x="${i * 12 + 2}" y="${36 - 4 - h * 1.4}" width="7" height="${h * 1.4 + 4}" rx="2"/>`,
  );
  return `<svg class="strip" viewBox="0 0 674 40" aria-hidden="true">${bars.join("")}</svg>`;
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
