// Everything that a tutorial takes along, in one folder: the site, single files, notebooks, PDF. It needs no network.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyFolder } from "./folder.node.ts";
import { writeNotebooks } from "./notebooks.node.ts";
import { pageName } from "./page.ts";
import { pageData } from "./page-data.ts";
import { findChromium, printPdf } from "./pdf.node.ts";
import type { Report } from "./problem.ts";
import { chosen, lessonIds, readLesson } from "./shelf.node.ts";
import { singleFile } from "./single.node.ts";
import { buildSite } from "./site.node.ts";

/** What an export may hold. The site is always built, since the others are made from it. */
export const exportKinds = ["site", "single", "notebooks", "pdf"] as const;
export type ExportKind = (typeof exportKinds)[number];

export interface Exported {
  readonly out: string;
  /** paths of what was written, relative to `out`: pages, notebooks and PDF, not what they need */
  readonly files: readonly string[];
  readonly seconds: number;
}

export interface ExportOptions {
  /** some of the lessons, whole or as l00; all when left out */
  readonly ids?: readonly string[] | undefined;
  readonly kinds?: readonly ExportKind[] | undefined;
  /** the Chromium that prints; one is looked for when left out */
  readonly browser?: string | undefined;
  readonly report?: Report;
}

/**
 * Writes the kit to the folder `out`, which is emptied when it holds an earlier one.
 *
 * @throws {LessonError} with the file and line of what cannot be drawn
 * @throws {RangeError} when `out` holds something else, or PDF is asked for by name and no Chromium is found
 */
export async function exportKit(
  root: string,
  out: string,
  { ids, kinds, browser = findChromium(), report = () => {} }: ExportOptions = {},
): Promise<Exported> {
  const started = performance.now();
  if (kinds?.includes("pdf") && browser === undefined)
    throw new RangeError(
      "lessons export: found no Chromium to print PDF; expected one on the PATH, or --browser",
    );
  const wanted = new Set<ExportKind>(
    kinds ?? exportKinds.filter((kind) => kind !== "pdf" || browser !== undefined),
  );
  if (kinds === undefined && browser === undefined)
    report({ level: "warning", text: "no Chromium was found, so no PDF is made; --browser names one" });
  const lessons = chosen(lessonIds(root), ids).map((id) => readLesson(root, id));
  const names = lessons.map(({ front }) => front.id);
  emptyFolder(out, ".relukit-kit", "lessons export");
  const files: string[] = [];
  const site = join(out, "site");
  const { pages } = await buildSite(root, site, { report });
  files.push(...pages.map((page) => `site/${page}`));
  if (wanted.has("single")) {
    mkdirSync(join(out, "single"));
    const beside = names.flatMap((id) => [pageName(id, "learner"), pageName(id, "slides")]);
    for (const lesson of lessons)
      for (const form of ["learner", "slides"] as const) {
        const name = pageName(lesson.front.id, form);
        writeFileSync(join(out, "single", name), singleFile(site, name, pageData(lesson), beside));
        files.push(`single/${name}`);
      }
    report({ level: "info", text: `${2 * names.length} single files in ${join(out, "single")}` });
  }
  if (wanted.has("notebooks"))
    for (const [folder, solutions] of [
      ["notebooks", false],
      ["notebooks-solutions", true],
    ] as const) {
      const { notebooks } = await writeNotebooks(root, join(out, folder), { solutions, ids: names, report });
      files.push(...notebooks.map((name) => `${folder}/${name}`));
    }
  if (wanted.has("pdf") && browser !== undefined) {
    mkdirSync(join(out, "pdf"));
    const printed = names.flatMap((id) =>
      (["learner", "solver", "slides"] as const).map((form) => pageName(id, form)),
    );
    for (const [at, page] of printed.entries()) {
      const name = page.replace(/html$/, "pdf");
      report({ level: "info", text: `printing ${name}, ${at + 1} of ${printed.length}` });
      await printPdf(browser, join(site, page), join(out, "pdf", name), "print");
      files.push(`pdf/${name}`);
    }
  }
  writeFileSync(join(out, "README.txt"), readme([...wanted]));
  const seconds = (performance.now() - started) / 1000;
  report({ level: "info", text: `${files.length} files in ${out}, ${seconds.toFixed(1)} s` });
  return { out, files, seconds };
}

const lines: Readonly<Record<ExportKind, string>> = {
  site: "site/index.html         all lessons, slides, solutions and the instructor's page; open it from disk",
  single: "single/                 each lesson and its slides as one file that needs no other",
  notebooks:
    "notebooks/              Jupyter notebooks for Deno's kernel; notebooks-solutions/ has the answers in them",
  pdf: "pdf/                    the lessons, with solutions too, and the slides, to read and print",
};

const readme = (kinds: readonly ExportKind[]): string => `relukit: lessons on activation sparsity

Nothing to install, and no network: open site/index.html in a browser.

${exportKinds
  .filter((kind) => kind === "site" || kinds.includes(kind))
  .map((kind) => lines[kind])
  .join("\n")}
`;
