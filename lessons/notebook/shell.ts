// What every page has around its main part: head, style sheets, header, footer, data and scripts.
import { embedded, escaped } from "./html.ts";

/** What the shell of every page needs. `base` is the way from the page back to the site's top: "", "../". */
export interface Shell {
  readonly title: string;
  readonly description: string;
  readonly base: string;
  readonly main: string;
  readonly math?: boolean;
  readonly aside?: string;
  readonly kind: string;
  /** without header and footer */
  readonly bare?: boolean;
  /** what the page's scripts read, as JSON in #lesson-data */
  readonly data?: unknown;
  /** names in assets/, without .css, beside lesson */
  readonly styles?: readonly string[];
  /** names in assets/, without .js */
  readonly scripts?: readonly string[];
}

/** A whole page around its main part. */
export function shell(page: Shell): string {
  const {
    title,
    description,
    base,
    main,
    math = false,
    aside = "",
    kind,
    bare = false,
    data,
    styles = [],
    scripts = [],
  } = page;
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
${[...(math ? ["katex"] : []), "lesson", ...styles].map(style).join("\n")}
</head>
<body class="${kind}">
<a class="skip" href="#main">Skip to the text</a>
${bare ? main : framed(base, aside, main)}
${data === undefined ? "" : `<script type="application/json" id="lesson-data">${embedded(data)}</script>\n`}${scripts.map((name) => `<script defer src="${base}assets/${name}.js"></script>\n`).join("")}</body>
</html>
`;
}

/** The main part with the header above it, the footer below, and what stands beside it. */
const framed = (base: string, aside: string, main: string): string =>
  `<header class="top"><a class="brand" href="${base}index.html">${mark}<span>relukit</span></a><nav class="where" aria-label="relukit"><a href="${base}index.html#ladder">Lessons</a><a href="${base}instructor.html">For instructors</a><a href="${base}api/index.html">API</a></nav></header>
<div class="frame">
${aside}<main id="main" tabindex="-1">
${main}
</main>
</div>
<footer class="foot"><p>relukit, a readable implementation of <cite>ReLU Strikes Back</cite> (Mirzadeh et al. 2023, arXiv:2310.04564). Everything on these pages was computed by the code that they show.</p></footer>`;

const kink =
  '<path d="M4 22H16L28 6" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/>';
const mark = `<svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">${kink}</svg>`;
/** The site's icon: the kink of the rectifier. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#123f47"/><g color="#ffb27a">${kink}</g></svg>\n`;

/** The lesson's place in the ladder: `01` of `l01-activations`. */
export const numberOf = (id: string): string => /^l(\d+)/.exec(id)?.[1] ?? "";
