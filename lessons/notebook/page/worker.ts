// The worker of a page: it holds the library, runs one program, and answers the controls that the program has drawn.
import * as marks from "../cell.ts";
import { programName } from "../program.ts";

/** Modules by their path, such as `reference/tensor.ts`. */
export type Library = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the page asks. Data is a text for .json and .txt, base64 for the others, by path. */
export type Request =
  | { readonly type: "run"; readonly text: string; readonly data: Readonly<Record<string, string>> }
  | { readonly type: "control"; readonly cell: string; readonly values: Readonly<Record<string, number>> };

/** What the worker answers besides what cells say. */
export type Answer =
  | { readonly type: "ready" }
  | { readonly type: "done" }
  | { readonly type: "redrawn"; readonly cell: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: "failed"; readonly cell: string; readonly name: string; readonly message: string };

declare const postMessage: (message: Answer | marks.Message) => void;
declare let onmessage: (event: { readonly data: Request }) => void;

/** Listens for a program over `library`. */
export function listen(library: Library): void {
  const { check, controls, redraw, show, spec, stream } = marks;
  const run = async (text: string, data: Readonly<Record<string, string>>): Promise<void> => {
    try {
      // biome-ignore lint/security/noGlobalEval: it is the reader's own text, in a worker of the reader's page
      // biome-ignore lint/complexity/noCommaOperator: called by another name, eval sees no names of this module
      const made = (0, eval)(text) as (...given: readonly unknown[]) => Promise<void>;
      await made(
        marks,
        (from: string) => imported(library, data, from),
        check,
        controls,
        redraw,
        show,
        spec,
        stream,
      );
      postMessage({ type: "done" });
    } catch (error) {
      const { name, message, stack } = told(error);
      postMessage({ type: "stopped", name, message, stack });
    }
  };
  onmessage = ({ data: request }) => {
    if (request.type === "run") void run(request.text, request.data);
    else answer(request.cell, request.values);
  };
  postMessage({ type: "ready" });
}

function answer(cell: string, values: Readonly<Record<string, number>>): void {
  try {
    const data = marks.redrawn(cell, values) ?? { "text/plain": "nothing" };
    postMessage({ type: "redrawn", cell, data });
  } catch (error) {
    postMessage({ type: "failed", cell, ...told(error) });
  }
}

function told(error: unknown): { readonly name: string; readonly message: string; readonly stack: string } {
  if (!(error instanceof Error)) return { name: "a value", message: String(error), stack: "" };
  return { name: error.name, message: error.message, stack: error.stack ?? "" };
}

/** A module of the library, or a file of data as a module with a default. @throws {RangeError} for one that is not there */
function imported(
  library: Library,
  data: Readonly<Record<string, string>>,
  from: string,
): Readonly<Record<string, unknown>> {
  const path = from.replace(/^relukit\//, "");
  const module = library[path];
  if (module !== undefined) return module;
  const text = data[path];
  if (text === undefined)
    throw new RangeError(`${programName}: import is from ${from}; expected a file that this page has`);
  if (path.endsWith(".json")) return { default: JSON.parse(text) as unknown };
  if (path.endsWith(".txt")) return { default: text };
  return { default: Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)) };
}
