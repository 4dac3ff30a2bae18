// What `relukit successors` shows a person: a row a setting. Layers and other details are in the JSON.

interface Report {
  readonly model: string;
  readonly text: string;
  readonly method: string;
  readonly source: string;
  readonly calibration: number;
  readonly judged: number;
  readonly found: object;
}

type Row = Readonly<Record<string, unknown>>;

export function page({ model, text, method, source, calibration, judged, found }: Report): string {
  const title = `${method} (${source}) on ${model}\n${text}: ${calibration} tokens to calibrate on, ${judged} to judge by\n`;
  return `${title}\n${tables(found).map(table).join("\n")}`;
}

/** The rows of a measure; of a record with rows in it, its own numbers first. */
function tables(found: object): readonly (readonly Row[])[] {
  if (Array.isArray(found)) return [found as readonly Row[]];
  const parts = Object.entries(found);
  const rows = parts.filter(([, value]) => isRows(value)).map(([, value]) => value as readonly Row[]);
  const records = parts
    .filter(([, value]) => isRecord(value))
    .map(([part, value]) => ({ part, ...(value as Row) }));
  const lists = parts.filter(([, value]) => isNumbers(value)) as readonly [string, readonly number[]][];
  const lengths = [...new Set(lists.map(([, values]) => values.length))];
  const side = lengths.map((length) => sideBySide(lists.filter(([, values]) => values.length === length)));
  const own = Object.fromEntries(parts.filter(([, value]) => typeof value === "number"));
  return [[own], records, ...side, ...rows].filter((one) => one.some((row) => Object.keys(row).length > 0));
}

/** Lists of one length as the columns of a table. */
const sideBySide = (lists: readonly (readonly [string, readonly number[]])[]): readonly Row[] =>
  (lists[0]?.[1] ?? []).map((_, i) => ({
    "": i,
    ...Object.fromEntries(lists.map(([name, values]) => [name, values[i]])),
  }));

const isRows = (value: unknown): boolean => Array.isArray(value) && value.every((one) => isRecord(one));
const isRecord = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNumbers = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === "number");

function table(rows: readonly Row[]): string {
  const simple = (value: unknown): boolean => typeof value === "number" || typeof value === "string";
  const columns = Object.keys(rows[0] ?? {}).filter((name) => simple(rows[0]?.[name]));
  const cells = [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))];
  const widths = columns.map((_, c) => Math.max(...cells.map((line) => (line[c] ?? "").length)));
  return cells
    .map((line) => `  ${line.map((text, c) => text.padStart(widths[c] ?? 0)).join("  ")}\n`)
    .join("");
}

const cell = (value: unknown): string =>
  typeof value === "number" && !Number.isInteger(value)
    ? `${Number(value.toPrecision(5))}`
    : `${value ?? ""}`;
