// What a cell showed, as HTML: text, grids as tables with their zeros dimmed, figures as inline SVG. Reused by a live page.
import type { Output } from "./cell.ts";
import { svgType } from "./golden.ts";
import { escaped } from "./html.ts";
import { controlsType, type Grid, gridType, numeric, type Range } from "./print.ts";

/** The outputs of the cell `id`; `alt` is the text alternative of its figure. */
export const outputsHtml = (id: string, outputs: readonly Output[], alt = ""): string =>
  outputs.map((output, at) => outputHtml(output, `${id}-${at + 1}`, alt)).join("\n");

function outputHtml(output: Output, id: string, alt: string): string {
  if (output.output_type === "stream") return pre("output-text", output.text, "printed");
  if (output.output_type === "error") return errorHtml(output.ename, output.evalue);
  const { data } = output;
  if (data[controlsType] !== undefined) {
    const { [controlsType]: ranges, ...drawn } = data;
    return controlsHtml(
      ranges as Readonly<Record<string, Range>>,
      outputHtml({ ...output, data: drawn }, id, alt),
      id,
    );
  }
  if (typeof data[svgType] === "string")
    return figureHtml(data[svgType], id, alt, String(data["text/plain"]));
  if (data[gridType] !== undefined) return gridHtml(data[gridType] as Grid);
  return pre("output-text", String(data["text/plain"]), "output");
}

/** Sliders above what they draw. They are dead until a script gives them life. */
function controlsHtml(ranges: Readonly<Record<string, Range>>, drawn: string, id: string): string {
  const sliders = Object.entries(ranges).map(([name, { from, to, step, value }], k) => {
    const numbers = `min="${from}" max="${to}" step="${step}" value="${value}"`;
    const at = `${id}-slider-${k}`;
    return `<p class="slider"><label for="${at}">${escaped(name)}</label><input type="range" id="${at}" name="${escaped(name)}" ${numbers} disabled><output for="${at}">${value}</output></p>`;
  });
  return `<div class="controls" role="group" aria-label="controls">${sliders.join("")}<div class="drawn">${drawn}</div></div>`;
}

const pre = (kind: string, text: string, label: string): string =>
  `<pre class="output ${kind}" tabindex="0" role="group" aria-label="${label}">${escaped(text.trimEnd())}</pre>`;

function errorHtml(name: string, text: string): string {
  const what = name.startsWith("TS") ? "The compiler says" : "It throws";
  return `<div class="output output-error"><p><span class="said">${what}</span> <code>${escaped(name)}</code></p><p>${escaped(text)}</p></div>`;
}

/** A zero, which a table dims: the theme of this kit. */
const zero = (text: string): boolean => /^-?0$/.test(text);

function gridHtml({ caption, columns, rows }: Grid): string {
  const left = (columns ?? []).map((_, c) => !rows.every((row) => numeric(row[c] ?? "")));
  const cell = (text: string, c: number): string => {
    const kind = [left[c] ? "word" : "", columns === undefined && zero(text) ? "zero" : ""]
      .filter(Boolean)
      .join(" ");
    return `<td${kind === "" ? "" : ` class="${kind}"`}>${escaped(text)}</td>`;
  };
  const head = columns
    ?.map((text, c) => {
      // a column without a name has no header, rather than an empty one
      const tag = text.trim() === "" ? "td" : 'th scope="col"';
      return `<${tag}${left[c] ? ' class="word"' : ""}>${escaped(text)}</${tag.slice(0, 2)}>`;
    })
    .join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("");
  const kind = columns === undefined ? "tensor" : "records";
  const title = columns === undefined ? `<caption>shape ${escaped(caption)}</caption>` : "";
  const thead = head === undefined ? "" : `<thead><tr>${head}</tr></thead>`;
  return `<div class="output output-grid" tabindex="0" role="group" aria-label="${columns === undefined ? `tensor of shape ${escaped(caption)}` : "table"}"><table class="${kind}">${title}${thead}<tbody>${body}</tbody></table></div>`;
}

const hostile =
  /<(?!\/?(?:svg|g|path|line|rect|circle|text|tspan|polyline|polygon|clipPath|defs|title|desc)\b)|\bon\w+\s*=|(?:href|src)\s*=|javascript:|url\(/i;

/**
 * A figure with its text alternative inside.
 *
 * @throws {TypeError} for markup that is more than shapes and words
 */
export function figureHtml(svg: string, id: string, alt: string, text: string): string {
  const found = hostile.exec(svg);
  if (found !== null)
    throw new TypeError(`figure ${id} holds \`${found[0]}\`; expected shapes and words alone`);
  const title = `<title id="${id}-title">${escaped(text.replace(/^\[figure: (.*)\]$/, "$1"))}</title>`;
  const labels = `role="img" aria-labelledby="${id}-title ${id}-desc"`;
  const inside = `${title}<desc id="${id}-desc">${escaped(alt)}</desc>`;
  return `<figure class="output output-figure" tabindex="0">${svg.replace(/^\s*<svg\b([^>]*)>/, (_, rest: string) => `<svg${rest} ${labels}>${inside}`)}</figure>`;
}
