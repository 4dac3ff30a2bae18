// What the sources may not say: functions that engines compute differently, and imports against the grain.
// Each rule is a function from a path and its text to sentences, one a violation, which name file and line.
import { posix } from "node:path";

/** A source file: its path from the top folder, with forward slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly keyword: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

const spaces = (text: string): string => text.replace(/[^\n]/g, " ");

// Comment, template, string, regular expression: in this order, whichever begins first.
const OPAQUE =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|`(?:\\[\s\S]|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<=(?:^|[(,=:[!&|?{};])\s*|return\s)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//g;

/** `text` with every comment blank, and every string too: only code is left, ${code} in templates included. */
export const codeOf = (text: string): string =>
  text.replace(OPAQUE, (piece) =>
    piece.startsWith("`")
      ? piece
          .split(/(\$\{[^}]*\})/)
          .map((part) => (part.startsWith("${") ? ` ${part.slice(1)}` : spaces(part)))
          .join("")
      : spaces(piece),
  );

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

/** Each mention of `object` in `code`, with the name that follows its dot, if one does. */
const mentions = (
  code: string,
  object: string,
): readonly { readonly name?: string; readonly line: number }[] =>
  [...code.matchAll(new RegExp(`\\b${object}\\b(?:\\s*\\.\\s*(\\w+))?`, "g"))].map(({ 1: name, index }) =>
    name === undefined ? { line: lineAt(code, index) } : { name, line: lineAt(code, index) },
  );

// Exact by IEEE 754 or by the integers; ECMAScript leaves everything else in Math to the engine.
const EXACT =
  /^(abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|E|LN2|LN10|LOG2E|LOG10E|PI|SQRT1_2|SQRT2)$/;

/** No Math.exp and its kin, and no Math but as Math.name, so that none is reached in another way. */
export function inexactMath({ path, text }: Source): readonly string[] {
  return mentions(codeOf(text), "Math").flatMap(({ name, line }) => {
    if (name !== undefined && EXACT.test(name)) return [];
    if (name === undefined)
      return [`${path}:${line}: has Math as a value; expected Math.name, with an exact name`];
    const instead = name === "random" ? "a stream of reference/random.ts" : "reference/elementary.ts";
    return [`${path}:${line}: has Math.${name}, which engines round differently; expected ${instead}`];
  });
}

/** No power operator but of BigInt, which is exact. */
export function inexactPower({ path, text }: Source): readonly string[] {
  const code = codeOf(text);
  return [...code.matchAll(/\*\*(?!=?\s*\d+n\b)/g)].map(
    ({ index }) =>
      `${path}:${lineAt(code, index)}: has **, which engines round differently; expected pow of reference/elementary.ts`,
  );
}

const CALLS_MATH = /^(exp|log|pow|sin|cos|tan|asin|acos|atan|atan2|random)(op)?s?(eq)?$/;

/** None of the operations of ndarray-ops that call Math.exp and its kin, and no ndarray-ops but as ops.name. */
export function inexactOps({ path, text }: Source): readonly string[] {
  const statement = /^import\s+([^;]*?)\s+from\s+["']ndarray-ops["']/gm;
  const body = codeOf(text.replace(statement, spaces));
  return [...text.matchAll(statement)].flatMap(({ 1: clause = "", index }) => {
    const listed = clause.match(/\{([^}]*)\}/)?.[1]?.match(/\w+/g) ?? [];
    const whole = clause.replace(/\{[^}]*\}|\*\s*as|,/g, "").trim();
    const used = [
      ...listed.map((name) => ({ name, line: lineAt(text, index) })),
      ...(whole === "" ? [] : mentions(body, whole)),
    ];
    return used.flatMap(({ name, line }) => {
      if (name === undefined) return [`${path}:${line}: has ndarray-ops as a value; expected ${whole}.name`];
      if (!CALLS_MATH.test(name)) return [];
      return [
        `${path}:${line}: has ${name} of ndarray-ops, which calls Math; expected reference/elementary.ts`,
      ];
    });
  });
}

