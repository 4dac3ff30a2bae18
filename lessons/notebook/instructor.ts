// The instructor's page: what to bring, the minutes of every section, and the way to slides and notes.
import { duration, escaped } from "./html.ts";
import type { Lesson } from "./lesson.ts";
import { pageName } from "./page.ts";
import { schedule } from "./schedule.ts";
import { numberOf, shell } from "./shell.ts";

/** The page with the schedule of all lessons. */
export function instructorPage(lessons: readonly Lesson[]): string {
  const total = (part: "read" | "do"): number =>
    lessons.reduce((sum, { front }) => sum + front.minutes[part], 0);
  const main = `<header class="opening"><p class="kicker">For instructors</p>
<h1>Teach with this</h1>
<p class="summary">Slides, notes and solutions come from the text that learners read. Everything runs in the browser, from disk too.</p></header>
<h2 id="bring">What to bring</h2>
<ul><li><strong>Nothing to install</strong>, neither for you nor for the room: a current Chromium or Firefox is enough; both are tested.</li>
<li>For a room with bad wifi, one folder: <code>npx relukit lessons export --out kit</code>. Copy it to a few USB sticks, or serve it from your own machine. Its pages open from disk, and ask the network for nothing.</li>
<li>One lesson can be handed out as one file, of about 4 MB: <code>kit/single/</code>.</li></ul>
<h2 id="present">On stage</h2>
<ul><li>Slides: arrow keys, <kbd>Esc</kbd> for all slides at a glance, <kbd>F</kbd> for full screen, <kbd>B</kbd> for a dark screen. Cells on a slide run, and can be edited.</li>
<li><kbd>P</kbd> opens the presenter's window: notes, the lesson's own text, what comes next, a timer that counts up, and buttons that run a cell in the audience's window.</li>
<li>The notes also stand in the instructor's edition of each lesson, with the solutions open.</li>
<li>Stuck? A runaway cell is stopped after its limit, or with Stop. Reset puts a cell back. An exercise that nobody solved: Continue with the reference answer.</li></ul>
<h2 id="schedule">The minutes</h2>
<p>${duration(total("read"))} to read or hear, ${duration(total("do"))} to do, in all. Reading is shared out over the sections by their length.</p>
${lessons.map(lessonTable).join("\n")}`;
  return shell({
    ...{
      title: "For instructors · relukit",
      description: "Schedule, slides, notes and solutions.",
      base: "",
      main,
    },
    ...{ kind: "instructors", styles: ["live"] },
  });
}

function lessonTable(lesson: Lesson): string {
  const { id, title, minutes } = lesson.front;
  let clock = 0;
  const rows = schedule(lesson).map(({ title: name, slug, read, exercises }) => {
    const doing = exercises.reduce((sum, { minutes: own = 0 }) => sum + own, 0);
    const start = clock;
    clock += read + doing;
    const list = exercises.map(({ id: task, title: what, minutes: own }) => {
      const time = own === undefined ? "open end" : `${own} min`;
      return `<a href="${pageName(id, "instructor")}#${task}">${escaped(what)}</a>, ${time}`;
    });
    const at = `${Math.floor(start / 60)}:${String(start % 60).padStart(2, "0")}`;
    const link = `<a href="${pageName(id, "instructor")}${slug === "" ? "" : `#${slug}`}">${escaped(name)}</a>`;
    return `<tr><td>${at}</td><td class="word">${link}</td><td>${read}</td><td class="word">${list.join("<br>")}</td></tr>`;
  });
  const links = [
    `<a href="${pageName(id, "slides")}">Slides</a>`,
    `<a href="${pageName(id, "instructor")}">Notes and solutions</a>`,
    `<a href="${pageName(id, "learner")}">Lesson</a>`,
  ];
  return `<section class="plan"><h3 id="${id}">${numberOf(id)} · ${escaped(title)}</h3>
<p class="meta">${links.join(" · ")} · ${minutes.read} + ${minutes.do} min</p>
<div class="scroll" tabindex="0" role="group" aria-label="schedule of lesson ${numberOf(id)}"><table><thead><tr><th scope="col">from</th><th scope="col" class="word">section</th><th scope="col">min</th><th scope="col" class="word">to do</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}
