// The state of a lesson's page: the reader's texts, what was solved, and what runs. Views listen; nothing here draws.
import type { Output } from "../cell.ts";
import type { Comparison } from "../comparison.ts";
import type { PageCell, PageData } from "../page-data.ts";
import { type Part, type Program, program } from "../program.ts";
import { editing } from "./editing.ts";
import { type Planned, plan, type Wish } from "./plan.ts";
import {
  type ExerciseState,
  type LessonProgress,
  readProgress,
  type Store,
  writeProgress,
} from "./progress.ts";
import { type Outcome, Runner } from "./runner.ts";

/** What a cell's view hears. */
export interface CellListener {
  readonly begun: () => void;
  /** outputs so far, while the cell runs and at its end */
  readonly shown: (outputs: readonly Output[]) => void;
  readonly ended: (outputs: readonly Output[]) => void;
  /** the run ended in this cell; `line` counts from 1 in the cell, and is 0 where it is not known */
  readonly failed: (failure: Failure) => void;
  /** the run ended in this cell before its end, for whatever reason */
  readonly halted: () => void;
  readonly remark: (line: number, text: string) => void;
}

/** Why and where a run ended before its end; `name` is empty for what is no error of the language. */
export interface Failure {
  readonly name: string;
  readonly text: string;
  readonly cell: string;
  readonly line: number;
}

/** What one press of Check came to. */
export interface Verdict {
  readonly passed: readonly string[];
  readonly failure?: Failure;
  readonly comparison?: Comparison;
  readonly stopped: boolean;
}

export interface Status {
  readonly running: boolean;
  readonly text: string;
}

const secondsACell = 5;

export class Notebook {
  readonly runner = new Runner();
  readonly #listeners = new Map<string, CellListener>();
  readonly #watchers: ((status: Status) => void)[] = [];
  readonly #keepers: (() => void)[] = [];
  readonly bits = new Map<string, string>();
  progress: LessonProgress;
  /** whether what is done outlasts the page */
  kept = true;

  readonly data: PageData;
  readonly store: Store;

  constructor(data: PageData, store: Store) {
    this.data = data;
    this.store = store;
    this.progress = readProgress(store, data.id);
  }

  listen(cell: string, listener: CellListener): void {
    this.#listeners.set(cell, listener);
  }

  /** Calls `watcher` with every change of what runs. */
  watch(watcher: (status: Status) => void): void {
    this.#watchers.push(watcher);
  }

  /** Calls `keeper` whenever progress changes. */
  whenKept(keeper: () => void): void {
    this.#keepers.push(keeper);
  }

  cell(id: string): PageCell | undefined {
    return this.data.cells.find((cell) => cell.id === id);
  }

  /** The reader's text of a cell, or the lesson's. */
  textOf(cell: PageCell): string {
    return this.progress.texts[cell.id] ?? cell.text;
  }

