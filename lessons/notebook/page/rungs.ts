// How far the reader is, on every rung of the ladder that was begun.
import { findAll } from "./dom.ts";
import { openStore, readProgress } from "./progress.ts";

/** Fills the marks of the ladder from what the browser keeps. */
export function fillRungs(): void {
  const { store } = openStore();
  for (const mark of findAll("[data-progress]")) {
    const { exercises, quizzes } = readProgress(store, mark.dataset["progress"] ?? "");
    const solved = Object.values(exercises).filter((state) => state === "solved").length;
    const found = Object.values(quizzes).filter(Boolean).length;
    const words = [
      solved > 0 ? `${solved} exercise${solved === 1 ? "" : "s"} solved` : "",
      found > 0 ? `${found} question${found === 1 ? "" : "s"} answered` : "",
    ].filter(Boolean);
    mark.textContent = words.length > 0 ? words.join(", ") : Object.keys(exercises).length > 0 ? "begun" : "";
    mark.hidden = mark.textContent === "";
  }
}
