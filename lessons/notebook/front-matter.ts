// The head of a lesson between two `---` lines, in a small strict subset of YAML, typed; an unknown key is an error.
// The subset: `key: text`, `key: "text"`, `key: 3`, `key: [a, b]`, `key: { a: 1, b: 2 }`, and `- item` lines below a key.
import { type Problem, suggestion } from "./problem.ts";

export const levels = ["beginner", "intermediate", "advanced"] as const;
export const runtimes = ["any", "node"] as const;

/** What a lesson says about itself. */
export interface FrontMatter {
  readonly title: string;
  readonly id: string;
  /** one sentence, for the index */
  readonly summary: string;
  /** a total for a first reading, and for the exercises */
  readonly minutes: { readonly read: number; readonly do: number };
  readonly level: (typeof levels)[number];
  /** ids of the lessons to read first */
  readonly needs: readonly string[];
  readonly objectives: readonly string[];
  /** the file of the reference that the lesson explains */
  readonly reads?: string;
  /** the section, equation, figure or table of the paper */
  readonly paper?: string;
  readonly seed: number;
  /** where the cells can run: in the page and in Node, or in Node alone */
  readonly runtime: (typeof runtimes)[number];
}

type Scalar = string | number;
type Value = Scalar | readonly Scalar[] | Readonly<Record<string, Scalar>>;
interface Entry {
  readonly line: number;
  readonly value: Value;
}

const keys = [
  ...["title", "id", "summary", "minutes", "level", "needs", "objectives"],
  ...["reads", "paper", "seed", "runtime"],
];

/** The typed head, what is wrong with it, and the line of the body's start (counted from 1). */
export interface Head {
  readonly front: FrontMatter;
  readonly problems: readonly Problem[];
  readonly bodyLine: number;
}

/** Reads the head of a lesson's text. */
export function frontMatter(path: string, text: string): Head {
  const lines = text.split("\n");
  const problems: Problem[] = [];
  const wrong = (line: number, sentence: string): void => void problems.push({ path, line, text: sentence });
  const close = lines.indexOf("---", 1);
  if (lines[0] !== "---" || close < 0) {
    wrong(1, "front matter is missing; expected a first line `---`, keys, and a closing line `---`");
    return { front: typed(new Map(), () => {}), problems, bodyLine: 1 };
  }
  return { front: typed(entries(lines.slice(0, close), wrong), wrong), problems, bodyLine: close + 2 };
}

function entries(lines: readonly string[], wrong: (line: number, text: string) => void): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, key, rest] = /^([A-Za-z]+):(?:\s+(.*))?$/.exec(line) ?? [];
    if (key === undefined) {
      wrong(at + 1, `front matter line is \`${line}\`; expected \`key: value\``);
      continue;
    }
    if (!keys.includes(key)) {
      wrong(at + 1, `front matter key is ${key}; expected one of ${keys.join(", ")}${suggestion(key, keys)}`);
    }
    if (found.has(key)) wrong(at + 1, `front matter key ${key} is given twice; expected once`);
    const start = at + 1;
    const items: Scalar[] = [];
    while (/^\s+- /.test(lines[at + 1] ?? "")) items.push(scalar((lines[++at] ?? "").replace(/^\s+- /, "")));
    const value = rest === undefined || rest.trim() === "" ? items : valueIn(rest.trim());
    if (value === undefined)
      wrong(start, `front matter ${key} is \`${rest}\`; expected text, [a, b] or { a: 1 }`);
    else found.set(key, { line: start, value });
  }
  return found;
}

function valueIn(text: string): Value | undefined {
  if (text.startsWith("[")) return text.endsWith("]") ? parts(text).map(scalar) : undefined;
  if (!text.startsWith("{")) return scalar(text);
  if (!text.endsWith("}")) return undefined;
  const pairs = parts(text).map((part) => /^([A-Za-z]+):\s*(.+)$/.exec(part));
  if (pairs.some((pair) => pair === null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", scalar(pair?.[2] ?? "")]));
}

const parts = (text: string): string[] =>
  (text.slice(1, -1).match(/(?:"[^"]*"|[^,"])+/g) ?? [])
    .map((part) => part.trim())
    .filter((part) => part !== "");

function scalar(text: string): Scalar {
  const trimmed = text.trim();
  if (/^".*"$/.test(trimmed)) return trimmed.slice(1, -1).replaceAll('\\"', '"');
  return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

function typed(found: ReadonlyMap<string, Entry>, wrong: (line: number, text: string) => void): FrontMatter {
  const text = (key: string, fallback?: string): string => {
    const entry = found.get(key);
    if (entry === undefined) {
      if (fallback === undefined) wrong(1, `front matter has no ${key}; expected \`${key}: …\``);
      return fallback ?? "";
    }
    if (typeof entry.value === "object")
      wrong(entry.line, `front matter ${key} is a list; expected one text`);
    return String(entry.value);
  };
  const list = (key: string): readonly string[] => {
    const entry = found.get(key);
    if (entry === undefined) return [];
    if (Array.isArray(entry.value)) return entry.value.map(String);
    wrong(
      entry.line,
      `front matter ${key} is \`${String(entry.value)}\`; expected a list, [a, b] or - lines`,
    );
    return [];
  };
  const among = <T extends string>(key: string, wanted: readonly T[], fallback: T): T => {
    const word = text(key, fallback);
    const match = wanted.find((one) => one === word);
    if (match === undefined) {
      const near = suggestion(word, wanted);
      wrong(
        found.get(key)?.line ?? 1,
        `front matter ${key} is ${word}; expected ${wanted.join(", ")}${near}`,
      );
    }
    return match ?? fallback;
  };
  const seed = found.get("seed");
  if (seed !== undefined && !(Number.isSafeInteger(seed.value) && Number(seed.value) >= 0))
    wrong(seed.line, `front matter seed is \`${String(seed.value)}\`; expected a whole number from 0 on`);
  const [reads, paper] = [text("reads", ""), text("paper", "")];
  return {
    title: text("title"),
    id: text("id"),
    summary: text("summary"),
    minutes: minutes(found.get("minutes"), wrong),
    level: among("level", levels, "beginner"),
    needs: list("needs"),
    objectives: list("objectives"),
    ...(reads === "" ? {} : { reads }),
    ...(paper === "" ? {} : { paper }),
    seed: Number(seed?.value ?? 0),
    runtime: among("runtime", runtimes, "any"),
  };
}

function minutes(
  entry: Entry | undefined,
  wrong: (line: number, text: string) => void,
): FrontMatter["minutes"] {
  const value = entry?.value;
  const record = typeof value === "object" && !Array.isArray(value) ? (value as Record<string, Scalar>) : {};
  const { read, do: exercises, ...others } = record;
  const good = typeof read === "number" && typeof exercises === "number" && Object.keys(others).length === 0;
  if (!good)
    wrong(entry?.line ?? 1, "front matter minutes is not `{ read: 15, do: 10 }`; expected both, in minutes");
  return good ? { read, do: exercises } : { read: 0, do: 0 };
}
