// The reference of the package as values: what its entry points export, read from declarations (.d.ts) and docstrings.
import { cut, type Statement, statements } from "./statements.ts";

/** A docstring in its parts; the texts are Markdown. */
export interface Doc {
  readonly text: string;
  readonly params: readonly { readonly name: string; readonly text: string }[];
  readonly returns?: string;
  readonly throws: readonly { readonly type: string; readonly text: string }[];
  readonly see: readonly string[];
}

export type EntryKind = "function" | "class" | "interface" | "type" | "constant";

/** One exported name. */
export interface Entry {
  readonly name: string;
  readonly kind: EntryKind;
  /** the file that declares it, as a source: reference/tensor.ts */
  readonly module: string;
  /** the name that the file gives it, when the entry point gives it another */
  readonly declared: string;
  /** without body, docstring, `export` and `declare` */
  readonly signature: string;
  readonly doc: Doc | undefined;
  /** where the signature's names are declared: `Matrix` to reference/tensor.ts#Matrix */
  readonly names: ReadonlyMap<string, string>;
}

/** What an entry point of the package gives. */
export interface EntryPoint {
  readonly name: string;
  readonly entries: readonly Entry[];
}

/** The declarations of a source file: the text of reference/tensor.d.ts for reference/tensor.ts. */
export type Declarations = (path: string) => string;

/**
 * What the file `path` exports, through any number of files that it exports from, in its order.
 *
 * @throws {RangeError} for an export that its file does not declare
 */
export function entryPoint(name: string, path: string, read: Declarations): EntryPoint {
  return { name, entries: exported(path, read) };
}

function exported(path: string, read: Declarations): Entry[] {
  const text = read(path);
  const lines = statements(text).filter(({ text }) => /^export\b/.test(text));
  return lines.flatMap((line) => {
    const [, names, from] =
      /^export\s+(?:type\s+)?(?:\{([\s\S]*)\}|\*)\s+from\s+"([^"]+)"/.exec(line.text) ?? [];
    if (from === undefined) return line.name === undefined ? [] : [entry(path, line.name, line.name, read)];
    const other = resolved(path, from);
    return names === undefined
      ? exported(other, read)
      : pairs(names).map(([declared, name]) => entry(other, declared, name, read));
  });
}

/** `type Round as Other, speculate` as pairs of the name there and the name here. */
const pairs = (names: string): [string, string][] =>
  names
    .split(",")
    .map((one) => one.trim().replace(/^type\s+/, ""))
    .filter((one) => one !== "")
    .map((one) => {
      const [there = "", here = there] = one.split(/\s+as\s+/);
      return [there, here];
    });

/** The path that `from` means in the file `path`. */
function resolved(path: string, from: string): string {
  const parts = path.split("/").slice(0, -1);
  for (const part of from.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function entry(module: string, declared: string, name: string, read: Declarations): Entry {
  const text = read(module);
  const all = statements(text);
  const own = all.filter((one) => one.name === declared && one.kind === "declaration");
  const [first] = own;
  if (first === undefined) {
    for (const { text } of all) {
      const [, names = "", from] = /^export\s+(?:type\s+)?\{([\s\S]*)\}\s+from\s+"([^"]+)"/.exec(text) ?? [];
      const pair = pairs(names).find(([, here]) => here === declared);
      if (from !== undefined && pair !== undefined) return entry(resolved(module, from), pair[0], name, read);
    }
    throw new RangeError(`api: ${module} declares no ${declared}, which an entry point exports`);
  }
  const signature = own.map((one) => signatureOf(one.text, declared, name)).join("\n");
  const doc = own.flatMap((one) => docstring(text, one) ?? [])[0];
  return {
    ...{ name, declared, module, signature, doc: doc === undefined ? undefined : parseDoc(doc) },
    ...{ kind: kindOf(signature), names: origins(module, all) },
  };
}

function kindOf(signature: string): EntryKind {
  const [, word = ""] = /^(?:abstract\s+)?(\w+)/.exec(signature) ?? [];
  if (word === "function" || word === "class" || word === "interface" || word === "type") return word;
  return /^const\s+[\w$]+:\s*(?:<[\s\S]*?>)?\(/.test(signature) ? "function" : "constant";
}

/** The docstring that ends just before a statement. */
function docstring(text: string, { start }: Statement): string | undefined {
  const last = cut(text.slice(0, start))
    .filter(({ kind }) => kind !== "space")
    .at(-1);
  const comment = last?.kind === "comment" ? text.slice(last.start, last.end) : "";
  return comment.startsWith("/**") ? comment : undefined;
}

/** Where each name that a file imports or declares comes from. */
function origins(module: string, all: readonly Statement[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { kind, text, name } of all) {
    const [, names = "", from] = /^import\s+(?:type\s+)?\{([\s\S]*)\}\s+from\s+"(\.[^"]+)"/.exec(text) ?? [];
    if (from !== undefined)
      for (const [there, here] of pairs(names)) found.set(here, `${resolved(module, from)}#${there}`);
    else if (kind === "declaration" && name !== undefined) found.set(name, `${module}#${name}`);
  }
  return found;
}

