// The first page of the site: a model that writes while its neurons light up, what that is about, and where to start.
import { duration, escaped } from "./html.ts";
import type { Lesson } from "./lesson.ts";
import {
  byAge,
  columns,
  dots,
  firing,
  flowing,
  linesOf,
  megabytes,
  percent,
  type Recording,
  rowsUpTo,
  shareSkipped,
  whole,
} from "./picture.ts";
import { numberOf, shell } from "./shell.ts";

/** The first page: the picture of a recording, where to start, and the ladder. */
export function indexPage(lessons: readonly Lesson[], recording: Recording): string {
  const main = `<header class="hero">
<h1>Most of it is zero</h1>
<p class="summary">Activation sparsity means that ReLU leaves most neurons of a language model at exactly zero for each word that it writes, so fewer weights are read per word, and reading weights is what takes the time.</p>
</header>
${picture(recording, lessons)}
${numbers(lessons)}
${start(lessons)}
<h2 id="ladder">The ladder</h2>
${ladder(lessons)}`;
  return shell({
    title: "relukit: lessons on activation sparsity",
    description: "Lessons on activation sparsity in language models, in TypeScript.",
    base: "",
    main,
    kind: "index",
    data: { picture: recording },
    styles: ["landing"],
    scripts: ["landing"],
  });
}

/** The picture as it stands before its script runs, and without one: the whole text, and the state at its last token. */
function picture(recording: Recording, lessons: readonly Lesson[]): string {
  const { sizes, tokens, prompt } = recording;
  const fired = tokens.map((token) => firing(token, sizes));
  const rows = rowsUpTo(fired, sizes);
  const sum = rows.at(-1) ?? { read: 0, skipped: 0 };
  const all = sum.read + sum.skipped;
  const [opening = "", ...texts] = flowing([prompt, ...tokens.map(({ text }) => text)]);
  const layers = Array.from({ length: sizes.L }, (_, layer) => layerOf(fired, layer, sizes.F)).join("\n");
  const unread = megabytes(sum.skipped * sizes.D * recording.bytesPerWeight);
  return `<figure class="picture" aria-labelledby="picture-is">
<div class="stage" tabindex="-1">
<div class="field" role="img" aria-label="${label(recording)}">
<p class="legend"><span class="fires">fires: its row of weights is read</span> <span class="rests">at rest: its row is skipped</span></p>
${layers}
</div>
<div class="story"><p><span class="prompt">${escaped(opening)}</span><span class="done">${escaped(texts.slice(0, -1).join(""))}</span><span class="now">${escaped(texts.at(-1) ?? "")}</span><span class="coming"></span></p></div>
<div class="count">
<dl>
<div class="read"><dt>rows read</dt><dd class="rows">${whole(sum.read)}</dd><dd class="share">${percent(sum.read / all)}</dd></div>
<div class="skipped"><dt>rows skipped</dt><dd class="rows">${whole(sum.skipped)}</dd><dd class="share">${percent(shareSkipped(sum))}</dd></div>
<div class="unread"><dt>not read</dt><dd class="rows">${unread}</dd><dd class="share">of weights</dd></div>
</dl>
<div class="bar" aria-hidden="true" style="--read: ${(sum.read / all).toFixed(4)}; --skipped: ${shareSkipped(sum).toFixed(4)}"><span class="read"></span><span class="skipped"></span></div>
</div>
${controls}
</div>
<p class="said" role="status"></p>
${caption(recording, shareSkipped(sum), lessons)}
</figure>`;
}

/** What there is to be seen, for those who do not see it. */
const label = ({ tokens, sizes: { L, F } }: Recording): string =>
  `${L} layers of ${F} dots, a dot for a neuron. With each of ${tokens.length} tokens that the model writes, a few dots of each layer light up and fade; most stay dark.`;

function layerOf(fired: readonly (readonly (readonly number[])[])[], layer: number, F: number): string {
  const byAges = byAge(fired, layer, fired.length - 1).map(dots);
  const paths = byAges.map((d, age) => `<path class="age${age}" d="${d}"/>`).reverse();
  const lines = linesOf(F);
  const rest = Array.from(
    { length: lines },
    (_, y) => `M.5 ${y}.5h${Math.min(columns, F - y * columns) - 0.5}`,
  );
  return `<div class="layer"><p><span>layer ${layer + 1}</span> <span class="now">${fired.at(-1)?.[layer]?.length ?? 0} of ${F} fire</span></p><svg viewBox="0 0 ${columns} ${lines}" aria-hidden="true"><path class="rest" d="${rest.join("")}"/><path class="glow" d="${byAges[0] ?? ""}"/>${paths.join("")}</svg></div>`;
}

const symbol = (d: string): string =>
  `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="${d}"/></svg>`;
const press = (what: string, text: string, d: string): string =>
  `<button type="button" data-press="${what}">${symbol(d)}<span>${text}</span></button>`;
const speed = (perSecond: number, text: string, chosen = false): string =>
  `<button type="button" data-speed="${perSecond}" aria-pressed="${chosen}">${text}</button>`;

/** Not to be seen until the script makes them work; their room is kept. */
const controls = `<div class="controls">
${press("play", "Play", "M4 2.5v11l9-5.5z")}
${press("back", "Back", "M11 3 5 8l6 5")}
${press("step", "Step", "m5 3 6 5-6 5")}
${press("restart", "Restart", "M3.2 8a4.8 4.8 0 1 0 1.6-3.6M3 2v3.4h3.4")}
<div class="speeds" role="group" aria-label="Speed">${speed(2, "slow")}${speed(5, "medium", true)}${speed(12, "fast")}</div>
${press("projector", "Projector", "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4")}
</div>`;