  /** Keeps the reader's text; the lesson's own text is not kept. */
  write(cell: PageCell, text: string): void {
    const texts = { ...this.progress.texts };
    if (text === cell.text) delete texts[cell.id];
    else texts[cell.id] = text;
    const { [cell.id]: state, ...others } = this.progress.exercises;
    const exercises =
      cell.kind !== "exercise" || text === cell.text ? others : { ...others, [cell.id]: state ?? "tried" };
    this.#keep({
      ...this.progress,
      texts,
      exercises: cell.kind === "exercise" ? exercises : this.progress.exercises,
    });
  }

  setExercise(id: string, state: ExerciseState): void {
    this.#keep({ ...this.progress, exercises: { ...this.progress.exercises, [id]: state } });
  }

  setQuiz(id: string, found: boolean): void {
    this.#keep({ ...this.progress, quizzes: { ...this.progress.quizzes, [id]: found } });
  }

  #keep(progress: LessonProgress): void {
    this.progress = progress;
    this.kept = writeProgress(this.store, this.data.id, progress);
    for (const keeper of this.#keepers) keeper();
  }

  /** Exercises whose own text the cells below use: those solved, and those tried and not given up. */
  get own(): ReadonlySet<string> {
    const { exercises } = this.progress;
    return new Set(Object.keys(exercises).filter((id) => exercises[id] !== "continued"));
  }

  /** Runs up to a cell, or all; what happens is heard by the cells' listeners. */
  async run(wish: Wish): Promise<Outcome | undefined> {
    const made = await this.#program(wish);
    if ("name" in made) {
      this.#listeners.get(made.cell)?.begun();
      this.#listeners.get(made.cell)?.failed(made);
      this.#say(false, `${made.cell}, line ${made.line}: ${made.text}`);
      return undefined;
    }
    const outcome = await this.#go(made);
    this.#tell(outcome);
    return outcome;
  }

  /** Runs an exercise's check on the reader's text, and keeps what it came to. */
  async check(exercise: string): Promise<Verdict> {
    const passed: string[] = [];
    let comparison: Comparison | undefined;
    const made = await this.#program({ kind: "check", exercise });
    if ("name" in made) {
      this.#say(false, `${made.cell}, line ${made.line}: ${made.text}`);
      if (this.progress.texts[exercise] !== undefined) this.setExercise(exercise, "tried");
      return { passed, stopped: false, failure: made };
    }
    const outcome = await this.#go(made, {
      checked: (sentence) => void passed.push(sentence),
      compared: (one) => {
        comparison = one;
      },
    });
    const solved = outcome.kind === "done";
    const touched = this.progress.texts[exercise] !== undefined;
    if (outcome.kind !== "stopped" && (solved || touched))
      this.setExercise(exercise, solved ? "solved" : "tried");
    this.#say(false, solved ? "The answer passes its check." : ended(outcome));
    return {
      passed,
      stopped: outcome.kind === "stopped",
      ...(comparison === undefined ? {} : { comparison }),
      ...(solved || outcome.kind === "stopped" ? {} : { failure: failureOf(outcome) }),
    };
  }

  /** The program of a wish, compiled where the reader changed it, or why a cell cannot be. */
  async #program(wish: Wish): Promise<Program | Failure> {
    this.#say(true, "Getting ready …");
    const texts = new Map(Object.entries(this.progress.texts));
    const planned = plan(this.data.cells, wish, { texts, own: this.own });
    const parts: Part[] = [];
    for (const one of planned) {
      const part = await this.#part(one);
      if ("faults" in part) {
        const [{ line, text } = { line: 0, text: "" }] = part.faults;
        return { name: "", cell: one.cell.id, line, text };
      }
      parts.push(part);
    }
    return program(parts, this.data.seed);
  }

  async #part({
    cell,
    text,
  }: Planned): Promise<Part | { readonly faults: readonly { line: number; text: string }[] }> {
    const { id, kind, keys } = cell;
    const mode = kind === "check" || kind === "spec" ? kind : keys.volatile ? "volatile" : "cell";
    const common = {
      id,
      mode,
      throws: keys.throws !== undefined,
      seconds: keys.timeout ?? secondsACell,
    } as const;
    if (text === cell.text && cell.code !== undefined)
      return { ...common, code: cell.code, imports: cell.imports ?? [] };
    const { compile } = await editing();
    const { code, imports, faults } = compile({ id, kind, keys, text });
    return faults.length > 0 ? { faults: [...faults] } : { ...common, code, imports };
  }

  async #go(
    made: Program,
    hear: {
      readonly checked?: (sentence: string) => void;
      readonly compared?: (comparison: Comparison) => void;
    } = {},
  ): Promise<Outcome> {
    const to = (cell: string): CellListener | undefined => this.#listeners.get(cell);
    let begun: string | undefined;
    const outcome = await this.runner.run(made, {
      begin: (cell) => {
        begun = cell;
        this.#say(true, `Running ${cell} …`);
        to(cell)?.begun();
      },
      shown: (cell, outputs) => to(cell)?.shown(outputs),
      end: (cell, outputs, bits) => {
        begun = undefined;
        this.bits.set(cell, bits);
        to(cell)?.ended(outputs);
      },
      remark: ({ cell, line }, text) => to(cell)?.remark(line, text),
      checked: (_, sentence) => hear.checked?.(sentence),
      compared: (_, comparison) => hear.compared?.(comparison),
    });
    if (begun !== undefined) to(begun)?.halted();
    return outcome;
  }

  #tell(outcome: Outcome): void {
    const failure = outcome.kind === "done" || outcome.kind === "stopped" ? undefined : failureOf(outcome);
    if (failure !== undefined) this.#listeners.get(failure.cell)?.failed(failure);
    this.#say(false, ended(outcome));
  }

  stop(): void {
    this.runner.stop();
  }

  #say(running: boolean, text: string): void {
    for (const watcher of this.#watchers) watcher({ running, text });
  }

  /** Forgets everything that the reader did in this lesson. */
  forget(): void {
    this.#keep({ texts: {}, exercises: {}, quizzes: {} });
  }
}

function failureOf(outcome: Outcome & { readonly kind: "failed" | "late" }): Failure {
  if (outcome.kind === "late")
    return {
      ...{ name: "", cell: outcome.cell, line: 0 },
      text: `It ran longer than ${outcome.seconds} s and was stopped. Is there a loop without an end?`,
    };
  return {
    name: outcome.name,
    text: outcome.text,
    cell: outcome.place?.cell ?? "",
    line: outcome.place?.line ?? 0,
  };
}

function ended(outcome: Outcome): string {
  if (outcome.kind === "done") return `Done in ${outcome.seconds.toFixed(1)} s.`;
  if (outcome.kind === "stopped") return "Stopped. The next run begins from the top.";
  const { cell, line, text } = failureOf(outcome);
  return `${cell}${line > 0 ? `, line ${line}` : ""}: ${text}`;
}
