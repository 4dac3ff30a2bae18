// A lesson as a value: its head, its cells in order, its headings and containers, each with its line in lesson.md.
import type { FrontMatter } from "./front-matter.ts";
import type { CellKind, ContainerKind, Keys } from "./keys.ts";

/** A fence of TypeScript. `line` is its opening line in lesson.md, counted from 1, and `end` its closing line. */
export interface Cell {
  readonly kind: CellKind;
  /** unique in the lesson: its own id, or solution-EX, check-EX, spec-EX, static-LINE, quote-LINE */
  readonly id: string;
  readonly line: number;
  readonly end: number;
  readonly text: string;
  readonly keys: Keys;
}

/** A `:::` block. */
export interface Container {
  readonly kind: ContainerKind;
  readonly line: number;
  readonly keys: Keys;
}

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly slug: string;
  readonly line: number;
}

export interface Lesson {
  readonly path: string;
  readonly front: FrontMatter;
  /** the whole file; line n of a cell's text is line n of this */
  readonly text: string;
  /** the file with its head blanked, so that tokens keep their lines */
  readonly body: string;
  readonly cells: readonly Cell[];
  readonly containers: readonly Container[];
  readonly headings: readonly Heading[];
}
