// The reference of the package as pages: an index, and a page an entry point, from declarations that the compiler makes.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Doc, type Entry, type EntryPoint, entryPoint, firstSentence } from "./api.ts";
import { type Highlight, highlighter } from "./highlight.ts";
import { escaped } from "./html.ts";
import { markdown } from "./markdown.ts";
import { quote } from "./quote.ts";
import { shell } from "./shell.ts";

export interface ApiPage {
  /** where the page goes, from the top of the site: api/relukit.html */
  readonly path: string;
  readonly html: string;
}

interface Point extends EntryPoint {
  /** the page's name in api/ */
  readonly page: string;
  /** one sentence: what it is for */
  readonly says: string;
  /** the name that shows how to import */
  readonly example: string;
}

const points = [
  {
    ...{ name: "relukit", page: "relukit.html", path: "reference/index.ts", example: "forward" },
    says: "The reference: tensors, operators, models, their interpretations, measures and training.",
  },
  {
    ...{ name: "relukit/kernels", page: "kernels.html", path: "kernels/index.ts", example: "kernels" },
    says: "The same operators in WebAssembly, quick enough to train with, in browsers and in Node.",
  },
  {
    ...{
      name: "relukit/oracle",
      page: "oracle.html",
      path: "reference/oracle/index.node.ts",
      example: "check",
    },
    says: "What judges a kernel: cases, bounds, laws, mutants and reports.",
  },
] as const;

/**
 * The pages of the reference, for the folder `api/` of a site; they use its style sheets `lesson` and `api`.
 *
 * @param root       the checkout
 * @param sourceUrl  where the page of a source file is, from the top of the site; undefined where there is none
 * @param highlight  what colours code; made anew when left out
 */
export async function buildApi(
  root: string,
  {
    sourceUrl = () => undefined,
    highlight,
  }: {
    readonly sourceUrl?: (path: string, line?: number) => string | undefined;
    readonly highlight?: Highlight;
  } = {},
): Promise<readonly ApiPage[]> {
  const all = apiEntries(root);
  const draw: Drawing = {
    ...{ all, sourceUrl, highlight: highlight ?? (await highlighter()) },
    source: (path) => readFileSync(join(root, path), "utf8"),
    targets: targetsOf(all),
  };
  return [
    { path: "api/index.html", html: indexHtml(draw) },
    ...all.map((point) => ({ path: `api/${point.page}`, html: pointHtml(draw, point) })),
  ];
}

/** What the package's entry points export. */
export function apiEntries(root: string): readonly Point[] {
  const { read, end } = declarations(root);
  try {
    return points.map(({ name, path, ...rest }) => ({ ...entryPoint(name, path, read), ...rest }));
  } finally {
    end();
  }
}

