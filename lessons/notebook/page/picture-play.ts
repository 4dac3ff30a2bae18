// What moves the picture: its buttons, its clock, which rests while nobody can see it, and the keys of a speaker.
import type { Recording } from "../picture.ts";
import { find, findAll } from "./dom.ts";
import { drawing } from "./picture-draw.ts";

/** Lets the figure play its recording; by itself, unless the reader asked for less motion. */
export function play(figure: HTMLElement, recording: Recording): void {
  const { length, draw, said } = drawing(figure, recording);
  const status = find(".said", figure);
  const stage = find(".stage", figure);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let [written, perSecond, playing, seen] = [length, 5, false, true];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const at = (next: number): void => {
    written = Math.min(length, Math.max(0, next));
    draw(written);
  };
  const tell = (): void => {
    if (status !== undefined) status.textContent = said(written);
  };
  /** Sets the clock when all is well for it: it plays, and somebody sees it. */
  const wind = (): void => {
    clearTimeout(timer);
    if (playing && seen && !document.hidden) timer = setTimeout(tick, 1000 / perSecond);
  };
  const tick = (): void => {
    at(written + 1);
    if (written < length) wind();
    else {
      set(false);
      tell();
    }
  };
  const set = (now: boolean): void => {
    playing = now;
    if (playing && written === length) at(0);
    figure.classList.toggle("plays", playing);
    const text = find("[data-press=play] span", figure);
    if (text !== undefined) text.textContent = playing ? "Pause" : "Play";
    find("[data-press=play] path", figure)?.setAttribute(
      "d",
      playing ? "M4 2.5v11M11 2.5v11" : "M4 2.5v11l9-5.5z",
    );
    if (playing && status !== undefined) status.textContent = "";
    wind();
  };
  const by = (tokens: number): void => {
    set(false);
    at(written === length && tokens > 0 ? 1 : written + tokens);
    tell();
  };
  const presses: Readonly<Record<string, () => void>> = {
    play: () => {
      set(!playing);
      if (!playing) tell();
    },
    back: () => by(-1),
    step: () => by(1),
    restart: () => {
      at(0);
      set(playing || !still.matches);
    },
    projector: () =>
      void (document.fullscreenElement === null ? stage?.requestFullscreen() : document.exitFullscreen()),
  };

  for (const button of findAll("[data-press]", figure))
    button.addEventListener("click", () => presses[button.dataset["press"] ?? ""]?.());
  const speeds = findAll("[data-speed]", figure);
  for (const button of speeds)
    button.addEventListener("click", () => {
      perSecond = Number(button.dataset["speed"]);
      for (const other of speeds) other.setAttribute("aria-pressed", `${other === button}`);
      wind();
    });
  const projector = find("[data-press=projector]", figure);
  if (projector !== undefined && !document.fullscreenEnabled) projector.hidden = true;

  // A presenter's remote sends PageUp and PageDown.
  const keys: Readonly<Record<string, string>> = {
    ArrowRight: "step",
    PageDown: "step",
    ArrowLeft: "back",
    PageUp: "back",
    Home: "restart",
    " ": "play",
  };
  stage?.addEventListener("keydown", (event) => {
    const press = keys[event.key];
    if (press === undefined || document.fullscreenElement !== stage) return;
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    presses[press]?.();
  });
  document.addEventListener("fullscreenchange", () => {
    const text = find("[data-press=projector] span", figure);
    if (text !== undefined) text.textContent = document.fullscreenElement === stage ? "Leave" : "Projector";
  });
  document.addEventListener("visibilitychange", wind);
  still.addEventListener("change", () => still.matches && playing && presses["play"]?.());
  new IntersectionObserver(([entry]) => {
    seen = entry?.isIntersecting ?? true;
    wind();
  }).observe(stage ?? figure);

  figure.classList.add("live");
  if (!still.matches) set(true);
}
