// What an answer gives beside what was expected, drawn: a number line, columns, two grids, or two lines of text.
import { escaped } from "./html.ts";
import { inline, number } from "./print.ts";

/** A value as a page can draw it, and send from a worker: a number, numbers with their names, rows of numbers, or its text. */
export type Comparable =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "numbers"; readonly names: readonly string[]; readonly values: readonly number[] }
  | { readonly kind: "grid"; readonly rows: readonly (readonly number[])[] }
  | { readonly kind: "text"; readonly text: string };

export interface Comparison {
  readonly got: Comparable;
  readonly want: Comparable;
  /** the arguments that the answer was tried on */
  readonly given?: string;
}

interface Tensor {
  readonly shape: readonly number[];
  get(...index: readonly number[]): number;
}
const isTensor = (value: object): value is Tensor =>
  "shape" in value && Array.isArray(value.shape) && "get" in value && typeof value.get === "function";
const allNumbers = (values: readonly unknown[]): values is readonly number[] =>
  values.length > 0 && values.every((value) => typeof value === "number");
const most = { numbers: 48, rows: 16, columns: 16 };

/** `value` as a page can draw it; what is long or of many kinds becomes text. */
export function comparable(value: unknown): Comparable {
  const text = (): Comparable => ({ kind: "text", text: inline(value) });
  if (typeof value === "number") return { kind: "number", value };
  if (typeof value !== "object" || value === null) return text();
  const plain = isTensor(value)
    ? elements(value)
    : ArrayBuffer.isView(value) && !(value instanceof DataView)
      ? Array.from(value as unknown as ArrayLike<number>)
      : value;
  if (Array.isArray(plain)) {
    if (allNumbers(plain) && plain.length <= most.numbers)
      return { kind: "numbers", names: plain.map((_, i) => String(i)), values: plain };
    const rows = plain as readonly unknown[];
    const fits = (row: unknown): row is readonly number[] =>
      Array.isArray(row) && allNumbers(row) && row.length <= most.columns;
    return rows.length > 0 && rows.length <= most.rows && rows.every(fits) ? { kind: "grid", rows } : text();
  }
  const entries = Object.entries(plain as object);
  const values = entries.map(([, field]) => field as unknown);
  return allNumbers(values) && values.length <= most.numbers
    ? { kind: "numbers", names: entries.map(([name]) => name), values }
    : text();
}

function elements(tensor: Tensor, index: readonly number[] = []): unknown {
  const size = tensor.shape[index.length];
  return size === undefined
    ? tensor.get(...index)
    : Array.from({ length: size }, (_, i) => elements(tensor, [...index, i]));
}

/** Both values, drawn side by side, with the words below; `id` makes the labels of the picture its own. */
export function comparisonHtml({ got, want, given }: Comparison, id: string): string {
  const asked = given === undefined ? "" : `<p class="given">Tried on <code>${escaped(given)}</code></p>`;
  return `<div class="comparison">${asked}${drawing(got, want, id) ?? words(got, want)}</div>`;
}

function drawing(got: Comparable, want: Comparable, id: string): string | undefined {
  if (got.kind === "grid" && want.kind === "grid") return grids(got.rows, want.rows);
  if (got.kind === "number" && want.kind === "number" && finite([got.value, want.value]))
    return figure(id, 100, numberLine(got.value, want.value), `${told(want)} expected, ${told(got)} yours`);
  if (got.kind === "numbers" && want.kind === "numbers" && finite([...got.values, ...want.values]))
    return figure(id, 190, columns(got, want), `expected ${told(want)}; yours ${told(got)}`);
  return undefined;
}

const finite = (values: readonly number[]): boolean => values.every(Number.isFinite);
const told = (value: Comparable): string =>
  value.kind === "text"
    ? value.text
    : value.kind === "number"
      ? number(value.value)
      : value.kind === "grid"
        ? inline(value.rows)
        : value.names.every((name, i) => name === String(i))
          ? inline(value.values)
          : inline(Object.fromEntries(value.names.map((name, i) => [name, value.values[i]])));

const words = (got: Comparable, want: Comparable): string =>
  `<dl class="both"><div><dt>expected</dt><dd><code>${escaped(told(want))}</code></dd></div><div><dt>yours</dt><dd><code>${escaped(told(got))}</code></dd></div></dl>`;

/** A drawing of 640 units by `height`, with its text alternative. */
const figure = (id: string, height: number, shapes: string, text: string): string =>
  `<figure><svg viewBox="0 0 640 ${height}" role="img" aria-labelledby="${id}-both" font-size="13" fill="currentColor" text-anchor="middle"><title id="${id}-both">${escaped(text)}</title>${shapes}</svg></figure>`;

const at = (n: number): string => String(Math.round(n * 100) / 100);

