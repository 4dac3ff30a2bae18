// The slides of a lesson: cells run on them, and a window for the presenter follows and leads.
import Reveal from "reveal.js";
import { readData } from "./data.ts";
import { button, find, findAll } from "./dom.ts";
import { live } from "./live.ts";
import { openPresenter, presenterPage } from "./presenter.ts";

const data = readData();
const asked = new URLSearchParams(location.search);
if (asked.has("presenter")) presenterPage();
else if (data !== undefined && !asked.has("print")) void present();

/** On paper every slide is there, for readers and for screen readers. */
function printed(slides: readonly HTMLElement[]): void {
  for (const slide of slides) {
    slide.removeAttribute("hidden");
    slide.removeAttribute("aria-hidden");
  }
}

async function present(): Promise<void> {
  if (data === undefined) return;
  const { notebook } = live(data);
  const deck = new Reveal({
    // The slides lay themselves out: a scaled page would put the editor's cursor in the wrong place.
    ...{ disableLayout: true, hash: true, hashOneBasedIndex: true, controls: false, progress: true },
    ...{
      transition: "none",
      backgroundTransition: "none",
      slideNumber: "c/t",
      keyboard: { 80: () => open() },
    },
    ...{ embedded: false, plugins: [], preventIframeAutoFocus: true },
  });
  await deck.initialize();
  const slides = findAll("section.slide");
  const now = find(".where-now");
  const place = (): number => deck.getIndices().h;
  const presenter = openPresenter({
    notebook,
    at: place,
    go: (to) => deck.slide(Math.min(slides.length - 1, Math.max(0, to))),
  });
  const open = (): void => {
    if (!presenter.open() && now !== undefined)
      now.textContent = "The browser kept the presenter's window back: allow pop-ups here.";
  };
  const told = (): void => {
    presenter.tell();
    const title = slides[place()]?.dataset["title"] ?? "";
    if (now !== undefined) now.textContent = `${place() + 1} of ${slides.length}: ${title}`;
  };
  deck.on("slidechanged", told);
  addEventListener("beforeprint", () => printed(slides));
  addEventListener("afterprint", () => deck.sync());
  told();
  find("[data-present]")?.addEventListener("click", open);
  const stop = button("Stop", "stop", () => notebook.stop());
  stop.hidden = true;
  find(".slide-nav")?.append(stop);
  notebook.watch(({ running, text }) => {
    stop.hidden = !running;
    if (now !== undefined) now.textContent = text;
    presenter.say(text);
  });
  document.body.dataset["live"] = "true";
}
