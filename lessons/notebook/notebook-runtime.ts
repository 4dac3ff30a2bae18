// What a notebook's cells get under Deno's Jupyter kernel: show, redraw, controls, check, spec and stream, over cell.ts.
// A check says what holds and what does not, and goes on; nothing is compared with a golden here.
import * as lesson from "./cell.ts";
import { svgType } from "./golden.ts";
import { escaped } from "./html.ts";
import { type Grid, gridType, numeric } from "./print.ts";

export { stream } from "./cell.ts";

/** An nbformat MIME bundle that every front end can draw. */
export type Drawn = Readonly<Record<string, string>>;

/** Where a notebook's cells write. */
export interface Front {
  /** `place` names what later data may take the place of: the first time it is new, then `again` is true. */
  readonly show: (data: Drawn, place?: string, again?: boolean) => Promise<void> | undefined;
  readonly print: (line: string) => Promise<void> | undefined;
}

interface Kernel {
  readonly Deno?: {
    readonly jupyter: {
      readonly broadcast: (
        type: "display_data" | "update_display_data" | "stream",
        content: object,
      ) => Promise<void>;
    };
  };
}

/** Below the cell in a notebook; as lines of text where there is no notebook, as under `deno run`. */
function thisFront(): Front {
  try {
    const jupyter = (globalThis as Kernel).Deno?.jupyter; // outside the kernel, Deno throws here
    if (jupyter === undefined) throw new TypeError("there is no kernel");
    const show = (data: Drawn, place?: string, again = false): Promise<void> =>
      jupyter.broadcast(again ? "update_display_data" : "display_data", {
        ...{ data, metadata: {} },
        transient: place === undefined ? {} : { display_id: place },
      });
    // not console.log: what the kernel collects of it may come after the cell's end
    const print = (line: string): Promise<void> =>
      jupyter.broadcast("stream", { name: "stdout", text: `${line}\n` });
    return { show, print };
  } catch {
    const print = (line: string): undefined => void console.log(line);
    return { show: (data) => print(data["text/plain"] ?? ""), print };
  }
}

let front: Front;
let sent: Promise<unknown> = Promise.resolve();
/** The place that the running cell redraws, once it has. */
let redrawing: string | undefined;
let places = 0;
const missed: string[] = [];

/** The first cell of every notebook: what its cells show goes to this front end from here on. */
export function ready(to: Front = thisFront()): void {
  front = to;
  missed.length = 0;
  const hear = (message: lesson.Message): void => {
    if (message.type === "begin") redrawing = undefined;
    if (message.type !== "output" || !("data" in message.output)) return;
    const data = drawn(message.output.data);
    if (message.again === undefined) {
      send(front.show(data));
      return;
    }
    const again = redrawing !== undefined;
    redrawing ??= `relukit-${++places}`;
    send(front.show(data, redrawing, again));
  };
  Object.assign(globalThis, { postMessage: hear });
}

/** Names the cell that runs, so that its random draws are those of the lesson, and what it redraws is its own. */
export const cell = (id: string, seed: number): void => lesson.begin(id, "cell", seed, 0);

const send = (sending: Promise<void> | undefined): void => {
  sent = Promise.all([sent, sending]);
};

/** Milliseconds in which the kernel passes on what was sent: Deno 2.9 may else say first that the cell has ended. */
const PASSING_ON = 30;

/** Until all has arrived: to be awaited, or to be the last expression of a cell, which makes the kernel wait. */
export function arrival(milliseconds: number = PASSING_ON): Promise<void> {
  const waits = sent.then(() => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)));
  const display = (): Promise<Drawn> => waits.then(() => ({ "text/plain": "" }));
  return Object.assign(waits, { [Symbol.for("Jupyter.display")]: display });
}

/** Shows values below the cell. The last of a cell is awaited: what is sent after a cell's end is lost on the way. */
export function show(...values: readonly unknown[]): Promise<void> {
  lesson.show(...values);
  return arrival();
}

/** Shows a value in the place of what the cell's last `redraw` showed. Awaited, the notebook shows it at once. */
export function redraw(value: unknown): Promise<void> {
  lesson.redraw(value);
  return arrival(0);
}

/** Shows what `draw` makes of the first values: a notebook has no sliders, and a reader changes a `value` and runs again. */
export function controls<K extends string>(
  ...[ranges, draw]: Parameters<typeof lesson.controls<K>>
): Promise<void> {
  lesson.controls(ranges, draw);
  return arrival();
}

