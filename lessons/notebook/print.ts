// A value as text, the same on every engine: numbers with 6 significant digits, tensors as grids, records as tables.
// A value may speak for itself through Symbol.for("Jupyter.display"), the protocol of Deno's notebook kernel.

/** An nbformat 4.5 MIME bundle; `text/plain` is always there. */
export type Bundle = Readonly<Record<string, unknown>> & { readonly "text/plain": string };

/** A grid of printed numbers, for a page that draws it as a table. */
export interface Grid {
  readonly caption: string;
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
export const gridType = "application/vnd.relukit.grid+json";

/** The range of a slider and where it stands at first. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly value: number;
}
/** A bundle with this type stands below sliders: their ranges by name. */
export const controlsType = "application/vnd.relukit.controls+json";
const displayKey = Symbol.for("Jupyter.display");

interface TensorLike {
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly data: ArrayLike<number>;
  get(...index: readonly number[]): number;
}
type Plain = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Plain => typeof value === "object" && value !== null;
const isTensor = (value: unknown): value is TensorLike =>
  isObject(value) &&
  Array.isArray(value["shape"]) &&
  Array.isArray(value["stride"]) &&
  typeof value["get"] === "function";
const isRecord = (value: unknown): boolean =>
  isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as null);
const isList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

/** 6 significant digits; whole numbers in full, and -0 as -0. */
export function number(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** `value` on one line, as `// → value` has it. */
export function inline(value: unknown): string {
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name || "without a name"}`;
  if (!isObject(value)) return String(value);
  const own = displayed(value);
  if (own !== undefined) return own["text/plain"];
  if (isTensor(value)) return inline(nested(value, []));
  if (isList(value)) return `[${short(Array.from(value), 40).map(inline).join(", ")}]`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Map)
    return `Map { ${[...value].map(([k, v]) => `${inline(k)} → ${inline(v)}`).join(", ")} }`;
  if (value instanceof Set) return `Set { ${[...value].map(inline).join(", ")} }`;
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${inline(field)}`);
  const name = isRecord(value) ? "" : `${Object.getPrototypeOf(value)?.constructor?.name ?? "object"} `;
  return fields.length === 0 ? `${name}{}` : `${name}{ ${fields.join(", ")} }`;
}

const more = { toJSON: () => "…", [displayKey]: () => ({ "text/plain": "…" }) };

/** The items, or the first and the last of them around an ellipsis when there are more than `most`. */
function short(items: readonly unknown[], most: number): readonly unknown[] {
  return items.length <= most ? items : [...items.slice(0, most - 3), more, ...items.slice(-2)];
}

function nested(x: TensorLike, index: readonly number[]): unknown {
  if (index.length === x.shape.length) return x.get(...index);
  return Array.from({ length: x.shape[index.length] ?? 0 }, (_, i) => nested(x, [...index, i]));
}

function displayed(value: Plain): Bundle | undefined {
  const method = (value as { readonly [displayKey]?: unknown })[displayKey];
  if (typeof method !== "function") return undefined;
  const bundle = method.call(value) as Plain;
  return { ...bundle, "text/plain": String(bundle["text/plain"] ?? "a value without text") };
}

/** What a cell shows of `value`; nothing for undefined. */
export function display(value: unknown): Bundle | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") return { "text/plain": value };
  const own = isObject(value) ? displayed(value) : undefined;
  if (own !== undefined) return own;
  const grid = gridOf(value);
  return grid === undefined
    ? { "text/plain": inline(value) }
    : { "text/plain": gridText(grid), [gridType]: grid };
}

function gridOf(value: unknown): Grid | undefined {
  if (isTensor(value) && value.shape.length === 2) {
    const rows = (nested(value, []) as readonly (readonly unknown[])[]).map((row) =>
      short(row, 16).map(cellText),
    );
    return { caption: `[${value.shape.join(", ")}]`, rows: shortRows(rows) };
  }
  if (isTensor(value) && value.shape.length === 1)
    return {
      caption: `[${value.shape[0]}]`,
      rows: [short(nested(value, []) as readonly unknown[], 16).map(cellText)],
    };
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRecord)) return undefined;
  const records = value as readonly Plain[];
  const columns = [...new Set(records.flatMap((row) => Object.keys(row)))];
  const rows = records.map((row) => columns.map((column) => (column in row ? cellText(row[column]) : "")));
  return {
    caption: `${value.length} row${value.length === 1 ? "" : "s"}`,
    columns,
    rows: shortRows(rows, 40),
  };
}

const shortRows = (rows: readonly (readonly string[])[], most = 16): readonly (readonly string[])[] =>
  rows.length <= most ? rows : [...rows.slice(0, most - 3), rows[0]?.map(() => "…") ?? [], ...rows.slice(-2)];

const cellText = (value: unknown): string => (typeof value === "string" ? value : inline(value));

/** A grid as aligned text: numbers to the right, words to the left, the caption first when there are no column names. */
export function gridText(grid: Grid): string {
  const rows = [...(grid.columns === undefined ? [] : [grid.columns]), ...grid.rows];
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => (row[c] ?? "").length)));
  const words = widths.map(
    (_, c) => grid.columns !== undefined && grid.rows.some((row) => !numeric(row[c] ?? "")),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, c) => (words[c] ? text.padEnd(widths[c] ?? 0) : text.padStart(widths[c] ?? 0)))
      .join("  ")
      .trimEnd();
  return [...(grid.columns === undefined ? [grid.caption] : []), ...rows.map(line)].join("\n");
}

/** Whether a grid's text is a number, an ellipsis or empty, so that it stands to the right. */
export const numeric = (text: string): boolean => /^(-?[\d.]+(e[+-]?\d+)?%?|-?Infinity|NaN|…|)$/.test(text);
