// The lessons as a folder of static pages, from the committed goldens: no cell runs, and no page asks the network.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildApi } from "./api.node.ts";
import type { Tools } from "./drawing.ts";
import { emptyFolder } from "./folder.node.ts";
import type { Highlight } from "./highlight.ts";
import { instructorPage } from "./instructor.ts";
import { indexPage } from "./landing.ts";
import { dataName, dataScript, library } from "./library.node.ts";
import { lessonPage, pageName, sourcePage } from "./page.ts";
import { dataOf, pageData } from "./page-data.ts";
import type { Report } from "./problem.ts";
import { quote } from "./quote.ts";
import { renderLesson } from "./render.ts";
import { script, scriptNames } from "./scripts.node.ts";
import { fresh, lessonIds, readGolden, readLesson } from "./shelf.node.ts";
import { icon } from "./shell.ts";
import { slidesOf, slidesPage } from "./slides.ts";
import { sources } from "./sources.node.ts";

export interface Built {
  readonly out: string;
  /** paths of the pages, relative to `out` */
  readonly pages: readonly string[];
  /** lessons whose outputs are missing or older than their sources */
  readonly stale: readonly string[];
  readonly seconds: number;
}

/**
 * Writes the site to the folder `out`, which is emptied when it holds an earlier site.
 *
 * @throws {LessonError} with the file and line of what cannot be drawn
 * @throws {RangeError} when `out` holds something else
 */
export async function buildSite(
  root: string,
  out: string,
  { report = () => {} }: { readonly report?: Report } = {},
): Promise<Built> {
  const started = performance.now();
  emptyFolder(out, ".relukit-site", "lessons build");
  const lessons = lessonIds(root).map((id) => readLesson(root, id));
  const [{ tex }, { highlighter }] = await Promise.all([import("./math.ts"), import("./highlight.ts")]);
  const highlight = await highlighter();
  const quoted = new Set<string>();
  const sourceUrl = (path: string, line?: number): string => {
    quoted.add(path);
    return `source/${path}.html${line === undefined ? "" : `#L${line}`}`;
  };
  const readSource = (path: string): string => {
    if (!existsSync(join(sources, path)))
      throw new RangeError(`${path} is no file; expected a source of the repository`);
    return readFileSync(join(sources, path), "utf8");
  };
  const ids = lessons.map(({ front }) => front.id);
  const tools: Tools = {
    highlight,
    tex,
    sourceUrl,
    lessons: ids,
    quote: (path, name) => quote(path, readSource(path), name),
  };
  const pages: string[] = [];
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
    pages.push(path);
  };
  const stale: string[] = [];
  const files = new Set<string>();
  const titles = new Map(lessons.map(({ front }) => [front.id, front.title]));
  for (const [at, lesson] of lessons.entries()) {
    const golden = readGolden(root, lesson.front.id);
    const current = fresh(lesson, golden);
    if (!current) stale.push(lesson.front.id);
    if (!current)
      report({
        level: "warning",
        text: `${lesson.front.id}: the outputs are ${golden === undefined ? "missing" : "older than the sources"}; lessons run --update renews them`,
      });
    const outputs = golden?.cells ?? {};
    const data = pageData(lesson);
    for (const path of dataOf(data)) files.add(path);
    const around = { before: lessons[at - 1], after: lessons[at + 1] };
    const older = !current && golden !== undefined;
    for (const reader of ["learner", "solver", "instructor"] as const) {
      const article = renderLesson(lesson, outputs, tools, reader);
      const page = lessonPage(lesson, article, data, around, older, titles, sourceUrl, reader);
      write(pageName(lesson.front.id, reader), page);
    }
    const slides = slidesOf(lesson, outputs, tools);
    write(pageName(lesson.front.id, "slides"), slidesPage(lesson, slides, data));
  }
  write("instructor.html", instructorPage(lessons));
  write("index.html", indexPage(lessons, JSON.parse(readSource("fixtures/lessons/landing.json"))));
  for (const { path, html } of await buildApi(sources, { sourceUrl, highlight })) write(path, html);
  for (const path of quoted)
    write(`source/${path}.html`, sourcePage(path, linesOf(highlight, readSource(path))));
  assets(out);
  for (const name of scriptNames()) writeFileSync(join(out, "assets", `${name}.js`), await script(name));
  writeFileSync(join(out, "assets/library.js"), await library());
  mkdirSync(join(out, "assets/data"));
  for (const path of files) writeFileSync(join(out, "assets/data", `${dataName(path)}.js`), dataScript(path));
  const seconds = (performance.now() - started) / 1000;
  report({ level: "info", text: `${pages.length} pages in ${out}, ${seconds.toFixed(2)} s` });
  return { out, pages, stale, seconds };
}

const linesOf = (highlight: Highlight, code: string): string[] => highlight(code, "ts").split("\n");

function assets(out: string): void {
  const folder = join(out, "assets");
  const katex = dirname(fileURLToPath(import.meta.resolve("katex/dist/katex.min.css")));
  mkdirSync(join(folder, "fonts"), { recursive: true });
  for (const font of readdirSync(join(katex, "fonts")).filter((name) => name.endsWith(".woff2")))
    cpSync(join(katex, "fonts", font), join(folder, "fonts", font));
  const css = readFileSync(join(katex, "katex.min.css"), "utf8");
  writeFileSync(join(folder, "katex.css"), css.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, ""));
  writeFileSync(join(folder, "icon.svg"), icon);
  const page = join(sources, "lessons/notebook/page");
  for (const name of readdirSync(page).filter((name) => name.endsWith(".css")))
    cpSync(join(page, name), join(folder, name));
}