/** The sentences of all checks that failed since `ready`. */
export const failures = (): readonly string[] => [...missed];

/** Says whether the sentence holds, and what the answer gives when it does not; see cell.ts. */
export function check<T>(
  sentence: string,
  got: T,
  want: NoInfer<T> | true = true,
  tolerance = 0,
): Promise<void> {
  return verdict(sentence, () => lesson.check(sentence, got, want, tolerance));
}

/** Compares an answer with a plain one on random inputs, up to the first that differs; see cell.ts. */
export function spec<A extends readonly unknown[], R>(
  mine: (...inputs: A) => R,
  plain: (...inputs: A) => NoInfer<R>,
  inputs: Parameters<typeof lesson.spec<A, R>>[2],
  { trials = 100, tolerance = 1e-9 }: { readonly trials?: number; readonly tolerance?: number } = {},
): Promise<void> {
  return verdict(`the same as the plain answer on ${trials} random inputs`, () =>
    lesson.spec(mine, plain, inputs, { trials, tolerance }),
  );
}

function verdict(sentence: string, test: () => void): Promise<void> {
  let line = `✓ ${sentence}`;
  try {
    test();
  } catch (error) {
    if (!(error instanceof lesson.CheckFailure)) throw error;
    missed.push(error.message);
    line = `✗ ${error.message}`;
  }
  send(front.print(line));
  return arrival();
}

/** An output's data as a notebook draws it: grids as HTML tables beside their text, figures on paper of their own. */
export function drawn(data: Readonly<Record<string, unknown>>): Drawn {
  const [svg, grid] = [data[svgType], data[gridType]];
  return {
    "text/plain": String(data["text/plain"] ?? ""),
    ...(typeof svg === "string" ? { [svgType]: onPaper(svg) } : {}),
    ...(grid === undefined ? {} : { "text/html": tableHtml(grid as Grid) }),
  };
}

/** The colours of lesson.css by day: a notebook has no style sheet of ours, and a figure may stand in an image. */
export const colors: Readonly<Record<string, string>> = {
  "--paper": "#fcfaf6",
  "--ink": "#1f2328",
  "--rest": "#cfc8ba",
  ...{ "--series-1": "#b3470d", "--series-2": "#0b6f81", "--series-3": "#5a4fb0" },
  ...{ "--series-4": "#5c6b14", "--series-5": "#a5316e", "--series-6": "#5a616b" },
  ...{ "--heat-1": "#ece6da", "--heat-2": "#f0d3b5", "--heat-3": "#eeb588", "--heat-4": "#e2925b" },
  ...{ "--heat-5": "#cc6c2f", "--heat-6": "#a84a12", "--heat-7": "#7a3006" },
};

/** A figure that needs nothing around it: its size, its name space, its colours, a light ground. */
function onPaper(svg: string): string {
  const [, width = "640", height = "300"] = /viewBox="\S+ \S+ (\S+) (\S+)"/.exec(svg) ?? [];
  const style = `background: ${colors["--paper"]}; color: ${colors["--ink"]}; max-width: 100%; height: auto; font-family: system-ui, sans-serif`;
  return svg
    .replace(
      /^\s*<svg\b/,
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" style="${style}"`,
    )
    .replace(/var\((--[\w-]+)\)/g, (whole, name: string) => colors[name] ?? whole);
}

/** A grid as a table; words to the left, and a tensor's zeros dimmed. */
function tableHtml({ caption, columns, rows }: Grid): string {
  const words = (columns ?? []).map((_, c) => !rows.every((row) => numeric(row[c] ?? "")));
  const style = (text: string, c: number): string => {
    if (words[c]) return ' style="text-align: left"';
    return columns === undefined && /^-?0$/.test(text) ? ' style="opacity: 0.45"' : "";
  };
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((text, c) => `<${tag}${style(text, c)}>${escaped(text)}</${tag.slice(0, 2)}>`).join("");
  const head = columns === undefined ? "" : `<thead><tr>${cells('th scope="col"', columns)}</tr></thead>`;
  const title = columns === undefined ? `<caption>shape ${escaped(caption)}</caption>` : "";
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
  return `<table>${title}${head}<tbody>${body}</tbody></table>`;
}
