// One cell on the page: its buttons, its editor, its outputs and the sliders in them.
import type { Output } from "../cell.ts";
import { outputsHtml } from "../outputs.ts";
import type { PageCell } from "../page-data.ts";
import { button, find, findAll, make } from "./dom.ts";
import { editing, type Handle } from "./editing.ts";
import type { Notebook } from "./notebook.ts";

export interface CellView {
  /** Opens the editor. */
  readonly edit: () => Promise<void>;
  /** Back to the lesson's text and what it showed. */
  readonly reset: () => void;
  /** Marks a line of the text, counted from 1. */
  readonly mark: (line: number) => void;
}

/** Where a cell's buttons go and what its main one does. */
export interface Wiring {
  readonly notebook: Notebook;
  readonly run: () => void;
  readonly runs: string;
  /** called after the text went back to the lesson's */
  readonly whenReset?: () => void;
}

/** Makes the cell in `element` editable and runnable. */
export function cellView(element: HTMLElement, cell: PageCell, wiring: Wiring): CellView {
  const { notebook, run } = wiring;
  const code = find<HTMLPreElement>("pre.code", element);
  const outputs = find(`[data-outputs="${cell.id}"]`, element);
  const before = outputs?.innerHTML ?? "";
  let last = before;
  let editor: Handle | undefined;
  let marked = 0;

  const runButton = button(wiring.runs, "run", run);
  const editButton = button("Edit", "edit", () => void edit());
  const resetButton = button("Reset", "reset", () => reset());
  const said = make("span", { class: "said" });
  const tools = make("div", { class: "tools" }, runButton, editButton, resetButton, said);
  for (const one of [runButton, editButton, resetButton])
    one.setAttribute("aria-label", `${one.textContent} ${cell.id}`);
  (code?.closest("details") ?? code)?.after(tools);
  const touch = (): void => {
    const changed = notebook.textOf(cell) !== cell.text;
    resetButton.hidden = !changed && element.dataset["state"] !== "failed";
    element.dataset["edited"] = String(changed);
  };

  async function edit(): Promise<void> {
    if (editor !== undefined) return editor.focus();
    said.textContent = "Loading the editor …";
    try {
      const { open } = await editing();
      said.textContent = "";
      if (editor !== undefined || code === undefined) return;
      const parent = make("div", { class: "editor" });
      code.before(parent);
      code.hidden = true;
      code.closest("details")?.setAttribute("open", "");
      editor = open({
        parent,
        text: notebook.textOf(cell),
        label: `code, ${cell.id}; Escape leaves the editor`,
        changed: (text) => {
          notebook.write(cell, text);
          touch();
        },
        run,
        left: () => runButton.focus(),
      });
      editButton.hidden = true;
      if (marked > 0) editor.mark(marked);
      editor.focus();
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  function reset(): void {
    notebook.write(cell, cell.text);
    editor?.set(cell.text);
    editor?.mark(undefined);
    marked = 0;
    if (outputs !== undefined) outputs.innerHTML = before;
    last = before;
    [notes, old] = [[], []];
    delete element.dataset["state"];
    sliders();
    touch();
    wiring.whenReset?.();
  }

  function mark(line: number): void {
    marked = line;
    if (editor !== undefined) editor.mark(line);
    else if (notebook.textOf(cell) !== cell.text) void edit();
  }

  // A click that selects nothing opens the editor; one that selects text lets it be copied.
  code?.addEventListener("click", () => {
    if (String(getSelection()) === "") void edit();
  });
  code?.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") void edit();
  });

  // Remarks and failures stand below what the cell shows; those of an earlier run go when there is something newer.
  let notes: HTMLElement[] = [];
  let old: HTMLElement[] = [];
  const note = (one: HTMLElement): void => {
    for (const stale of old.splice(0)) stale.remove();
    notes.push(one);
    outputs?.append(one);
  };
  const draw = (shown: readonly Output[]): void => {
    if (outputs === undefined) return;
    const fresh = make("template");
    fresh.innerHTML = htmlOf(cell, shown);
    // What shows the same stays, so that a slider can be held while its cell runs.
    if (fresh.innerHTML !== last) {
      last = fresh.innerHTML;
      outputs.replaceChildren(fresh.content);
    }
    for (const stale of old.splice(0)) stale.remove();
    outputs.append(...notes);
    sliders();
  };
  let frame = 0;
  let waiting: readonly Output[] | undefined;
  const settle = (): void => {
    cancelAnimationFrame(frame);
    if (waiting !== undefined) draw(waiting);
    waiting = undefined;
  };
  notebook.listen(cell.id, {
    begun: () => {
      element.dataset["state"] = "running";
      editor?.mark(undefined);
      marked = 0;
      old.push(...notes.splice(0));
    },
    shown: (shown) => {
      cancelAnimationFrame(frame);
      waiting = shown;
      frame = requestAnimationFrame(settle);
    },
    ended: (shown) => {
      waiting = shown;
      settle();
      element.dataset["state"] = "done";
    },
    failed: ({ name, text, line }) => {
      settle();
      element.dataset["state"] = "failed";
      note(failure(name, text, line, notebook.textOf(cell)));
      mark(line);
      touch();
    },
    halted: () => {
      settle();
      delete element.dataset["state"];
    },
    remark: (line, text) => {
      note(make("p", { class: "remark" }, `Line ${line}: ${text}.`));
    },
  });

  function sliders(): void {
    for (const control of outputs === undefined ? [] : findAll(".controls", outputs))
      wireControls(control, cell, notebook);
  }
  sliders();
  touch();
  if (notebook.textOf(cell) !== cell.text) queueMicrotask(() => void edit().then(() => blurIn(element)));
  return { edit, reset, mark };
}

