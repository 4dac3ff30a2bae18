// What a cell can call while it runs, in a worker of Node or of the page: show, redraw, controls, check, spec, stream, and
// the engine's marks.
// Everything a cell makes leaves as a message; the engine on the other side keeps time and collects.
import { stream as named, type Stream } from "../../reference/random.ts";
import { Bits } from "./bits.ts";
import { type Comparison, comparable } from "./comparison.ts";
import { type Bundle, controlsType, display, inline, type Range } from "./print.ts";

/** An nbformat 4.5 output. */
export type Output =
  | { readonly output_type: "stream"; readonly name: "stdout"; readonly text: string }
  | {
      readonly output_type: "display_data" | "execute_result";
      readonly data: Readonly<Record<string, unknown>>;
    }
  | { readonly output_type: "error"; readonly ename: string; readonly evalue: string };

/** What a running lesson tells the engine. */
export type Message =
  | { readonly type: "begin"; readonly cell: string; readonly line: number }
  | {
      readonly type: "output";
      readonly cell: string;
      readonly output: Output;
      /** it takes the place of what the cell showed last in this way */
      readonly again?: true;
    }
  | { readonly type: "problem"; readonly cell: string; readonly line: number; readonly text: string }
  | { readonly type: "end"; readonly cell: string; readonly bits: string }
  | { readonly type: "checked"; readonly cell: string; readonly sentence: string }
  | { readonly type: "compared"; readonly cell: string; readonly comparison: Comparison }
  | { readonly type: "stopped"; readonly name: string; readonly message: string; readonly stack: string };

declare const postMessage: (message: Message) => void;

/** A check that does not hold, said in a sentence for the learner. */
export class CheckFailure extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "CheckFailure";
  }
}

type Mode = "cell" | "volatile" | "check" | "spec";
let current = { cell: "", mode: "cell" as Mode, seed: 0, line: 0, bits: new Bits() };
const emit = (output: Output): void => postMessage({ type: "output", cell: current.cell, output });

/** The engine's mark at the start of a cell. */
export function begin(cell: string, mode: Mode, seed: number, line: number): void {
  if (cell === "") guard();
  current = { cell, mode, seed, line, bits: new Bits() };
  postMessage({ type: "begin", cell, line });
}

/** The engine's mark at the end of a cell. */
export const end = (): void => postMessage({ type: "end", cell: current.cell, bits: current.bits.digest() });

/** Shows a value below the cell, as the last expression of a cell is shown without asking. */
export function show(...values: readonly unknown[]): void {
  for (const value of values) {
    current.bits.add(value);
    const data = display(value);
    if (data !== undefined) emit({ output_type: "display_data", data });
  }
}

/**
 * Shows a value in the place of what the cell's last `redraw` showed: a curve that grows while a model learns. A golden keeps the
 * last one.
 */
export function redraw(value: unknown): void {
  current.bits.add(value);
  const data = display(value);
  if (data === undefined) return;
  const output = { output_type: "display_data", data } as const;
  postMessage({ type: "output", cell: current.cell, output, again: true });
}

const drawers = new Map<string, (values: Readonly<Record<string, number>>) => Bundle | undefined>();

/**
 * Shows what `draw` makes of the sliders' values, and again whenever the reader moves one. Without a page it shows what it makes
 * of the first values.
 *
 * @param ranges a slider a name, in order
 * @param draw   the values by name, to a figure or any other value
 */
export function controls<K extends string>(
  ranges: Readonly<Record<K, Range>>,
  draw: (values: Readonly<Record<K, number>>) => unknown,
): void {
  const { cell } = current;
  const within = { ...current };
  drawers.set(cell, (values) => {
    current = { ...within };
    return display(draw(values as Readonly<Record<K, number>>));
  });
  const entries = Object.entries<Range>(ranges);
  const first = Object.fromEntries(entries.map(([name, { value }]) => [name, value]));
  const value = draw(first as Record<K, number>);
  current.bits.add(value);
  const words = entries.map(([name, range]) => `${name} = ${inline(range.value)}`).join(", ");
  const data = display(value) ?? { "text/plain": "nothing" };
  const text = `${words}: ${data["text/plain"]}`;
  emit({ output_type: "display_data", data: { ...data, "text/plain": text, [controlsType]: ranges } });
}

/** What the controls of a cell show at other values; nothing when it has none. Throws what its drawing throws. */
export const redrawn = (cell: string, values: Readonly<Record<string, number>>): Bundle | undefined =>
  drawers.get(cell)?.(values);

