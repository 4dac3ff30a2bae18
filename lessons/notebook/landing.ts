// The first page of the site: what this is, and the ladder of lessons.
import { duration, escaped } from "./html.ts";
import type { Lesson } from "./lesson.ts";
import { numberOf, shell } from "./shell.ts";

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