/** The imports and re-exports of a text, dynamic ones included. */
export function importsOf(text: string): readonly Import[] {
  const code = codeOf(text);
  const found: Import[] = [];
  const statement = /\b(import|export)\s+(type\s+)?(?:([^"'`;()]*?)\s*\bfrom\s*)?["']([^"'\n]+)["']/g;
  for (const { 1: keyword = "", 2: type, 3: clause = "", 4: specifier = "", index } of text.matchAll(
    statement,
  )) {
    const names = clause
      .match(/^\{([^}]*)\}$/)?.[1]
      ?.split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    const typeOnly = type !== undefined || (names?.every((name) => name.startsWith("type ")) ?? false);
    if (code.startsWith(keyword, index))
      found.push({ keyword, specifier, typeOnly, line: lineAt(text, index) });
  }
  for (const { 1: specifier = "", index } of text.matchAll(/\bimport\s*\(\s*["'`]([^"'`\n]+)["'`]/g))
    if (code.startsWith("import", index))
      found.push({ keyword: "import", specifier, typeOnly: false, line: lineAt(text, index) });
  return found;
}

/** Where a relative specifier leads, as a path from the top folder. */
const target = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

const FOUNDATION = [
  "reference/tensor.ts",
  "reference/double-double.ts",
  "reference/elementary",
  "reference/random.ts",
  "reference/weights.ts",
];
const SHAPES = [
  "reference/tensor.ts",
  "reference/weights.ts",
  "reference/models/config.ts",
  "reference/ops/contract.ts",
];
const UPPER = [
  ...FOUNDATION,
  "reference/ops/",
  "reference/models/",
  "reference/interpret/",
  "reference/measure/",
];

interface Direction {
  /** The beginning of the paths this row is about; what begins alike may always be imported. */
  readonly from: string;
  readonly mayImport: readonly string[];
  /** What may be imported as types only. */
  readonly types?: readonly string[];
}

/** Who may import what: section 2 of the design, a row a part. */
export const DIRECTIONS: readonly Direction[] = [
  { from: "reference/tensor.ts", mayImport: [] },
  { from: "reference/double-double.ts", mayImport: [] },
  { from: "reference/elementary", mayImport: ["reference/double-double.ts"] },
  { from: "reference/random.ts", mayImport: ["reference/elementary.ts"] },
  { from: "reference/weights.ts", mayImport: ["reference/tensor.ts"] },
  { from: "reference/ops/", mayImport: FOUNDATION },
  { from: "reference/models/", mayImport: [...FOUNDATION, "reference/ops/"] },
  { from: "reference/interpret/", mayImport: [...FOUNDATION, "reference/ops/"] },
  { from: "reference/formats/", mayImport: SHAPES, types: ["reference/models/"] },
  { from: "reference/measure/", mayImport: SHAPES },
  { from: "reference/decoding/", mayImport: UPPER },
  { from: "reference/relufication/", mayImport: UPPER },
  { from: "reference/training/", mayImport: UPPER },
  { from: "reference/successors/", mayImport: [...UPPER, "reference/training/"] },
  {
    from: "reference/oracle/",
    mayImport: [
      ...FOUNDATION,
      ...["ops", "interpret", "measure", "formats", "relufication"].map((part) => `reference/${part}/`),
    ],
  },
  { from: "reference/index.ts", mayImport: ["reference/"] },
  {
    from: "kernels/adapters/",
    mayImport: ["reference/oracle/", "reference/ops/contract.ts"],
  },
  {
    from: "kernels/",
    mayImport: [
      "reference/tensor.ts",
      "reference/elementary.ts",
      "reference/random.ts",
      "reference/weights.ts",
      "reference/ops/contract.ts",
      "reference/ops/frequencies.ts",
    ],
  },
  { from: "lessons/notebook/", mayImport: ["reference/", "kernels/"] },
  { from: "bin/", mayImport: ["reference/", "kernels/", "lessons/notebook/"] },
];

/** No import that the table of directions does not allow. */
export function againstTheGrain({ path, text }: Source): readonly string[] {
  const row = DIRECTIONS.find(({ from }) => path.startsWith(from));
  if (!row) return [`${path}:1: belongs to no row of the table of directions; expected one`];
  const allowed = [row.from, ...row.mayImport];
  return importsOf(text).flatMap(({ specifier, typeOnly, line }) => {
    if (!specifier.startsWith(".")) return [];
    const to = target(path, specifier);
    if ((typeOnly ? [...allowed, ...(row.types ?? [])] : allowed).some((start) => to.startsWith(start)))
      return [];
    return [`${path}:${line}: imports ${to}; expected one of ${allowed.join(", ")}`];
  });
}

/** What the package gives out: relukit, and relukit/oracle. */
const ENTRIES: ReadonlySet<string> = new Set([
  "reference/index.ts",
  "reference/oracle/index.ts",
  "reference/oracle/index.node.ts",
]);

const ON_NODE = /\.node\.ts$|^lessons\/notebook\/|^bin\//;

/** node: only where there is a node, ndarray only in tensor.ts, and no file that hands others' exports on. */
export function misplaced({ path, text }: Source): readonly string[] {
  const out = importsOf(text).flatMap(({ keyword, specifier, typeOnly, line }) => {
    const at = `${path}:${line}: `;
    if (specifier.startsWith("node:") && !ON_NODE.test(path))
      return [`${at}imports ${specifier}; expected that only in *.node.ts, lessons/notebook/ and bin/`];
    if (specifier === "ndarray" && !typeOnly && path !== "reference/tensor.ts")
      return [`${at}imports ndarray; expected reference/tensor.ts, the only caller of ndarray()`];
    if (keyword === "export" && path.startsWith("reference/") && !ENTRIES.has(path))
      return [`${at}exports what is in ${specifier}; expected that only in ${[...ENTRIES].join(", ")}`];
    return [];
  });
  if (/^reference\/.+\/index\.ts$/.test(path) && !ENTRIES.has(path))
    out.push(`${path}:1: is an index.ts; expected ${[...ENTRIES].join(", ")} alone to gather exports`);
  return out;
}

/** No import cycles, types included. */
export function cycles(sources: readonly Source[]): readonly string[] {
  const imports = new Map(
    sources.map(({ path, text }) => [
      path,
      importsOf(text).map(({ specifier, line }) => ({ to: target(path, specifier), line })),
    ]),
  );
  const done = new Set<string>();
  const out: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    for (const { to, line } of imports.get(path) ?? []) {
      const start = [...above, path].indexOf(to);
      if (start >= 0)
        out.push(`${path}:${line}: closes a cycle: ${[...above, path].slice(start).join(" → ")} → ${to}`);
      else if (!done.has(to)) visit(to, [...above, path]);
    }
    done.add(path);
  };
  for (const { path } of sources) if (!done.has(path)) visit(path, []);
  return out;
}
