// A fence as HTML: code and outputs of a cell, a stub, what is folded below an exercise, a quotation, a listing.
import type { Token } from "markdown-it";
import { cellAt, type Drawing, failed } from "./drawing.ts";
import { escaped } from "./html.ts";
import type { Cell } from "./lesson.ts";
import { outputsHtml } from "./outputs.ts";

/** The head of an exercise; the section stays open for its hints, solution and check. */
export function exerciseOpen({ id, keys }: Cell): string {
  const { minutes = 0, difficulty = 0, title = "Exercise" } = keys;
  const marks = `<span class="difficulty" role="img" aria-label="difficulty ${difficulty} of 5">${"●".repeat(difficulty)}${"○".repeat(5 - difficulty)}</span>`;
  return `<section class="exercise" id="${id}" data-exercise="${id}" aria-labelledby="${id}-name">
<p class="kicker">Exercise · ${minutes} min · ${marks}</p>
<h3 id="${id}-name">${escaped(title)}</h3>\n`;
}

function codeHtml(draw: Drawing, code: string, language: string, label: string): string {
  return `<pre class="code" tabindex="0" role="group" aria-label="${escaped(label)}"><code>${draw.tools.highlight(code.trimEnd(), language)}</code></pre>`;
}

/** A fence of any language, a cell or not. */
export function fenceHtml(draw: Drawing, token: Token): string {
  const cell = cellAt(draw, token);
  if (cell === undefined) {
    const language = token.info.trim().split(/\s/)[0] ?? "";
    return `<div class="listing">${codeHtml(draw, token.content, language, language === "" ? "text" : language)}</div>\n`;
  }
  const { kind, id, keys } = cell;
  const code = codeHtml(draw, cell.text, "ts", `code, ${id}`);
  const shown = outputsHtml(id, draw.outputs[id] ?? [], keys.alt);
  const results = `<div class="outputs" data-outputs="${id}">${shown}</div>`;
  if (kind === "exercise")
    return `<div class="cell stub" data-cell="${id}" data-kind="exercise">${code}</div>\n`;
  if (kind === "quote") return quoteHtml(draw, cell);
  if (kind === "static")
    return `<figure class="listing"><figcaption>Not run: ${escaped(keys.reason ?? "")}</figcaption>${code}</figure>\n`;
  const folded = { solution: "Solution", check: "How it is checked", spec: "Compared on random inputs" }[
    kind as string
  ];
  if (folded !== undefined)
    return `<details class="${kind}"${draw.reader !== "learner" && kind === "solution" ? " open" : ""}><summary>${folded}</summary><div class="cell" id="${id}" data-cell="${id}" data-kind="${kind}">${code}${results}</div></details>\n`;
  const body = keys.hide
    ? `<details class="folded"><summary>Code of this figure or table</summary>${code}</details>`
    : code;
  const mark = keys["type-error"] !== undefined || keys.throws !== undefined ? " fails" : "";
  return `<div class="cell${mark}" id="${id}" data-cell="${id}" data-kind="cell">${body}${results}</div>\n`;
}

function quoteHtml(draw: Drawing, { keys, line, id }: Cell): string {
  const { from = "", name = "" } = keys;
  try {
    const { text, firstLine } = draw.tools.quote(from, name);
    const url = draw.tools.sourceUrl(from, firstLine);
    return `<figure class="quote"><figcaption><code>${escaped(name)}</code> in <a href="${escaped(url)}">${escaped(from)}</a></figcaption>${codeHtml(draw, text, "ts", `quoted, ${id}`)}</figure>\n`;
  } catch (error) {
    return failed(draw, line, error);
  }
}
