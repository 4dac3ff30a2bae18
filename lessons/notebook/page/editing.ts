// The way from the page to its editor and compiler, which load on the first edit.
import type { Compiled, Source } from "../compile.ts";
import { load } from "./assets.ts";

export interface Opening {
  readonly parent: Element;
  readonly text: string;
  /** what the editor is called by a screen reader */
  readonly label: string;
  readonly changed: (text: string) => void;
  /** Ctrl+Enter, Shift+Enter */
  readonly run: () => void;
  /** Escape: the focus goes on to the cell's buttons */
  readonly left: () => void;
}

export interface Handle {
  readonly text: () => string;
  readonly set: (text: string) => void;
  /** marks a line, counted from 1, until the next change */
  readonly mark: (line: number | undefined) => void;
  readonly focus: () => void;
  readonly close: () => void;
}

export interface Editing {
  readonly open: (opening: Opening) => Handle;
  readonly compile: (source: Source) => Compiled;
}

/** Loads the editor once. @throws {Error} when it cannot be loaded */
export async function editing(): Promise<Editing> {
  await load("editor");
  return (globalThis as unknown as { readonly relukitEditing: Editing }).relukitEditing;
}
