// The bar of a lesson: run all, stop, reset, what runs just now, and progress with its way out and in.
import { button, findAll, make } from "./dom.ts";
import type { Notebook } from "./notebook.ts";
import { exportProgress, importProgress } from "./progress.ts";

/** The bar; `reset` puts every cell back. */
export function bar(notebook: Notebook, lasting: boolean, reset: () => void): HTMLElement {
  const all = button("Run all", "run-all", () => void notebook.run({ kind: "all" }));
  const stop = button("Stop", "stop", () => notebook.stop());
  const status = make("span", { class: "status", role: "status" });
  stop.disabled = true;
  notebook.watch(({ running, text }) => {
    status.textContent = text;
    stop.disabled = !running;
    document.body.dataset["running"] = String(running);
  });
  const buttons = make("div", { class: "bar-buttons" }, all, stop);
  return make(
    "div",
    { class: "bar", role: "region", "aria-label": "This lesson" },
    buttons,
    status,
    progressMenu(notebook, lasting, reset),
  );
}

function progressMenu(notebook: Notebook, lasting: boolean, reset: () => void): HTMLElement {
  const summary = make("summary");
  const said = make("p", { class: "said", role: "status" });
  const chooser = make("input", {
    type: "file",
    accept: "application/json,.json",
    "aria-label": "Import progress from a file",
  });
  chooser.hidden = true;
  chooser.addEventListener("change", () => {
    const [file] = chooser.files ?? [];
    if (file !== undefined) void file.text().then(take);
    chooser.value = "";
  });
  const take = (text: string): void => {
    try {
      const lessons = importProgress(notebook.store, text);
      said.textContent = `Progress of ${lessons.length} lesson${lessons.length === 1 ? "" : "s"} taken in.`;
      if (lessons.includes(notebook.data.id)) location.reload();
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  const sure = make("span", { class: "sure" });
  sure.hidden = true;
  sure.append(
    "Every change of yours in this lesson goes. ",
    button("Reset it", "danger", () => {
      sure.hidden = true;
      notebook.forget();
      reset();
      said.textContent = "The lesson is as it was.";
    }),
    " ",
    button("Keep it", "", () => {
      sure.hidden = true;
    }),
  );
  const show = (): void => {
    const { exercises, quizzes } = notebook.progress;
    const solved = Object.values(exercises).filter((state) => state === "solved").length;
    const found = Object.values(quizzes).filter(Boolean).length;
    const [total, questions] = [findAll("[data-exercise]").length, findAll("[data-quiz]").length];
    summary.textContent = `Progress ${solved + found}/${total + questions}`;
    summary.title = `${solved} of ${total} exercises, ${found} of ${questions} questions`;
    if (!notebook.kept || !lasting)
      said.textContent = "This browser keeps nothing for this page: export your progress before you leave.";
  };
  notebook.whenKept(show);
  show();
  return make(
    "details",
    { class: "progress" },
    summary,
    make(
      "div",
      { class: "progress-menu" },
      make("p", {}, "Your answers stay in this browser. Take them along as a file:"),
      make(
        "p",
        { class: "row-of-buttons" },
        button("Export progress", "", () => save(exportProgress(notebook.store))),
        button("Import progress", "", () => chooser.click()),
        button("Reset this lesson", "", () => {
          sure.hidden = false;
        }),
      ),
      sure,
      chooser,
      said,
    ),
  );
}

/** Hands the reader a file. */
function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = make("a", { href: url, download: "relukit-progress.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
