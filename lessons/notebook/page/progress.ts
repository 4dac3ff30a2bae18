// What a learner has done, kept in the browser's own storage and nowhere else: texts, exercises, questions. Out and in as JSON.

/** An exercise was tried and failed, was solved, or was left for the reference answer. */
export type ExerciseState = "tried" | "solved" | "continued";

export interface LessonProgress {
  /** the learner's texts of cells and exercises, by id */
  readonly texts: Readonly<Record<string, string>>;
  readonly exercises: Readonly<Record<string, ExerciseState>>;
  /** whether the right answer was found, by question */
  readonly quizzes: Readonly<Record<string, boolean>>;
}

/** The part of a browser's Storage that is used. */
export interface Store {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const prefix = "relukit:";
const format = "relukit-progress";
export const nothing: LessonProgress = { texts: {}, exercises: {}, quizzes: {} };

/** What is kept of a lesson; nothing done when it cannot be read. */
export function readProgress(store: Store, lesson: string): LessonProgress {
  try {
    return checked(JSON.parse(store.getItem(prefix + lesson) ?? "null"), lesson);
  } catch {
    return nothing;
  }
}

/** Keeps a lesson's progress; nothing done is not kept. Returns whether it was kept: a browser may refuse. */
export function writeProgress(store: Store, lesson: string, progress: LessonProgress): boolean {
  try {
    const empty = Object.values(progress).every((part) => Object.keys(part).length === 0);
    if (empty) store.removeItem(prefix + lesson);
    else store.setItem(prefix + lesson, JSON.stringify(progress));
    return true;
  } catch {
    return false;
  }
}

/** The lessons of which something is kept. */
export const begunLessons = (store: Store): string[] =>
  Array.from({ length: store.length }, (_, i) => store.key(i) ?? "")
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .sort();

/** All progress as a JSON document. */
export function exportProgress(store: Store): string {
  const lessons = begunLessons(store).map((lesson) => [lesson, readProgress(store, lesson)]);
  return `${JSON.stringify({ format, version: 1, lessons: Object.fromEntries(lessons) }, null, 2)}\n`;
}

/**
 * Takes in what `exportProgress` gave: its lessons take the place of those kept here.
 *
 * @returns the lessons that were taken in
 * @throws {RangeError} with a sentence, before anything is changed
 */
export function importProgress(store: Store, text: string): string[] {
  const document = parsed(text);
  if (document["format"] !== format || document["version"] !== 1)
    throw new RangeError(`the file is not an export of progress; expected format ${format}, version 1`);
  const lessons = Object.entries(asRecord(document["lessons"], "lessons")).map(
    ([lesson, progress]) => [lesson, checked(progress, lesson)] as const,
  );
  for (const [lesson, progress] of lessons) writeProgress(store, lesson, progress);
  return lessons.map(([lesson]) => lesson);
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return asRecord(JSON.parse(text), "the document");
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new RangeError("the file is not JSON; expected what Export progress wrote");
  }
}

function asRecord(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RangeError(`${name} is not an object; expected what Export progress wrote`);
  return value as Readonly<Record<string, unknown>>;
}

const states: readonly unknown[] = ["tried", "solved", "continued"];

function checked(value: unknown, lesson: string): LessonProgress {
  if (value === null) return nothing;
  const { texts = {}, exercises = {}, quizzes = {} } = asRecord(value, lesson);
  const of = (part: unknown, name: string, fits: (value: unknown) => boolean): never => {
    for (const [key, field] of Object.entries(asRecord(part, `${lesson}.${name}`)))
      if (!fits(field))
        throw new RangeError(`${lesson}.${name}.${key} is ${JSON.stringify(field)}; expected another kind`);
    return part as never;
  };
  return {
    texts: of(texts, "texts", (field) => typeof field === "string"),
    exercises: of(exercises, "exercises", (field) => states.includes(field)),
    quizzes: of(quizzes, "quizzes", (field) => typeof field === "boolean"),
  };
}

/** The browser's storage, or one that forgets when the page closes where there is none. */
export function openStore(): { readonly store: Store; readonly lasting: boolean } {
  try {
    const store = (globalThis as unknown as { readonly localStorage: Store }).localStorage;
    store.setItem(`${prefix}?`, "");
    store.removeItem(`${prefix}?`);
    return { store, lasting: true };
  } catch {
    return { store: forgetful(), lasting: false };
  }
}

/** A store that keeps nothing beyond the page. */
export function forgetful(): Store {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