/** The declarations of the last build, or fresh ones of the compiler when a source was saved after it. */
function declarations(root: string): {
  readonly read: (path: string) => string;
  readonly end: () => void;
} {
  const built = join(root, "dist");
  const time = statSync(join(built, "reference/index.d.ts"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const readFrom = (folder: string) => (path: string) =>
    readFileSync(join(folder, path.replace(/\.ts$/, ".d.ts")), "utf8");
  const old = ["reference", "kernels/ops", "kernels"].some((folder) =>
    readdirSync(join(root, folder), { recursive: folder === "reference", encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .some((name) => statSync(join(root, folder, name)).mtimeMs > time),
  );
  if (!old) return { read: readFrom(built), end: () => {} };
  const folder = mkdtempSync(join(tmpdir(), "relukit-api-"));
  const tsc = fileURLToPath(new URL("../bin/tsc", import.meta.resolve("typescript")));
  const flags = ["-p", join(root, "tsconfig.build.json"), "--emitDeclarationOnly", "--outDir", folder];
  try {
    execFileSync(process.execPath, [tsc, ...flags], { stdio: "pipe" });
  } catch (error) {
    if (!existsSync(join(folder, "reference/index.d.ts"))) throw error; // errors elsewhere are for `npm run types`
  }
  return { read: readFrom(folder), end: () => rmSync(folder, { recursive: true, force: true }) };
}

/** An entry's page and name. */
interface Target {
  readonly page: string;
  readonly name: string;
}

interface Drawing {
  readonly all: readonly Point[];
  readonly highlight: Highlight;
  readonly sourceUrl: (path: string, line?: number) => string | undefined;
  /** the text of a source file */
  readonly source: (path: string) => string;
  /** entries by what declares them: reference/tensor.ts#Matrix */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
}

function targetsOf(all: readonly Point[]): ReadonlyMap<string, readonly Target[]> {
  const found = new Map<string, Target[]>();
  for (const { page, entries } of all)
    for (const { module, declared, name } of entries) {
      const key = `${module}#${declared}`;
      found.set(key, [...(found.get(key) ?? []), { page, name }]);
    }
  return found;
}

/** Entries by the file that declares them, in the order of the first of each. */
function byModule(entries: readonly Entry[]): [string, readonly Entry[]][] {
  const modules = [...new Set(entries.map(({ module }) => module))];
  return modules.map((module) => [module, entries.filter((one) => one.module === module)]);
}

const idOf = (module: string): string => `in-${module.replace(/\.ts$/, "").replace(/[^\w-]+/g, "-")}`;
/** A path that may go on in a new line after each slash. */
const breakable = (path: string): string => escaped(path).replaceAll("/", "/<wbr>");
const inline = (text: string): string => markdown().renderInline(text);

/** What the file says of itself in its first lines. */
function headerOf(source: string): string {
  const lines = source.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("// "));
  return lines
    .slice(0, Math.max(0, end))
    .map((line) => line.slice(3))
    .join(" ");
}

function indexHtml(draw: Drawing): string {
  const total = draw.all.reduce((sum, { entries }) => sum + entries.length, 0);
  const sections = draw.all.map(({ name, page, says, entries }) => {
    const groups = byModule(entries).map(([module, own]) => {
      const items = own.map((one) => {
        const sentence = one.doc === undefined ? `(${one.kind})` : firstSentence(one.doc);
        return `<li><a href="${page}#${one.name}"><code>${escaped(one.name)}</code></a><span>${inline(sentence)}</span></li>`;
      });
      return `<h3><code>${breakable(module)}</code></h3>\n<ul class="names">${items.join("\n")}</ul>`;
    });
    return `<h2 id="${page.replace(".html", "")}"><a href="${page}">${escaped(name)}</a></h2>\n<p>${escaped(says)}</p>\n${groups.join("\n")}`;
  });
  const main = `<header class="opening">
<p class="kicker">Reference</p>
<h1>What relukit exports</h1>
<p class="summary">${total} names at three entry points, each with its type and its docstring, as the compiler and the sources have them.</p>
${pointsNav(draw, "index.html")}
</header>
${sections.join("\n")}`;
  const description = "Every function and type that the package relukit exports.";
  return page("Reference · relukit", description, main);
}

const page = (title: string, description: string, main: string, aside = ""): string =>
  shell({ ...{ title, description, main, aside, base: "../", kind: "api" }, styles: ["api"] });

function pointsNav({ all }: Drawing, here: string): string {
  const pages = [{ name: "All", page: "index.html" }, ...all];
  const links = pages.map(
    ({ name, page }) =>
      `<li><a href="${page}"${page === here ? ' aria-current="page"' : ""}>${escaped(name)}</a></li>`,
  );
  return `<nav class="points" aria-label="Entry points"><ul>${links.join("")}</ul></nav>`;
}

function pointHtml(draw: Drawing, point: Point): string {
  const { name, says, entries, example } = point;
  const sections = byModule(entries).map(([module, own]) => {
    const header = headerOf(draw.source(module));
    const about = header === "" ? "" : `<p class="about">${inline(header)}</p>\n`;
    const node = /\.node\.ts$/.test(module) ? ' <span class="tag">Node only</span>' : "";
    const title = `<h2 id="${idOf(module)}"><code>${breakable(module)}</code>${node}</h2>`;
    return `${title}\n${about}${own.map((one) => entryHtml(draw, point, one)).join("\n")}`;
  });
  const code = `import { ${example} } from "${name}";`;
  const main = `<header class="opening">
<p class="kicker">Reference</p>
<h1>${escaped(name)}</h1>
<p class="summary">${escaped(says)}</p>
${codeHtml(draw.highlight(code, "ts"), "how to import it")}
${pointsNav(draw, point.page)}
</header>
${sections.join("\n")}`;
  return page(`${name} · reference`, says, main, contents(entries));
}

function contents(entries: readonly Entry[]): string {
  const items = byModule(entries).map(([module, own]) => {
    const short = module.replace(/^(?:reference|kernels)\//, "").replace(/(?:\.node)?\.ts$/, "");
    const names = own.map(({ name }) => `<li class="sub"><a href="#${name}">${escaped(name)}</a></li>`);
    return `<li><a href="#${idOf(module)}">${breakable(short)}</a></li>${names.join("")}`;
  });
  const list = `<ul>${items.join("")}</ul>`;
  return `<nav class="contents" aria-label="On this page"><details class="narrow"><summary>On this page</summary>${list}</details><div class="wide"><p class="title">On this page</p>${list}</div></nav>\n`;
}

const codeHtml = (html: string, label: string): string =>
  `<pre class="code" tabindex="0" role="group" aria-label="${escaped(label)}"><code>${html}</code></pre>`;

function entryHtml(draw: Drawing, point: Point, entry: Entry): string {
  const { name, kind, module, declared, signature, doc } = entry;
  const line = quote(module, draw.source(module), declared).firstLine;
  const url = draw.sourceUrl(module, line);
  const path = `<code>${escaped(module)}</code>`;
  const where = url === undefined ? `${path}, line ${line}` : `<a href="../${url}">${path}, line ${line}</a>`;
  const type = linked(draw.highlight(signature, "ts"), draw, point.page, entry);
  return `<section class="entry" aria-labelledby="${name}">
<h3 id="${name}"><a href="#${name}">${escaped(name)}</a> <span class="tag">${kind}</span></h3>
${codeHtml(type, `declaration of ${name}`)}
${doc === undefined ? "" : docHtml(doc)}<p class="declared">${where}</p>
</section>`;
}

function docHtml({ text, params, returns, throws, see }: Doc): string {
  const rows = [
    ...params.map(({ name, text }) => [`<code>${escaped(name)}</code>`, text] as const),
    ...(returns === undefined ? [] : [["Returns", returns] as const]),
    ...throws.map(({ type, text }) => [`Throws <code>${escaped(type)}</code>`, text] as const),
    ...see.map((text) => ["See", text.replace(/https:\/\/[^\s;,]+/g, "<$&>")] as const),
  ];
  const list = rows.map(([term, said]) => `<div><dt>${term}</dt><dd>${inline(said)}</dd></div>`).join("\n");
  return `${markdown().render(text)}${rows.length === 0 ? "" : `<dl class="tags">${list}</dl>\n`}`;
}

/** Coloured code whose type names lead to their entries, under the names that the entry points give them. */
function linked(html: string, { targets }: Drawing, page: string, entry: Entry): string {
  const anchor = (word: string): string => {
    const found = targets.get(entry.names.get(word) ?? "") ?? [];
    const target = found.find((one) => one.page === page) ?? found[0];
    if (target === undefined || (target.page === page && target.name === entry.name)) return word;
    const href = `${target.page === page ? "" : target.page}#${target.name}`;
    return `<a href="${href}">${target.name}</a>`;
  };
  let silent = false;
  return html.replace(/<[^>]*>|[^<]+/g, (piece) => {
    if (piece.startsWith("<")) {
      silent = /class="t-(?:comment|string)/.test(piece);
      return piece;
    }
    return silent ? piece : piece.replace(/(?<![&#\w.])\p{Lu}[\p{L}\p{N}_]*/gu, anchor);
  });
}
