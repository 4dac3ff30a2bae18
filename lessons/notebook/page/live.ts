// Brings the cells, exercises and questions of a page to life: they run, are edited and checked, and progress is kept.

import type { PageData } from "../page-data.ts";
import { type CellView, cellView } from "./cell-view.ts";
import { find, findAll, make } from "./dom.ts";
import { exerciseView, quizView } from "./exercise-view.ts";
import { Notebook } from "./notebook.ts";
import { openStore } from "./progress.ts";

/** A page's notebook, and whether what it keeps outlasts the page. */
export interface Live {
  readonly notebook: Notebook;
  readonly lasting: boolean;
}

/** Gives every cell, exercise and question of the page its buttons. */
export function live(data: PageData): Live {
  const { store, lasting } = openStore();
  const notebook = new Notebook(data, store);
  const views: CellView[] = [];
  for (const cell of data.cells) {
    if (cell.kind === "exercise") {
      const section = find(`[data-exercise="${cell.id}"]`);
      if (section !== undefined) exerciseView(section, cell, notebook);
    }
    const element = find(`[data-cell="${cell.id}"][data-kind="cell"]`) ?? scratch(cell.id, cell.text);
    if (cell.kind !== "cell" || cell.code === undefined || element === undefined) continue;
    const run = (): void => void notebook.run({ kind: "cell", id: cell.id });
    views.push(cellView(element, cell, { notebook, run, runs: "Run" }));
  }
  for (const section of findAll("[data-quiz]")) quizView(section, notebook);
  document.body.dataset["live"] = "true";
  // The library is the largest file of a page: it comes when the reader reaches for a cell, before the first run needs it.
  const warm = (): void => notebook.runner.warm();
  for (const element of findAll(".cell")) {
    element.addEventListener("pointerenter", warm, { once: true });
    element.addEventListener("focusin", warm, { once: true });
  }
  (globalThis as unknown as { relukit: Notebook }).relukit = notebook;
  return { notebook, lasting };
}

/** The empty cell of a lab, in which the reader works on it. */
function scratch(id: string, text: string): HTMLElement | undefined {
  const lab = find(`#${id.replace(/-cell$/, "")}.lab`);
  if (lab === undefined) return undefined;
  const code = make(
    "pre",
    { class: "code", tabindex: "0", role: "group", "aria-label": `code, ${id}` },
    make("code", {}, text),
  );
  const outputs = make("div", { class: "outputs", "data-outputs": id });
  const cell = make("div", { class: "cell scratch", "data-cell": id, "data-kind": "cell" }, code, outputs);
  lab.append(cell);
  return cell;
}