function caption(recording: Recording, skipped: number, lessons: readonly Lesson[]): string {
  const { model, parameters, prompt, tokens, sizes, bytesPerWeight } = recording;
  const bits = linked(lessons, "l03-skipping-rows", "not a bit of the result changes");
  return `<figcaption id="picture-is"><strong>${model}</strong> has ${whole(parameters)} parameters and was trained by this kit on three books of stories in the public domain: enough for the sound of a story, not for its sense. After “${escaped(prompt)}” it wrote ${tokens.length} tokens, which are words and pieces of words. Counted are the rows of its down projections, one for each of ${sizes.L} × ${sizes.F} neurons and each token: ${sizes.D} weights, ${sizes.D * bytesPerWeight} bytes. A neuron at zero asks for no row: ${percent(skipped)} of them were skipped, and ${bits}. All other weights are read whole and are not counted.</figcaption>`;
}

/** What there is, in numbers. */
function numbers(lessons: readonly Lesson[]): string {
  const sum = (of: (lesson: Lesson) => number): number =>
    lessons.reduce((total, lesson) => total + of(lesson), 0);
  const facts = [
    [`${lessons.length}`, lessons.length === 1 ? "lesson" : "lessons"],
    [duration(sum(({ front }) => front.minutes.read)), "to read"],
    [`${sum(exercises)}`, "exercises"],
    [duration(sum(({ front }) => front.minutes.do)), "to do them"],
  ];
  return `<section class="numbers" aria-label="The lessons in numbers">
<p>The lessons build such a model in readable TypeScript, find the zeros, and show what they are worth. There is nothing to install.</p>
<dl>${facts.map(([n, what]) => `<div><dt>${what}</dt><dd>${n}</dd></div>`).join("")}</dl>
</section>`;
}

const exercises = ({ cells }: Lesson): number => cells.filter(({ kind }) => kind === "exercise").length;

interface Card {
  readonly who: string;
  readonly says: string;
  readonly lessons: readonly string[];
  /** HTML, below the links */
  readonly more: string;
}

const cards: readonly Card[] = [
  {
    who: "I want to learn",
    says: "You know some programming. What a tensor, a ReLU and a transformer are comes on the way.",
    lessons: ["l00-tensors", "l01-activations", "l03-skipping-rows"],
    more: "Half a minute first, in a terminal: <code>npx relukit tour</code>",
  },
  {
    who: "I write kernels",
    says: "Know what skipped rows are worth in bytes and seconds, then have your kernel judged by proven bounds.",
    lessons: ["l09-bytes", "l14-oracle"],
    more: "In the repository, <code>docs/oracle.md</code> leads to a verdict: <code>npx relukit oracle check</code>",
  },
  {
    who: "I do research",
    says: "The paper's claims on models small enough to train here, from the activation to sparsity over time.",
    lessons: ["l06-activation", "l07-relufication", "l10-aggregated"],
    more: "For a checkpoint of your own: <code>npx relukit inspect --model DIR</code>",
  },
];

/** A card for each kind of reader, as far as the site has its lessons. */
function start(lessons: readonly Lesson[]): string {
  const made = cards.flatMap(({ who, says, lessons: ids, more }) => {
    const there = lessons.filter(({ front }) => ids.includes(front.id));
    const links = there.map(
      ({ front }) =>
        `<li><a href="${front.id}.html"><span class="number" aria-hidden="true">${numberOf(front.id)}</span><span>${escaped(front.title)}</span></a></li>`,
    );
    return links.length === 0
      ? []
      : [
          `<section class="card"><h3>${who}</h3><p>${says}</p><ul>${links.join("")}</ul><p class="more">${more}</p></section>`,
        ];
  });
  return made.length === 0
    ? ""
    : `<h2 id="start">Where to start</h2>\n<div class="cards">${made.join("\n")}</div>`;
}

/** All lessons in order; where there is room, in two columns, the second of which begins at `.turn`. */
function ladder(lessons: readonly Lesson[]): string {
  const half = Math.ceil(lessons.length / 2);
  const rungs = lessons.map((lesson, at) => {
    const { front } = lesson;
    const n = exercises(lesson);
    const facts = [
      front.level,
      duration(front.minutes.read + front.minutes.do),
      `${n} exercise${n === 1 ? "" : "s"}`,
    ];
    const paper = front.paper === undefined ? "" : `<span>paper ${escaped(front.paper)}</span>`;
    const progress = `<span class="progress" data-progress="${front.id}" hidden></span>`;
    return `<li${at === half ? ' class="turn"' : ""}><a href="${front.id}.html"><span class="number" aria-hidden="true">${numberOf(front.id)}</span><span class="rung"><span class="name">${escaped(front.title)}</span><span class="says">${escaped(front.summary)}</span><span class="meta">${facts.map((fact) => `<span>${fact}</span>`).join("")}${paper}${progress}</span></span></a></li>`;
  });
  return `<ol class="ladder" style="--half: ${half}">${rungs.join("\n")}</ol>`;
}

/** `text` as a link to a lesson, where the site has it. */
const linked = (lessons: readonly Lesson[], id: string, text: string): string =>
  lessons.some(({ front }) => front.id === id) ? `<a href="${id}.html">${text}</a>` : text;
