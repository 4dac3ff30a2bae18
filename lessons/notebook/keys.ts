// The words after a fence's or a container's opening marks: the kind, then flags and key=value, all checked.
import { suggestion } from "./problem.ts";

export const cellKinds = ["cell", "exercise", "solution", "check", "spec", "static", "quote"] as const;
export type CellKind = (typeof cellKinds)[number];
export const containerKinds = ["hint", "notes", "aside", "quiz", "lab"] as const;
export type ContainerKind = (typeof containerKinds)[number];

/** Every key of every kind, typed; a key that was not written is absent. */
export interface Keys {
  readonly id?: string;
  /** the exercise that a solution, check, spec or hint belongs to */
  readonly for?: string;
  /** the source is folded away on the page */
  readonly hide?: true;
  /** what the cell must show */
  readonly out?: "svg" | "table" | "text" | "none";
  /** the text alternative of a figure */
  readonly alt?: string;
  /** which of its outputs are compared with the golden */
  readonly golden?: "all" | "text" | "svg";
  /** |number − golden| ≤ tol · max(1, |golden|) instead of equal text */
  readonly tol?: number;
  /** seconds that the cell may run */
  readonly timeout?: number;
  readonly throws?: string;
  readonly "type-error"?: number;
  /** the cell also stands on a slide */
  readonly slide?: true;
  /** shown, not compared; may read performance.now() */
  readonly volatile?: true;
  readonly minutes?: number;
  readonly difficulty?: number;
  readonly reason?: string;
  readonly from?: string;
  readonly name?: string;
  readonly level?: number;
  readonly title?: string;
}

type Reader = (value: string) => Keys[keyof Keys] | undefined;
const word =
  (pattern: RegExp): Reader =>
  (value) =>
    pattern.test(value) ? value : undefined;
const number =
  (least: number, most: number): Reader =>
  (value) =>
    /^\d/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined;
const among =
  (...words: readonly string[]): Reader =>
  (value) =>
    words.includes(value) ? value : undefined;
const flag: Reader = (value) => (value === "" ? true : undefined);
const name = word(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
const anyText = word(/\S/);

const readers: Readonly<Record<keyof Keys, { readonly read: Reader; readonly wanted: string }>> = {
  id: { read: name, wanted: "a name like fig-zeros" },
  for: { read: name, wanted: "the id of an exercise" },
  hide: { read: flag, wanted: "no value" },
  out: { read: among("svg", "table", "text", "none"), wanted: "svg, table, text or none" },
  alt: { read: anyText, wanted: "a sentence in quotes" },
  golden: { read: among("all", "text", "svg"), wanted: "all, text or svg" },
  tol: { read: number(0, 1), wanted: "a number from 0 to 1" },
  timeout: { read: number(0.05, 600), wanted: "seconds from 0.05 to 600" },
  throws: { read: word(/^[A-Z][A-Za-z]*$/), wanted: "an error's name, like RangeError" },
  "type-error": { read: number(1000, 99999), wanted: "a compiler code, like 2345" },
  slide: { read: flag, wanted: "no value" },
  volatile: { read: flag, wanted: "no value" },
  minutes: { read: number(1, 240), wanted: "minutes from 1 to 240" },
  difficulty: { read: number(1, 5), wanted: "a number from 1 to 5" },
  reason: { read: anyText, wanted: "a sentence in quotes" },
  from: {
    read: word(/^(reference|kernels|lessons\/notebook)\/[\w./-]+\.ts$/),
    wanted: "a path like reference/tensor.ts",
  },
  name: { read: word(/^[A-Za-z_$][\w$]*$/), wanted: "a name that the file declares" },
  level: { read: number(1, 3), wanted: "1, 2 or 3" },
  title: { read: anyText, wanted: "a text in quotes" },
};

type Key = keyof Keys;
const run: readonly Key[] = ["timeout", "slide"];
const shown: readonly Key[] = [...run, "hide", "out", "alt", "golden", "tol", "volatile"];

/** Which keys a kind takes, and which of them it must have. */
export const grammar: Readonly<
  Record<CellKind | ContainerKind, { readonly takes: readonly Key[]; readonly needs: readonly Key[] }>
> = {
  cell: { takes: ["id", ...shown, "throws", "type-error"], needs: ["id"] },
  exercise: {
    takes: ["id", "minutes", "difficulty", "title", "slide"],
    needs: ["id", "minutes", "difficulty"],
  },
  solution: { takes: ["for", ...shown], needs: ["for"] },
  check: { takes: ["for", ...run], needs: ["for"] },
  spec: { takes: ["for", ...run], needs: ["for"] },
  static: { takes: ["reason", "slide"], needs: ["reason"] },
  quote: { takes: ["from", "name", "slide"], needs: ["from", "name"] },
  hint: { takes: ["for", "level"], needs: ["for", "level"] },
  notes: { takes: [], needs: [] },
  aside: { takes: ["title"], needs: [] },
  quiz: { takes: ["id"], needs: ["id"] },
  lab: { takes: ["id", "title", "minutes"], needs: ["id"] },
};

/** The keys in `text`, the words after the kind; `wrong` hears each fault as a sentence. */
export function parseKeys(
  kind: CellKind | ContainerKind,
  text: string,
  wrong: (sentence: string) => void,
): Keys {
  const { takes, needs } = grammar[kind];
  const found: Partial<Record<Key, Keys[Key]>> = {};
  const words = text.match(/[^\s="]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]+)|[^\s]+/g) ?? [];
  for (const item of words) {
    const at = item.indexOf("=");
    const key = at < 0 ? item : item.slice(0, at);
    const value =
      at < 0
        ? ""
        : item
            .slice(at + 1)
            .replace(/^"(.*)"$/, "$1")
            .replaceAll('\\"', '"');
    if (!takes.some((one) => one === key)) {
      const expected = takes.length === 0 ? "no keys" : takes.join(", ");
      wrong(`${kind} has the key \`${key}\`; expected ${expected}${suggestion(key, takes)}`);
      continue;
    }
    const { read, wanted } = readers[key as Key];
    const result = read(value);
    if (result === undefined) wrong(`${kind} has ${key} = \`${value}\`; expected ${wanted}`);
    else if (found[key as Key] !== undefined) wrong(`${kind} has ${key} twice; expected once`);
    else found[key as Key] = result;
  }
  for (const key of needs) {
    if (found[key] === undefined && !words.some((item) => item.startsWith(`${key}=`)))
      wrong(`${kind} has no ${key}; expected ${key}=…, ${readers[key].wanted}`);
  }
  return found as Keys;
}