/** The engine's wrapping of a cell's last expression. */
export function result(value: unknown): void {
  current.bits.add(value);
  const data = display(value);
  if (data !== undefined) emit({ output_type: "execute_result", data });
}

/** The engine's wrapping of an expression that `// → wanted` follows. */
export function expect(value: unknown, line: number, wanted: string): void {
  current.bits.add(value);
  const [got, want] = [inline(value), wanted].map((text) => text.replace(/\s+/g, " ").trim());
  if (got === want) return;
  const text = `the value is ${got}; expected ${want}`;
  if (current.mode === "check" || current.mode === "spec") throw new CheckFailure(text);
  postMessage({ type: "problem", cell: current.cell, line, text });
}

/** The engine's end of a `throws=` cell: what it caught. */
export const threw = (error: unknown): void =>
  error instanceof Error
    ? emit({ output_type: "error", ename: error.name, evalue: error.message })
    : emit({ output_type: "error", ename: "a value", evalue: inline(error) });

const near = (got: unknown, want: unknown, tolerance: number): boolean =>
  tolerance > 0 && typeof got === "number" && typeof want === "number"
    ? Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want))
    : inline(got) === inline(want);

/**
 * Says in a sentence what must hold of the learner's answer, and fails with that sentence when it does not.
 *
 * @param sentence  what holds: "relu(-1) is 0"
 * @param got       what the answer gives
 * @param want      what it should give; true when left out
 * @param tolerance how far numbers may differ, relative to the larger of 1 and want
 */
export function check<T>(sentence: string, got: T, want: NoInfer<T> | true = true, tolerance = 0): void {
  if (near(got, want, tolerance)) {
    postMessage({ type: "checked", cell: current.cell, sentence });
    return;
  }
  if (want !== true) compare(got, want);
  throw new CheckFailure(`${sentence}; yours gives ${inline(got)}`);
}

const compare = (got: unknown, want: unknown, given?: string): void =>
  postMessage({
    ...{ type: "compared", cell: current.cell },
    comparison: { got: comparable(got), want: comparable(want), ...(given === undefined ? {} : { given }) },
  });

/**
 * Compares an answer with a slow and plain one on random inputs, the same ones every time.
 *
 * @param mine   the answer under test
 * @param plain  what it should equal: loops that look like the definition
 * @param inputs the arguments of one trial
 */
export function spec<A extends readonly unknown[], R>(
  mine: (...inputs: A) => R,
  plain: (...inputs: A) => NoInfer<R>,
  inputs: (random: Stream) => [...A],
  { trials = 100, tolerance = 1e-9 }: { readonly trials?: number; readonly tolerance?: number } = {},
): void {
  for (let trial = 0; trial < trials; trial++) {
    const values = inputs(stream(`trial ${trial}`));
    const [got, want] = [mine(...values), plain(...values)];
    if (!near(got, want, tolerance)) {
      const call = `(${values.map(inline).join(", ")})`;
      compare(got, want, call);
      throw new CheckFailure(`on ${call} the answer is ${inline(want)}; yours gives ${inline(got)}`);
    }
  }
  const sentence = `it agrees with the plain answer on ${trials} random inputs`;
  postMessage({ type: "checked", cell: current.cell, sentence });
}

/** Random draws that belong to this cell and to no other, the same on every run. */
export const stream = (name = ""): Stream =>
  named(current.seed, name === "" ? current.cell : `${current.cell}/${name}`);

/** Closes what could differ from day to day, after the imports have been evaluated. */
function guard(): void {
  const refuse = (what: string) => (): never => {
    throw new Error(`${what} is refused in a lesson, which gives the same output every day`);
  };
  const world = globalThis as unknown as Record<string, unknown>;
  const clock = performance.now.bind(performance);
  Math.random = refuse("Math.random");
  performance.now = () => (current.mode === "volatile" ? clock() : refuse("performance.now")());
  world["Date"] = new Proxy(Date, {
    construct: (target, inputs) =>
      inputs.length > 0 ? Reflect.construct(target, inputs) : refuse("new Date()")(),
    get: (target, key) => (key === "now" ? refuse("Date.now") : Reflect.get(target, key)),
    apply: refuse("Date()"),
  });
  for (const name of ["fetch", "WebSocket", "XMLHttpRequest", "EventSource"]) world[name] = refuse(name);
  for (const level of ["log", "info", "warn", "error", "debug"] as const) console[level] = log;
}

const log = (...values: readonly unknown[]): void => {
  const text = values.map((value) => (typeof value === "string" ? value : inline(value))).join(" ");
  emit({ output_type: "stream", name: "stdout", text: `${text}\n` });
};
