// An exercise on the page: Check, its verdict with the answer drawn beside what was expected, and the way on after failing.
import { comparisonHtml } from "../comparison.ts";
import type { PageCell } from "../page-data.ts";
import { type CellView, cellView, failure } from "./cell-view.ts";
import { button, find, findAll, make } from "./dom.ts";
import type { Notebook, Verdict } from "./notebook.ts";

/** Gives an exercise's section its buttons and its verdict. */
export function exerciseView(section: HTMLElement, cell: PageCell, notebook: Notebook): void {
  const element = find(`[data-cell="${cell.id}"]`, section);
  if (element === undefined) return;
  // The stub showed nothing when the page was made; what the reader's answer shows stands here.
  element.append(make("div", { class: "outputs", "data-outputs": cell.id }));
  const verdict = make("div", { class: "verdict-box", role: "status" });
  const standing = make("p", { class: "standing" });
  const goOn = button("Continue with the reference answer", "go-on", () => {
    notebook.setExercise(cell.id, "continued");
    show();
  });
  const mine = button("Use my answer again", "go-on", () => {
    notebook.setExercise(cell.id, "tried");
    show();
  });
  const view = cellView(element, cell, {
    ...{ notebook, runs: "Check", run: () => void check() },
    whenReset: () => {
      verdict.replaceChildren();
      show();
    },
  });
  element.append(verdict, standing, goOn, mine);

  function show(): void {
    const state = notebook.progress.exercises[cell.id];
    section.dataset["state"] = state ?? "open";
    standing.textContent =
      state === undefined
        ? ""
        : state === "continued"
          ? "The cells below use the reference answer. Your text is kept."
          : state === "solved"
            ? "Solved. The cells below use your answer."
            : "The cells below use your answer as it is.";
    goOn.hidden = state !== "tried";
    mine.hidden = state !== "continued";
  }

  async function check(): Promise<void> {
    verdict.replaceChildren(make("p", {}, "Checking …"));
    const found = await notebook.check(cell.id);
    verdict.replaceChildren(...told(found, cell, notebook, view));
    const hint = find<HTMLDetailsElement>("details.hint:not([open])", section);
    if (found.failure !== undefined && hint !== undefined)
      verdict.append(
        button(`Open ${find("summary", hint)?.textContent?.toLowerCase() ?? "a hint"}`, "hint-opener", () => {
          hint.open = true;
          find("summary", hint)?.focus();
        }),
      );
    show();
    if (found.failure !== undefined && notebook.progress.exercises[cell.id] === undefined)
      goOn.hidden = false;
  }

  notebook.whenKept(show);
  show();
}

function told(
  { passed, failure: failed, comparison, stopped }: Verdict,
  cell: PageCell,
  notebook: Notebook,
  view: CellView,
): Node[] {
  if (stopped) return [make("p", {}, "Not checked.")];
  const list = make("ul", { class: "checks" });
  for (const sentence of passed) list.append(make("li", { class: "passed" }, sentence));
  if (failed === undefined) return [make("p", { class: "solved" }, "Solved."), list];
  if (failed.cell === cell.id && failed.line > 0) view.mark(failed.line);
  if (failed.name !== "CheckFailure") {
    const source = notebook.cell(failed.cell);
    const inside = failed.cell === cell.id && source !== undefined;
    const where = inside ? "" : " (in a cell that uses it)";
    const box = failure(
      failed.name,
      failed.text + where,
      inside ? failed.line : 0,
      inside ? notebook.textOf(source) : "",
    );
    return [list, box];
  }
  list.append(make("li", { class: "failed" }, failed.text));
  if (comparison === undefined) return [list];
  const both = make("div");
  both.innerHTML = comparisonHtml(comparison, cell.id);
  return [list, both];
}

/** Gives a question its memory: which ones were answered rightly. */
export function quizView(section: HTMLElement, notebook: Notebook): void {
  const id = section.dataset["quiz"] ?? "";
  const mark = (): void => {
    if (notebook.progress.quizzes[id] === true) section.dataset["state"] = "solved";
    else delete section.dataset["state"];
  };
  for (const option of findAll<HTMLDetailsElement>("details[data-right]", section)) {
    nameOf(option);
    option.addEventListener("toggle", () => {
      if (option.open)
        notebook.setQuiz(id, notebook.progress.quizzes[id] === true || option.dataset["right"] === "true");
    });
  }
  notebook.whenKept(mark);
  mark();
}

/** Names an option that is mathematics alone after its TeX: browsers make no name of MathML. */
function nameOf(option: HTMLDetailsElement): void {
  const summary = find("summary", option);
  const words = summary?.cloneNode(true) as HTMLElement | undefined;
  for (const math of words === undefined ? [] : findAll(".katex", words)) math.remove();
  if (summary === undefined || words?.textContent?.trim() !== "") return;
  const tex = findAll("annotation", summary).map(({ textContent }) => textContent ?? "");
  const said = tex
    .join(" ")
    .replaceAll("\\cdot", "·")
    .replace(/[\\{}]/g, "");
  for (const math of findAll(".katex", summary)) math.setAttribute("aria-hidden", "true");
  summary.append(make("span", { class: "unseen" }, said));
}
