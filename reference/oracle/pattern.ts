// Where the wrong elements of an output lie: often enough to know a bug by.
import type { Wrong } from "./judge.ts";

/** A sentence about the places, or nothing where there is no pattern. */
export function patternOf(wrong: readonly Wrong[], shape: readonly number[]): string | undefined {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.length > 1 ? (shape[0] ?? 1) : 1;
  const size = rows * columns;
  if (wrong.length === 0) return undefined;
  if (wrong.length === size && size > 1) return allAlike(wrong) ?? "every element";
  if (wrong.length === 1) return "one element";
  const at = wrong.map(({ index }) => [Math.floor(index / columns), index % columns] as const);
  const [inRows, inColumns] = [new Set(at.map(([r]) => r)), new Set(at.map(([, c]) => c))];
  const full = wrong.length === inRows.size * inColumns.size;
  return (
    ofRows(inRows, rows, wrong.length >= inRows.size * columns * 0.5) ??
    (full || inRows.size > 1 ? ofColumns(inColumns, columns) : undefined) ??
    allAlike(wrong)
  );
}

const ofRows = (found: ReadonlySet<number>, rows: number, most: boolean): string | undefined => {
  if (!most || found.size === rows) return undefined;
  const all = [...found].sort((a, b) => a - b);
  if (all.length === 1) return `one row, ${all[0]}`;
  if (all.length === rows - 1 && !found.has(0)) return "every row but the first";
  if (all.length === rows - 1 && !found.has(rows - 1)) return "every row but the last";
  return `rows ${all.slice(0, 4).join(", ")}${all.length > 4 ? " and others" : ""}`;
};

const ofColumns = (found: ReadonlySet<number>, columns: number): string | undefined => {
  const all = [...found].sort((a, b) => a - b);
  const [first = 0, second = 0, last = 0] = [all[0], all[1], all.at(-1)];
  if (all.length === columns) return undefined;
  if (all.length === 1) return `one column, ${first}`;
  if (last === columns - 1 && last - first === all.length - 1)
    return `the last ${all.length} columns, from ${first} on`;
  if (first === 0 && last === all.length - 1) return `the first ${all.length} columns`;
  const step = second - first;
  const regular = step > 1 && all.length > 2 && all.every((c, i) => c === first + i * step);
  const toTheEnd = last + step >= columns;
  return regular && toTheEnd ? `every ${ordinal(step)} column, from ${first} on` : undefined;
};

const ordinal = (n: number): string => ["", "", "second", "third"][n] ?? `${n}th`;

/** Whether got / truth is one number that is not 1, or the signs alone differ. */
function allAlike(wrong: readonly Wrong[]): string | undefined {
  const usable = wrong.filter(
    ({ got, truth }) => Number.isFinite(got) && truth !== 0 && Number.isFinite(truth),
  );
  if (usable.length < Math.max(3, wrong.length / 2)) return undefined;
  const ratios = usable.map(({ got, truth }) => got / truth).sort((a, b) => a - b);
  const middle = ratios[ratios.length >> 1] ?? 1;
  // all within a rounding of 1 is no ratio: those differences have to be alike too
  const alike = Math.min(0.01 * Math.abs(middle), 0.1 * Math.abs(middle - 1));
  const near = ratios.filter((ratio) => Math.abs(ratio - middle) <= alike);
  if (middle === 0 || near.length < 0.9 * ratios.length) return undefined;
  return middle === -1
    ? "the sign of every element"
    : `a constant ratio, ${middle.toPrecision(4)} times the truth`;
}