const blurIn = (element: HTMLElement): void => {
  const active = document.activeElement;
  if (active instanceof HTMLElement && element.contains(active)) active.blur();
};

function htmlOf(cell: PageCell, shown: readonly Output[]): string {
  try {
    return outputsHtml(cell.id, shown, cell.keys.alt);
  } catch (error) {
    return `<p class="remark">${error instanceof Error ? error.message.replace(/[<&]/g, "") : ""}</p>`;
  }
}

/** What stopped a cell, with the line's own text. */
export function failure(name: string, text: string, line: number, source: string): HTMLElement {
  const quoted = line > 0 ? (source.split("\n")[line - 1]?.trim() ?? "") : "";
  const head = make("p", {}, make("span", { class: "said" }, "It stops"));
  if (line > 0) head.append(` on line ${line}`);
  if (quoted !== "") head.append(": ", make("code", {}, quoted));
  const what = make("p", {}, ...(name === "" ? [] : [make("code", {}, name), " "]), text);
  return make("div", { class: "output output-error live-error" }, head, what);
}

/** The sliders of an output: a move draws anew, at once when the worker is there, else after a run up to the cell. */
function wireControls(element: HTMLElement, cell: PageCell, notebook: Notebook): void {
  if (element.dataset["wired"] === "true") return;
  element.dataset["wired"] = "true";
  const inputs = findAll<HTMLInputElement>("input[type=range]", element);
  const drawn = find(".drawn", element);
  const values = (): Readonly<Record<string, number>> =>
    Object.fromEntries(inputs.map((input) => [input.name, Number(input.value)]));
  const move = async (): Promise<void> => {
    if (!notebook.runner.draws(cell.id)) {
      if (notebook.runner.busy) return;
      await notebook.run({ kind: "cell", id: cell.id });
      if (!element.isConnected) return moveAgain(cell, values());
    }
    try {
      const data = await notebook.runner.draw(cell.id, values());
      if (data === undefined || drawn === undefined) return;
      drawn.innerHTML = outputsHtml(
        `${cell.id}-drawn`,
        [{ output_type: "display_data", data }],
        cell.keys.alt,
      );
    } catch (error) {
      drawn?.replaceChildren(failure("", error instanceof Error ? error.message : String(error), 0, ""));
    }
  };
  for (const input of inputs) {
    input.disabled = false;
    input.addEventListener("input", () => {
      const told = find("output", input.parentElement ?? element);
      if (told !== undefined) told.textContent = input.value;
      void move();
    });
  }
}

/** Puts the sliders that took the place of others where the reader had those. */
function moveAgain({ id }: PageCell, wanted: Readonly<Record<string, number>>): void {
  for (const input of findAll<HTMLInputElement>(`[data-outputs="${id}"] .controls input[type=range]`)) {
    const value = wanted[input.name];
    if (value === undefined || Number(input.value) === value) continue;
    input.value = String(value);
    input.dispatchEvent(new Event("input"));
  }
}
