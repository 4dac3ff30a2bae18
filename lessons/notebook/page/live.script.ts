// Brings a lesson's page to life: cells run and are edited, exercises are checked, progress is kept.

import type { PageData } from "../page-data.ts";
import { bar } from "./bar.ts";
import { type CellView, cellView } from "./cell-view.ts";
import { readData } from "./data.ts";
import { find, findAll, make } from "./dom.ts";
import { exerciseView, quizView } from "./exercise-view.ts";
import { Notebook } from "./notebook.ts";
import { openStore } from "./progress.ts";

function live(data: PageData): Notebook {
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
  const opening = find(".opening");
  opening?.after(bar(notebook, lasting, () => location.reload()));
  document.body.dataset["live"] = "true";
  // The library is the largest file of a page: it comes when the reader reaches for a cell, before the first run needs it.
  const warm = (): void => notebook.runner.warm();
  for (const element of findAll(".cell, .bar")) {
    element.addEventListener("pointerenter", warm, { once: true });
    element.addEventListener("focusin", warm, { once: true });
  }
  return notebook;
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

const data = readData();
if (data !== undefined) (globalThis as unknown as { relukit: Notebook }).relukit = live(data);
