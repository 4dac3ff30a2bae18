// The presenter's window: notes, what comes next, a timer that counts up, and buttons that act in the audience's window.
// The two windows know each other as opener and opened, so that it works from disk and without a server.
import { button, find, findAll, make } from "./dom.ts";
import type { Notebook } from "./notebook.ts";

/** What the audience's window tells. */
interface Told {
  readonly relukit: "at";
  readonly at: number;
  readonly status: string;
}

/** What the presenter's window asks. */
type Asked =
  | { readonly relukit: "hello" }
  | { readonly relukit: "go"; readonly to: number }
  | { readonly relukit: "run"; readonly cell: string }
  | { readonly relukit: "check"; readonly exercise: string }
  | { readonly relukit: "stop" };

export interface Presenter {
  /** Opens the window, or brings it forward; whether the browser let it. */
  readonly open: () => boolean;
  /** Tells it where the audience is. */
  readonly tell: () => void;
  /** Tells it what runs. */
  readonly say: (status: string) => void;
}

/** The audience's side. */
export function openPresenter({
  notebook,
  at,
  go,
}: {
  readonly notebook: Notebook;
  readonly at: () => number;
  readonly go: (to: number) => void;
}): Presenter {
  let other: Window | null = null;
  let status = "";
  const tell = (): void => other?.postMessage({ relukit: "at", at: at(), status } satisfies Told, "*");
  addEventListener("message", ({ source, data }: MessageEvent<Asked>) => {
    if (other === null || source !== other) return;
    if (data.relukit === "hello") tell();
    else if (data.relukit === "go") go(data.to);
    else if (data.relukit === "run") void notebook.run({ kind: "cell", id: data.cell });
    else if (data.relukit === "check")
      find<HTMLButtonElement>(`[data-cell="${data.exercise}"] .run`)?.click();
    else if (data.relukit === "stop") notebook.stop();
  });
  return {
    open: () => {
      const page = location.href.replace(/[?#].*$/, "");
      other = window.open(`${page}?presenter`, "relukit-presenter", "width=1100,height=760");
      return other !== null;
    },
    tell,
    say: (text) => {
      status = text;
      tell();
    },
  };
}

/** The presenter's side: takes the place of the slides in this window. */
export function presenterPage(): void {
  const slides = findAll("section.slide");
  const audience = window.opener as Window | null;
  const ask = (asked: Asked): void => audience?.postMessage(asked, "*");
  let at = 0;
  const title = make("h1");
  const place = make("p", { class: "kicker" });
  const notes = make("div", { class: "presenter-notes" });
  const next = make("p", { class: "next" });
  const tools = make("div", { class: "row-of-buttons" });
  const status = make("p", { class: "status", role: "status" });
  const go = (by: number): void => ask({ relukit: "go", to: at + by });
  const page = make(
    "main",
    { class: "presenter", id: "main", tabindex: "-1" },
    make("header", {}, make("div", {}, place, title), clock()),
    notes,
    make("section", { class: "acts", "aria-label": "Acts" }, tools, status),
    make(
      "footer",
      {},
      make(
        "div",
        { class: "row-of-buttons" },
        button("Back", "", () => go(-1)),
        button("Next", "run-all", () => go(1)),
      ),
      next,
    ),
  );
  document.body.className = "presenter-page";
  find(".reveal")?.setAttribute("hidden", "");
  find(".slide-nav")?.remove();
  find(".reveal")?.removeAttribute("id");
  document.body.prepend(page);
  document.title = `Presenter: ${document.title}`;

  function show(): void {
    const slide = slides[at];
    const [said, prose] = [find(".notes .said", slide), find(".notes .prose", slide)];
    place.textContent = `Slide ${at + 1} of ${slides.length}`;
    title.textContent = slide?.dataset["title"] ?? "";
    notes.replaceChildren();
    if (said?.innerHTML) notes.append(copy(said, "said"));
    if (prose?.innerHTML) notes.append(make("h2", {}, "In the lesson"), copy(prose, "prose"));
    if (!said?.innerHTML && !prose?.innerHTML) notes.append(make("p", {}, "No notes for this slide."));
    next.textContent =
      slides[at + 1] === undefined ? "This is the last slide." : `Next: ${slides[at + 1]?.dataset["title"]}`;
    const cells = slide === undefined ? [] : findAll('[data-cell][data-kind="cell"]', slide);
    const exercises = slide === undefined ? [] : findAll("[data-exercise]", slide);
    tools.replaceChildren(
      ...cells.map(({ dataset }) => {
        const cell = dataset["cell"] ?? "";
        return button(`Run ${cell}`, "", () => ask({ relukit: "run", cell }));
      }),
      ...exercises.map(({ dataset }) => {
        const exercise = dataset["exercise"] ?? "";
        return button(`Check ${exercise}`, "", () => ask({ relukit: "check", exercise }));
      }),
      button("Stop", "", () => ask({ relukit: "stop" })),
    );
  }

  addEventListener("message", ({ source, data }: MessageEvent<Told>) => {
    if (source !== audience || data.relukit !== "at") return;
    status.textContent = data.status;
    if (data.at !== at || notes.childElementCount === 0) {
      at = data.at;
      show();
    }
  });
  addEventListener("keydown", ({ key, target }) => {
    if (target instanceof HTMLButtonElement && key === " ") return;
    if (["ArrowRight", "ArrowDown", "PageDown", " ", "n"].includes(key)) go(1);
    if (["ArrowLeft", "ArrowUp", "PageUp", "p"].includes(key)) go(-1);
  });
  show();
  if (audience === null) status.textContent = "Open this window from the slides, with P: it follows them.";
  ask({ relukit: "hello" });
}

const copy = (from: Element, kind: string): HTMLElement => {
  const made = make("div", { class: kind });
  made.innerHTML = from.innerHTML;
  return made;
};

/** Minutes and seconds since the window opened; it never counts down. */
function clock(): HTMLElement {
  let [since, before] = [Date.now(), 0];
  let going = true;
  const shown = make("time", { class: "clock" });
  const seconds = (): number => before + (going ? (Date.now() - since) / 1000 : 0);
  const show = (): void => {
    const total = Math.floor(seconds());
    shown.textContent = `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
  };
  const pause = button("Pause", "", () => {
    before = seconds();
    since = Date.now();
    going = !going;
    pause.textContent = going ? "Pause" : "Go on";
    show();
  });
  const zero = button("From 0:00", "", () => {
    [since, before] = [Date.now(), 0];
    show();
  });
  setInterval(show, 500);
  show();
  return make("div", { class: "clock-box" }, shown, make("div", { class: "row-of-buttons" }, pause, zero));
}
