// A lesson and its golden outputs as a Jupyter notebook, nbformat 4.5, for Deno's kernel: a value, no file.
// The learner's edition has the stubs, and solutions folded away; the solutions' edition has the solutions as code.
import type { Token } from "markdown-it";
import type { Output } from "./cell.ts";
import { duration } from "./html.ts";
import type { Cell, Container, Lesson } from "./lesson.ts";
import { blocks, markdown } from "./markdown.ts";
import { drawn } from "./notebook-runtime.ts";
import type { Quote } from "./quote.ts";
import { option } from "./rules.ts";
import { numberOf } from "./shell.ts";
import { type Statement, statements } from "./statements.ts";

type Lines = readonly string[];
export type NotebookOutput =
  | { readonly output_type: "stream"; readonly name: "stdout"; readonly text: Lines }
  | {
      readonly output_type: "display_data";
      readonly data: Readonly<Record<string, Lines>>;
      readonly metadata: object;
    };
interface CellHead {
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: Lines;
}
export interface MarkdownCell extends CellHead {
  readonly cell_type: "markdown";
}
export interface CodeCell extends CellHead {
  readonly cell_type: "code";
  readonly execution_count: null;
  readonly outputs: readonly NotebookOutput[];
}

/** A notebook as nbformat 4.5 has it. */
export interface Notebook {
  readonly cells: readonly (MarkdownCell | CodeCell)[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: 4;
  readonly nbformat_minor: 5;
}

export interface Edition {
  /** whether the solutions stand in the stubs' place */
  readonly solutions: boolean;
  /** the lessons whose notebooks lie beside this one */
  readonly lessons: readonly string[];
  /** a declaration of a file; throws on an unknown name */
  readonly quote: (path: string, name: string) => Quote;
}

/** What a lesson says, in order: text, or a cell of code. */
type Part = { readonly text: string; readonly starts?: true } | { readonly code: CodeCell };

const runtime = "relukit/lessons/notebook/notebook-runtime.ts";
const setup = `// Run this cell first.
import * as relukit from "${runtime}";
import { check, controls, redraw, show, spec, stream } from "${runtime}";
relukit.ready();`;

/** The notebook of a lesson. `outputs` are its golden's cells. */
export function notebook(
  lesson: Lesson,
  outputs: Readonly<Record<string, readonly Output[]>>,
  edition: Edition,
): Notebook {
  const draw: Drawing = {
    ...{ lesson, outputs, edition, source: lesson.body.split("\n") },
    draws: drawing(lesson.cells),
    undone: edition.solutions ? new Set() : afterExercise(lesson.cells),
  };
  const parts: Part[] = [
    { text: title(lesson, edition) },
    { code: codeCell("setup", setup, [], {}) },
    ...blocks(markdown().parse(lesson.body, {})).flatMap((block) => partsOf(draw, block)),
  ];
  return {
    cells: joined(parts),
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: { file_extension: ".ts", mimetype: "text/x.typescript", name: "typescript" },
      title: lesson.front.title,
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

interface Drawing {
  readonly lesson: Lesson;
  readonly outputs: Readonly<Record<string, readonly Output[]>>;
  readonly edition: Edition;
  /** the lines of the lesson's text */
  readonly source: Lines;
  /** the cells whose random draws, or what they redraw, need the cell's name */
  readonly draws: ReadonlySet<string>;
  /** the cells that show something else before an exercise is solved */
  readonly undone: ReadonlySet<string>;
}

/** Texts that follow each other share a Markdown cell, up to the next heading. */
function joined(parts: readonly Part[]): (MarkdownCell | CodeCell)[] {
  const found: (MarkdownCell | CodeCell)[] = [];
  const taken = new Set(parts.flatMap((part) => ("code" in part ? [part.code.id] : [])));
  let texts: string[] = [];
  let count = 0;
  const flush = (): void => {
    if (texts.length === 0) return;
    do count++;
    while (taken.has(`text-${count}`));
    const source = linesOf(texts.join("\n\n"));
    found.push({ cell_type: "markdown", id: `text-${count}`, metadata: {}, source });
    texts = [];
  };
  for (const part of parts) {
    if ("code" in part || part.starts) flush();
    if ("code" in part) found.push(part.code);
    else if (part.text !== "") texts.push(part.text);
  }
  flush();
  return found;
}

/** Text as nbformat's list of lines, each with its line end but the last. */
const linesOf = (text: string): Lines => (text === "" ? [] : text.split(/(?<=\n)/));

function codeCell(
  id: string,
  code: string,
  outputs: readonly NotebookOutput[],
  metadata: CodeCell["metadata"],
): CodeCell {
  const source = linesOf(code.trimEnd());
  return { cell_type: "code", execution_count: null, id, metadata, outputs, source };
}

function title({ front }: Lesson, { lessons }: Edition): string {
  const { id, title, summary, minutes, level, needs, objectives, reads, paper } = front;
  const needed = needs.map((need) => notebookLink(need, need, lessons)).join(", ");
  const facts = [
    ...(needs.length === 0 ? [] : [`Needs ${needed}`]),
    ...(reads === undefined ? [] : [`Reads \`${reads}\``]),
    ...(paper === undefined ? [] : [`Paper: ${paper}`]),
  ];
  return [
    `# ${title}`,
    `Lesson ${numberOf(id)} · ${level} · ${duration(minutes.read)} to read, ${duration(minutes.do)} to do`,
    `*${summary}*`,
    ...(objectives.length === 0
      ? []
      : [`Afterwards you can\n\n${objectives.map((goal) => `- ${goal}`).join("\n")}`]),
    ...(facts.length === 0 ? [] : [facts.join(" · ")]),
  ].join("\n\n");
}

const notebookLink = (text: string, id: string, lessons: Lines): string =>
  lessons.includes(id) ? `[${text}](${id}.ipynb)` : text;

function partsOf(draw: Drawing, block: readonly Token[]): Part[] {
  const [first] = block;
  if (first?.map == null) return [];
  const line = first.map[0] + 1;
  const cell = first.type === "fence" ? draw.lesson.cells.find((one) => one.line === line) : undefined;
  if (cell !== undefined) return cellParts(draw, cell);
  const container =
    first.type === "container_open" ? draw.lesson.containers.find((one) => one.line === line) : undefined;
  if (container !== undefined) return containerParts(draw, container, block.slice(1, -1));
  const text = linked(draw, draw.source.slice(first.map[0], first.map[1]).join("\n").trimEnd());
  return [first.type === "heading_open" ? { text, starts: true } : { text }];
}

/** Markdown whose links go to notebooks; a source is named, not linked, for it lies elsewhere. */
const linked = ({ edition }: Drawing, text: string): string =>
  text
    .replace(
      /\[([^\]]*)\]\(\.\.\/(l\d\d-[\w-]+)(?:\/lesson\.md|\/)?(?:#[^)]*)?\)/g,
      (_, words: string, id: string) => notebookLink(words, id, edition.lessons),
    )
    .replace(
      /\[([^\]]*)\]\((?:\.\.\/)*((?:reference|kernels)\/[^)]*\.ts)\)/g,
      (_, words: string, path: string) => (words.includes(path) ? `\`${path}\`` : `${words} (\`${path}\`)`),
    )
    .replace(/\[([^\]]*)\]\(#[^)]*\)/g, "$1");

function containerParts(draw: Drawing, { kind, keys }: Container, inner: readonly Token[]): Part[] {
  if (kind === "notes") return [];
  if (kind === "quiz") return [{ text: quiz(draw, inner) }];
  const parts = blocks(inner).flatMap((block) => partsOf(draw, block));
  if (kind === "lab") {
    const minutes = keys.minutes === undefined ? "" : ` (${keys.minutes} min)`;
    const named = keys.title === undefined ? "Lab" : `Lab: ${keys.title}`;
    return [{ text: `### ${named}${minutes}`, starts: true }, ...parts, { text: "---" }];
  }
  const texts = parts.flatMap((part) => ("text" in part ? [part.text] : []));
  const cells = parts.filter((part) => "code" in part);
  if (kind === "hint") return [{ text: folded(`Hint ${keys.level}`, texts.join("\n\n")) }, ...cells];
  const title = keys.title === undefined ? [] : [`**${keys.title}**`];
  return [{ text: quoted([...title, ...texts].join("\n\n")) }, ...cells];
}

const folded = (summary: string, text: string): string =>
  `<details><summary>${summary}</summary>\n\n${text}\n\n</details>`;
const quoted = (text: string): string => text.replace(/^/gm, "> ").replace(/^> $/gm, ">");
const fence = (text: string, language: string): string => {
  const marks = "`".repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map((run) => run.length + 1)));
  return `${marks}${language}\n${text.trimEnd()}\n${marks}`;
};

/** A question and its options; each opens to say whether it is right, and why. */
function quiz(draw: Drawing, inner: readonly Token[]): string {
  const list = inner.find(({ type }) => type === "bullet_list_open")?.map?.[0] ?? 0;
  const from = inner[0]?.map?.[0] ?? 0;
  const question = draw.source.slice(from, list).join("\n").trim();
  const items = inner.filter(({ type, level }) => type === "list_item_open" && level === 2);
  const options = items.map(({ map }) => {
    const lines = draw.source.slice(map?.[0], map?.[1]);
    const at = lines.findIndex((line) => /^\s*>/.test(line));
    const said = option(
      lines
        .slice(0, at < 0 ? undefined : at)
        .map((line) => line.trim())
        .join(" ")
        .replace(/^[-*+]\s+/, "")
        .trim(),
    );
    const why =
      at < 0
        ? ""
        : lines
            .slice(at)
            .map((line) => line.replace(/^\s*>? ?/, ""))
            .join("\n")
            .trim();
    const verdict = said?.right ? "Right." : "Not this one.";
    const text = `<details><summary>${inlineHtml(said?.text ?? "")}</summary>\n\n**${verdict}** ${linked(draw, why)}\n\n</details>`;
    return `- ${text.replace(/\n(?=.)/g, "\n  ")}`;
  });
  return `**Question.** ${linked(draw, question)}\n\n${options.join("\n")}`;
}

/** One line of Markdown as HTML, for a place where Markdown is not read; math stays between its dollars. */
function inlineHtml(text: string): string {
  const md = markdown();
  md.renderer.rules["math_inline"] = (tokens, at) => `$${tokens[at]?.content ?? ""}$`;
  return md.renderInline(text);
}

function cellParts(draw: Drawing, cell: Cell): Part[] {
  const { kind, keys, id } = cell;
  const { solutions } = draw.edition;
  if (kind === "quote") return [{ text: quoteText(draw, keys.from ?? "", keys.name ?? "") }];
  if (kind === "static") return [{ text: `${fence(cell.text, "ts")}\n\n*Not run: ${keys.reason}.*` }];
  if (keys["type-error"] !== undefined) return [{ text: refused(draw, cell) }];
  if (kind === "exercise") {
    const difficulty = keys.difficulty ?? 0;
    const marks = `${"●".repeat(difficulty)}${"○".repeat(5 - difficulty)}`;
    const text = `### Exercise: ${keys.title ?? id}\n\n${keys.minutes} min · difficulty ${difficulty} of 5 ${marks}`;
    const tags = { tags: ["exercise"] };
    return [{ text, starts: true }, ...(solutions ? [] : [{ code: codeCell(id, cell.text, [], tags) }])];
  }
  if (kind === "solution" && !solutions) return [{ text: folded("Solution", fence(cell.text, "ts")) }];
  const said =
    kind === "check" ? "How it is checked:" : "Compared with a slow and plain answer on random inputs:";
  const before: Part[] = kind === "check" || kind === "spec" ? [{ text: said }] : [];
  const metadata = {
    ...(kind === "cell" ? {} : { tags: [kind] }),
    ...(keys.hide ? { jupyter: { source_hidden: true } } : {}),
  };
  const alt: Part[] = keys.alt === undefined ? [] : [{ text: folded("The figure in words", keys.alt) }];
  const still: Part[] = /\bcontrols\(/.test(cell.text)
    ? [{ text: "*A notebook has no sliders: change a* `value` *above and run the cell again.*" }]
    : [];
  const code = codeCell(id, codeOf(draw, cell), outputsOf(draw, cell), metadata);
  return [...before, { code }, ...still, ...alt];
}

function quoteText({ edition }: Drawing, from: string, name: string): string {
  return `\`${name}\` in \`${from}\`:\n\n${fence(edition.quote(from, name).text, "ts")}`;
}

/** A cell that must not compile: Deno's kernel does not check types, so it is shown with the compiler's words. */
function refused({ outputs }: Drawing, { id, text }: Cell): string {
  const words = (outputs[id] ?? []).flatMap((one) =>
    one.output_type === "error" ? [`${one.ename}: ${one.evalue}`] : [],
  );
  const says = words.length === 0 ? "" : `\n\nThe compiler says\n\n${fence(words.join("\n"), "text")}`;
  return `${fence(text, "ts")}${says}`;
}

/** The text of a cell as a notebook runs it. */
function codeOf({ lesson, draws, outputs }: Drawing, cell: Cell): string {
  const name = draws.has(cell.id) ? `relukit.cell("${cell.id}", ${lesson.front.seed});\n` : "";
  const result = (outputs[cell.id] ?? []).some(({ output_type }) => output_type === "execute_result");
  return name + (cell.keys.throws === undefined ? shown(cell.text, result) : tried(cell.text));
}

/**
 * The text with the last expression shown, when it is a result, so that it looks in a notebook as it does on the page;
 * and with the last call that shows something awaited, for what is sent after a cell's end is lost.
 */
function shown(text: string, result: boolean): string {
  const found = statements(text);
  const isLast = (one: Statement): boolean => result && one === found.at(-1);
  const one = found.findLast((each) => each.kind === "expression" && (isLast(each) || calls.test(each.text)));
  if (one === undefined) return redrawn(text, found);
  const body = one.text.replace(/;$/, "");
  return `${text.slice(0, one.start)}await ${isLast(one) ? `show(${body})` : body};${text.slice(one.end)}`;
}

const calls = /^(?:show|redraw|controls|check|spec)\(/;

/** A cell that shows something from inside a statement: what a loop redraws is awaited, so that it is seen to grow. */
function redrawn(text: string, all: readonly Statement[]): string {
  const inside = all.filter((one) => /\b(?:show|redraw|controls|check|spec)\(/.test(one.text));
  if (inside.length === 0) return text;
  const loops = inside.filter(({ kind, text }) => kind === "other" && !/\bfunction\b|=>\s*\{/.test(text));
  const awaited = loops.reduceRight(
    (whole, { start, end, text }) =>
      whole.slice(0, start) + text.replace(/^(\s*)redraw\(/gm, "$1await redraw(") + whole.slice(end),
    text,
  );
  return `${awaited.trimEnd()}\nawait relukit.arrival();`;
}

/** The text of a cell that must throw, with the error shown. */
function tried(text: string): string {
  const first = statements(text).find(({ kind }) => kind !== "import")?.start ?? 0;
  const inner = text
    .slice(first)
    .trimEnd()
    .replace(/^(?=.)/gm, "  ");
  return `${text.slice(0, first)}try {\n${inner}\n} catch (error) {\n  await show(String(error));\n}`;
}

function outputsOf({ outputs, undone }: Drawing, { id }: Cell): NotebookOutput[] {
  return undone.has(id) ? [] : (outputs[id] ?? []).map(notebookOutput);
}

function notebookOutput(output: Output): NotebookOutput {
  if (output.output_type === "stream")
    return { output_type: "stream", name: "stdout", text: linesOf(output.text) };
  const data =
    output.output_type === "error"
      ? [["text/plain", linesOf(`${output.ename}: ${output.evalue}`)] as const]
      : Object.entries(drawn(output.data)).map(([type, text]) => [type, linesOf(text)] as const);
  return { output_type: "display_data", data: Object.fromEntries(data), metadata: {} };
}

const mentions = (text: string, names: ReadonlySet<string>): boolean =>
  (text.match(/[\p{L}\p{N}_$]+/gu) ?? []).some((word) => names.has(word));

/** Every name that stands on one of `names`, through any number of declarations. */
function grown(all: readonly Statement[], names: Iterable<string>): Set<string> {
  const found = new Set(names);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { name, text } of all) if (name !== undefined && mentions(text, found)) found.add(name);
  }
  return found;
}

const isFunction = ({ text }: Statement): boolean => /^(?:async\s+)?function\b|=>/.test(text);

/** The cells that draw random numbers or redraw, themselves or through a function of the lesson. */
function drawing(cells: readonly Cell[]): ReadonlySet<string> {
  const all = cells.flatMap(({ text }) => statements(text)).filter(isFunction);
  const names = grown(all, ["stream", "spec", "redraw"]);
  return new Set(cells.flatMap(({ id, text }) => (mentions(text, names) ? [id] : [])));
}

/** The cells whose outputs need an exercise to be solved, in order; checks have no outputs anyway. */
function afterExercise(cells: readonly Cell[]): ReadonlySet<string> {
  let names: ReadonlySet<string> = new Set();
  const found = new Set<string>();
  for (const { kind, id, text } of cells) {
    if (kind === "cell" && mentions(text, names)) found.add(id);
    const own = statements(text);
    if (kind === "solution") names = new Set([...names, ...own.flatMap(({ name }) => name ?? [])]);
    if (kind === "cell") names = grown(own, names);
  }
  return found;
}