/** The parts of a docstring, from `/**` to its end. */
export function parseDoc(comment: string): Doc {
  const lines = comment
    .replace(/^\/\*\*/, "")
    .replace(/\*\/$/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  const parts: { readonly tag: string; readonly lines: string[] }[] = [{ tag: "", lines: [] }];
  for (const line of lines) {
    const [, tag, rest] = /^\s*@(\w+)\s*(.*)$/.exec(line) ?? [];
    if (tag === undefined) parts.at(-1)?.lines.push(line);
    else parts.push({ tag, lines: [rest ?? ""] });
  }
  const texts = (tag: string): string[] =>
    parts
      .filter((part) => part.tag === tag)
      .map((part) =>
        part.lines
          .map((line) => line.trim())
          .join(" ")
          .trim(),
      );
  const [returns] = texts("returns");
  return {
    text: (parts[0]?.lines ?? []).join("\n").trim(),
    params: texts("param").map((text) => {
      const [, name = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
      return { name, text: rest };
    }),
    throws: texts("throws").map((text) => {
      const [, type = "", rest = ""] = /^(?:\{([^}]*)\})?\s*(.*)$/.exec(text) ?? [];
      return { type, text: rest };
    }),
    see: texts("see"),
    ...(returns === undefined ? {} : { returns }),
  };
}

/** The first sentence of a docstring, for a list; an equation that ends in a colon takes its next line along. */
export function firstSentence({ text, returns }: Doc): string {
  const [paragraph = ""] = (text === "" ? (returns ?? "") : text).split(/\n\s*\n/);
  const line = paragraph.replace(/\s+/g, " ").trim();
  return /^.*?[.!?](?=\s\p{Lu}|$)/u.exec(line)?.[0] ?? line;
}

const widest = 88;

/** A declaration as the reference shows it: the entry point's name, two spaces an indent, long parameters in lines. */
function signatureOf(text: string, declared: string, name: string): string {
  const plain = text
    .replace(/^export\s+/, "")
    .replace(/^(?:default\s+|declare\s+)+/, "")
    .replace(/\bimport\("[^"]*"\)\./g, "")
    .replace(/^( {4})+/gm, (spaces) => " ".repeat(spaces.length / 2))
    .replace(/^\s*#private;\n/gm, "")
    .replace(/;$/, "");
  const renamed = declared === name ? plain : plain.replace(new RegExp(`\\b${declared}\\b`), name);
  return renamed.split("\n").map(inLines).join("\n");
}

/** A line of a comment in as many lines as its words need. */
function reflowed(line: string): string {
  const [, indent = "", mark = "", text = ""] = /^(\s*)(\/?\*+|\/\/)\s?(.*)$/.exec(line) ?? [];
  const next = mark === "/**" ? `${indent} *` : `${indent}${mark}`;
  const { done, now } = text
    .split(" ")
    .reduce(
      ({ done, now }, word) =>
        now.length + word.length >= widest
          ? { done: `${done}${now}\n`, now: `${next} ${word}` }
          : { done, now: `${now} ${word}` },
      { done: "", now: `${indent}${mark}` },
    );
  return done + now;
}

/** A line with the parameters of its first call signature below each other, when it is too long. */
function inLines(line: string): string {
  if (line.length <= widest) return line;
  if (/^\s*(?:\/?\*|\/\/)/.test(line)) return reflowed(line);
  const open = firstAtTop(line, "(");
  const close = open < 0 ? -1 : matching(line, open);
  if (close < 0) return line;
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  const parameters = commas(line.slice(open + 1, close)).map((one) => `${indent}  ${one.trim()},`);
  return `${line.slice(0, open + 1)}\n${parameters.join("\n")}\n${indent}${line.slice(close)}`;
}

/** How deep in brackets each place of a text is; an arrow's > closes nothing. */
function depths(text: string): number[] {
  let depth = 0;
  return Array.from(text, (mark, at) => {
    if (/[)\]}]/.test(mark) || (mark === ">" && text[at - 1] !== "=")) depth--;
    const here = depth;
    if (/[([{<]/.test(mark)) depth++;
    return here;
  });
}

const firstAtTop = (text: string, mark: string): number => {
  const deep = depths(text);
  return Array.from(text).findIndex((one, at) => one === mark && deep[at] === 0);
};

const matching = (text: string, open: number): number => {
  const deep = depths(text);
  return Array.from(text).findIndex((one, at) => at > open && one === ")" && deep[at] === deep[open]);
};

function commas(text: string): string[] {
  const deep = depths(text);
  const ends = Array.from(text).flatMap((one, at) => (one === "," && deep[at] === 0 ? [at] : []));
  return [...ends, text.length]
    .map((end, i) => text.slice(i === 0 ? 0 : (ends[i - 1] ?? 0) + 1, end))
    .filter((part) => part.trim() !== "");
}
