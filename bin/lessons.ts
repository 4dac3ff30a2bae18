// relukit lessons: list, run, build, serve and export the teaching kit.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { ExportKind, LessonRun, LessonSummary } from "../lessons/notebook/index.ts";
import type { Report } from "../lessons/notebook/problem.ts";
import { number, wholeFrom } from "./numbers.ts";
import { root } from "./root.ts";
import { NegativeVerdict, type Terminal, WrongUse } from "./terminal.ts";

const notebook = () => {
  if (existsSync(join(root, "lessons/README.md"))) return import("../lessons/notebook/index.ts");
  throw new WrongUse(
    "the lessons come with a checkout of relukit; this is the installed package, which has none",
  );
};
const document = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export function addLessons(program: Command, terminal: Terminal): void {
  const report: Report = ({ level, text }) =>
    terminal.err(`${level === "info" ? "" : `${level}: `}${text}\n`);
  const lessons = program
    .command("lessons")
    .description("The lessons: lists, runs, builds, serves and exports them.");
  lessons
    .command("list")
    .description("Lists the lessons in their order, with minutes and level.")
    .option("--json", "prints one JSON document")
    .action((options: JsonOption) => list(options, terminal));
  lessons
    .command("run")
    .description("Type-checks and runs lessons and compares their outputs with the committed ones.")
    .argument("[ids...]", "which lessons, such as l00; all when left out")
    .option("--changed", "only lessons whose text or sources changed since their outputs were written")
    .option("--update", "writes the outputs of lessons without problems")
    .option("--json", "prints one JSON document")
    .action((ids: readonly string[], options: RunOptions) => run(ids, options, terminal, report));
  lessons
    .command("build")
    .description("Writes the lessons as a static site, from their committed outputs.")
    .option("-o, --out <dir>", "the folder to write", "site")
    .option("--json", "prints one JSON document")
    .action((options: BuildOptions) => build(options, terminal, report));
  lessons
    .command("serve")
    .description("Builds the site and serves it on the loopback address until Ctrl-C.")
    .addOption(
      new Option("-o, --out <dir>", "the folder to write").default(
        join(root, "site"),
        "site, beside package.json",
      ),
    )
    .option("--port <n>", "the first port to try", number(wholeFrom(0, 65535)), 4173)
    .action((options: ServeOptions) => serve(options, report));
  lessons
    .command("export")
    .description(
      "Writes one folder to take along: the site, single files, notebooks and PDF, all without network.",
    )
    .argument("[ids...]", "which lessons get single files, notebooks and PDF; all when left out")
    .option("-o, --out <dir>", "the folder to write", "kit")
    .addOption(
      new Option("--only <kind...>", "some of it, beside the site").choices([
        "site",
        "single",
        "notebooks",
        "pdf",
      ]),
    )
    .option("--browser <path>", "the Chromium that prints PDF; one on the PATH when left out")
    .option("--json", "prints one JSON document")
    .action((ids: readonly string[], options: KitOptions) => exportAll(ids, options, terminal, report));
}

interface KitOptions extends JsonOption {
  readonly out: string;
  readonly only?: readonly ExportKind[];
  readonly browser?: string;
}

async function exportAll(
  ids: readonly string[],
  { out, only, browser, json }: KitOptions,
  terminal: Terminal,
  report: Report,
): Promise<void> {
  const { exportKit } = await notebook();
  const made = await exportKit(root, out, {
    ids: ids.length > 0 ? ids : undefined,
    kinds: only,
    browser,
    report,
  });
  if (json) terminal.out(document(made));
}

interface JsonOption {
  readonly json?: boolean;
}

interface RunOptions extends JsonOption {
  readonly changed?: boolean;
  readonly update?: boolean;
}

interface BuildOptions extends JsonOption {
  readonly out: string;
}

interface ServeOptions {
  readonly out: string;
  readonly port: number;
}

async function list({ json }: JsonOption, { out }: Terminal): Promise<void> {
  const { listLessons } = await notebook();
  const lessons = listLessons(root);
  out(json ? document(lessons) : lessons.map(entry).join(""));
}

const entry = ({ id, title, summary, minutes, level, exercises, golden }: LessonSummary): string =>
  `${id}  ${title}\n    ${summary}\n    ${level}, ${minutes.read} minutes to read, ${minutes.do} to do, ` +
  `${exercises} exercise${exercises === 1 ? "" : "s"}${golden === "fresh" ? "" : `; its outputs are ${golden}`}\n`;

async function run(
  ids: readonly string[],
  { changed, update, json }: RunOptions,
  { out }: Terminal,
  report: Report,
): Promise<void> {
  const { problemLine, runLessons } = await notebook();
  const runs = await runLessons(root, { ids: ids.length > 0 ? ids : undefined, changed, update, report });
  const problems = runs.flatMap(({ problems }) => problems).map((problem) => `${problemLine(problem)}\n`);
  out(json ? document(runs) : `${problems.join("")}${counted(runs)}\n`);
  const failed = runs.filter(({ verdict }) => verdict === "failed").length;
  if (failed > 0) throw new NegativeVerdict(`${failed} of ${runs.length} lessons failed`);
}

const counted = (runs: readonly LessonRun[]): string =>
  (["passed", "failed", "unchanged"] as const)
    .map((verdict) => `${runs.filter((run) => run.verdict === verdict).length} ${verdict}`)
    .join(", ");

async function build({ out, json }: BuildOptions, terminal: Terminal, report: Report): Promise<void> {
  const { buildSite } = await notebook();
  const built = await buildSite(root, out, { report });
  if (json) terminal.out(document(built));
}

async function serve({ out, port }: ServeOptions, report: Report): Promise<void> {
  const { buildSite, serveSite } = await notebook();
  await buildSite(root, out, { report });
  const served = await serveSite(out, { port, report });
  const end = () => served.close().then(() => process.exit(0));
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
}