/** How far a value lies from low to high, 0 to 1; scaled first, so that no difference overflows. */
function share(value: number, low: number, high: number): number {
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return (value / most - low / most) / (high / most - low / most || 1);
}

/** Zero, what was expected (a ring, above) and what came (a diamond, below) on one line. */
function numberLine(got: number, want: number): string {
  const [low, high] = [Math.min(0, got, want), Math.max(0, got, want)];
  const x = (value: number): number => 70 + 500 * share(value, low, high);
  const [a, b, zero] = [x(want), x(got), x(0)];
  return `<line x1="40" x2="600" y1="50" y2="50" stroke="var(--rest)" stroke-width="2"/>
<line x1="${at(zero)}" x2="${at(zero)}" y1="44" y2="56" stroke="currentColor"/>
<line x1="${at(a)}" x2="${at(b)}" y1="50" y2="50" stroke="var(--bad)" stroke-width="3" stroke-dasharray="6 4"/>
<circle cx="${at(a)}" cy="50" r="8" fill="var(--paper)" stroke="var(--link)" stroke-width="3"/>
<text x="${at(a)}" y="26" fill="var(--link)" font-weight="600">expected ${number(want)}</text>
<path d="M${at(b)} 41l9 9l-9 9l-9-9z" fill="var(--fire)"/>
<text x="${at(b)}" y="84" fill="var(--fire)" font-weight="600">yours ${number(got)}</text>`;
}

/** Outlined columns for what was expected, diamonds for what came; names of the places that differ stand out. */
function columns(
  got: Comparable & { readonly kind: "numbers" },
  want: Comparable & { readonly kind: "numbers" },
): string {
  const names = [...new Set([...want.names, ...got.names])];
  const numberAt = (side: typeof got, name: string): number | undefined =>
    side.values[side.names.indexOf(name)];
  const all = [0, ...got.values, ...want.values];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value: number): number => 140 - 104 * share(value, low, high);
  const width = 560 / names.length;
  const parts = names.map((name, i) => {
    const [mine, theirs] = [numberAt(got, name), numberAt(want, name)];
    const [center, half] = [50 + width * (i + 0.5), Math.min(28, width * 0.32)];
    const top = theirs === undefined ? 0 : Math.min(y(theirs), y(0));
    const column =
      theirs === undefined
        ? ""
        : `<rect x="${at(center - half)}" y="${at(top)}" width="${at(2 * half)}" height="${at(Math.max(2, Math.abs(y(theirs) - y(0))))}" fill="none" stroke="var(--link)" stroke-width="2"/>`;
    const mark =
      mine === undefined
        ? ""
        : `<path d="M${at(center)} ${at(y(mine) - 6)}l6 6l-6 6l-6-6z" fill="var(--fire)"/>`;
    const differs = mine !== theirs;
    const shown = names.length <= 24 || differs || i % 4 === 0;
    const label = shown
      ? `<text x="${at(center)}" y="164"${differs ? ' fill="var(--bad)" font-weight="700"' : ""}>${escaped(name)}</text>`
      : "";
    return column + mark + label;
  });
  const zero = `<line x1="44" x2="616" y1="${at(y(0))}" y2="${at(y(0))}" stroke="currentColor" stroke-opacity="0.5"/>`;
  const legend = `<g text-anchor="start" font-weight="600"><rect x="52" y="6" width="12" height="12" fill="none" stroke="var(--link)" stroke-width="2"/><text x="70" y="17" fill="var(--link)">expected</text><path d="M156 6l6 6l-6 6l-6-6z" fill="var(--fire)"/><text x="168" y="17" fill="var(--fire)">yours</text></g>`;
  return `${zero}${parts.join("")}${legend}<text x="616" y="186" text-anchor="end" fill="var(--soft)">${names.length} values from ${number(low)} to ${number(high)}</text>`;
}

/** Two grids; each place of yours that differs is marked. */
function grids(got: readonly (readonly number[])[], want: readonly (readonly number[])[]): string {
  const table = (
    rows: readonly (readonly number[])[],
    other: readonly (readonly number[])[],
    mark: boolean,
  ) =>
    rows
      .map((row, r) => {
        const cells = row.map((value, c) => {
          const differs = mark && !Object.is(value, other[r]?.[c]);
          return `<td${differs ? ' class="differs"' : ""}>${number(value)}${differs ? '<span class="unseen"> differs</span>' : ""}</td>`;
        });
        return `<tr>${cells.join("")}</tr>`;
      })
      .join("");
  const side = (name: string, rows: string): string =>
    `<div class="side"><table class="tensor"><caption>${name}</caption><tbody>${rows}</tbody></table></div>`;
  return `<div class="sides">${side("expected", table(want, got, false))}${side("yours", table(got, want, true))}</div>`;
}
